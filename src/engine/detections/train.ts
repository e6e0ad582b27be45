import type { DetectionDelta, DetectionRecord } from '#shared/domain/detection.ts';
import type { Clock } from '#shared/domain/units.ts';
import type { Committed, Job } from '../ingest/committer.ts';
import { openReadable, type WritableDb } from '../mirror/database.ts';
import { feed, installDetector, loggedSince, newDetector } from './keeper.ts';
import { mirrorEvents } from './mirror-events.ts';
import type { DetectionWriter, Fresh, Where } from './write.ts';

/** Work between two looks at what else waits, ms. */
const SLICE_MS = 10;

const breathe = (): Promise<void> =>
  new Promise((resume) => {
    setImmediate(resume);
  });

/**
 * Learns an environment anew from everything that is mirrored: what was read in after the fact trains silently, in
 * event time, and what was seen live is worked out on top of it. The result takes the place of the detector in one
 * transaction. Stops without a trace when `signal` says so.
 * @param installed called inside that transaction with what is new to somebody
 */
export async function train(parts: {
  readonly db: WritableDb;
  readonly file: string;
  readonly where: Where;
  readonly clock: Clock;
  readonly writer: DetectionWriter;
  readonly submit: (job: Job) => Promise<Committed>;
  readonly signal: AbortSignal;
  readonly installed: (fresh: readonly Fresh[]) => void;
}): Promise<boolean> {
  const { db, where, signal } = parts;
  const detector = newDetector(db, where, { load: () => undefined });
  const found = new Map<string, DetectionRecord>();
  const note = (deltas: readonly DetectionDelta[]): void => {
    for (const delta of deltas) {
      if (delta.kind === 'upsert') found.set(delta.record.id, delta.record);
      else found.delete(delta.id);
    }
  };
  const reading = openReadable(parts.file);
  try {
    let until = performance.now() + SLICE_MS;
    for (const { event, history } of mirrorEvents(reading, where.key)) {
      note(detector.ingest(event, { retrospective: history, ordered: true }));
      if (performance.now() < until) continue;
      await breathe();
      if (signal.aborted) return false;
      until = performance.now() + SLICE_MS;
    }
  } finally {
    reading.close();
  }
  let after = 0;
  const catchUp = (): void => {
    for (const { seq, logged } of loggedSince(db, where.key, after)) {
      note(feed(detector, logged));
      after = seq;
    }
  };
  const result = await parts.submit({
    rows: 10_000,
    background: true,
    wanted: () => !signal.aborted,
    write: () => {
      catchUp();
      installDetector(db, where, detector, parts.clock);
      const gone = goneIds(db, where, found).map((id): DetectionDelta => ({ kind: 'withdraw', id }));
      const upserts = [...found.values()].map((record): DetectionDelta => ({ kind: 'upsert', record }));
      parts.installed(parts.writer.write(where, [...upserts, ...gone], parts.clock()));
    },
  });
  return result.is === 'committed';
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
