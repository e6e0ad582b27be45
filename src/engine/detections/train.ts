import type { DetectionDelta, DetectionRecord } from '#shared/domain/detection.ts';
import { DAY, type Clock } from '#shared/domain/units.ts';
import type { Committed, Job } from '../ingest/committer.ts';
import { msOf, type EnrichedEvent } from '../detect/event.ts';
import { openReadable, type WritableDb } from '../mirror/database.ts';
import { loggedSince } from './event-log.ts';
import { installEvaluator } from './install.ts';
import { newEvaluator } from './keeper.ts';
import { toScore, type LoginScore } from './login-score.ts';
import { mirrorEvents } from './mirror-events.ts';
import type { RiskWriter } from './write-risk.ts';
import type { DetectionWriter, Where, WrittenFindings } from './write.ts';

/** Work between two looks at what else waits, ms. */
const SLICE_MS = 10;
/** Scores written in one background transaction. */
const SCORES = 1_000;

const breathe = (): Promise<void> =>
  new Promise((resume) => {
    setImmediate(resume);
  });

/**
 * Learns an environment anew from everything that is mirrored: what was read in after the fact trains silently, in
 * event time, and what was seen live is worked out on top of it. The result takes the place of the detector in one
 * transaction. Stops when `signal` says so; what it leaves then are scores of sign-ins, which the next time replaces.
 * @param installed called inside that transaction with what is new to somebody
 */
export async function train(parts: {
  readonly db: WritableDb;
  readonly file: string;
  readonly where: Where;
  readonly clock: Clock;
  readonly writer: DetectionWriter;
  readonly risks: RiskWriter;
  readonly submit: (job: Job) => Promise<Committed>;
  readonly signal: AbortSignal;
  readonly installed: (found: WrittenFindings) => void;
}): Promise<boolean> {
  const { db, where, signal } = parts;
  const evaluator = newEvaluator(db, where, { load: () => undefined });
  const found = new Map<string, DetectionRecord>();
  const note = (deltas: readonly DetectionDelta[]): void => {
    for (const delta of deltas) {
      if (delta.kind === 'upsert') found.set(delta.record.id, delta.record);
      else found.delete(delta.id);
    }
  };
  let scored: { readonly login: LoginScore; readonly key: number }[] = [];
  const writeScores = async (): Promise<void> => {
    const due = scored;
    scored = [];
    const keys = new Map(due.map(({ login, key }) => [login.event, key]));
    const logins = due.map(({ login }) => login);
    await parts.submit({
      rows: logins.length,
      background: true,
      wanted: () => !signal.aborted,
      write: () => {
        parts.risks.write(where, logins, (id) => keys.get(id));
      },
    });
  };
  const isRead = readBefore(db, where, parts.clock());
  const reading = openReadable(parts.file);
  try {
    let until = performance.now() + SLICE_MS;
    for (const { event, history, key } of mirrorEvents(reading, where.key)) {
      const { deltas, login } = evaluator.take(event, { retrospective: history, ordered: true });
      note(deltas);
      if (login !== null) {
        scored.push({ login: toScore(login), key });
        isRead.note(login);
      }
      if (scored.length >= SCORES) await writeScores();
      if (performance.now() < until) continue;
      await breathe();
      if (signal.aborted) return false;
      until = performance.now() + SLICE_MS;
    }
    await writeScores();
    if (signal.aborted) return false;
  } finally {
    reading.close();
  }
  let after = 0;
  const late: { readonly login: LoginScore; readonly key: number | undefined }[] = [];
  const catchUp = (): void => {
    for (const { seq, logged } of loggedSince(db, where.key, after)) {
      for (const event of logged.events) {
        if (isRead.has(event)) continue;
        const { deltas, login } = evaluator.take(event, { retrospective: logged.silent });
        note(deltas);
        if (login !== null) late.push({ login: toScore(login), key: logged.keys?.[login.event] });
      }
      after = seq;
    }
    // All of them each time: a try before this one may have been rolled back.
    const keys = new Map(late.map(({ login, key }) => [login.event, key]));
    parts.risks.write(
      where,
      late.map(({ login }) => login),
      (id) => keys.get(id),
    );
  };
  const result = await parts.submit({
    rows: 10_000,
    background: true,
    wanted: () => !signal.aborted,
    write: () => {
      catchUp();
      installEvaluator(db, where, evaluator, parts.clock);
      const gone = goneIds(db, where, found).map((id): DetectionDelta => ({ kind: 'withdraw', id }));
      const upserts = [...found.values()].map((record): DetectionDelta => ({ kind: 'upsert', record }));
      parts.installed(parts.writer.write(where, [...upserts, ...gone], parts.clock()));
    },
  });
  return result.is === 'committed';
}

/** Which sign-ins of the log were read from the mirror already, so that none is learned twice. */
function readBefore(db: WritableDb, where: Where, now: number) {
  let oldest = Infinity;
  for (const { logged } of loggedSince(db, where.key, 0))
    for (const { ts } of logged.events) oldest = Math.min(oldest, msOf(ts));
  const ids = new Set<string>();
  return {
    note: ({ event, ts }: Pick<LoginScore, 'event' | 'ts'>): void => {
      // What is logged from now on may be late by the horizon; two days more to be sure.
      if (ts >= Math.min(oldest, now) - 3 * DAY) ids.add(event);
    },
    has: (event: EnrichedEvent): boolean => event.type === 'login' && ids.has(event.id),
  };
}

/** Findings made before, which nobody has looked at, that the whole history does not bear out. */
function goneIds(db: WritableDb, where: Where, found: ReadonlyMap<string, unknown>): readonly string[] {
  return db
    .prepare(
      `SELECT id FROM detection WHERE connection = ? AND withdrawn_at IS NULL AND state = 'open' AND notes = 0`,
    )
    .pluck()
    .all(where.key)
    .map(String)
    .filter((id) => !found.has(id));
}
