import { z } from 'zod';
import type { DetectionDelta } from '#shared/domain/detection.ts';
import type { Clock } from '#shared/domain/units.ts';
import type { DetectorCounters } from '../detect/detector-types.ts';
import { EVENT_RANK, msOf, type EnrichedEvent } from '../detect/event.ts';
import { expiryOf } from '../detect/expiry.ts';
import type { WritableDb } from '../mirror/database.ts';
import { createAccountFacts } from './mirror-events.ts';
import { createEvaluator, type Evaluator, type OpenedWith, type ScoredLogin } from './evaluator.ts';
import { createMemory, forgetMemory } from './memory.ts';
import { createRecall, type Recall } from './recall.ts';
import { settingsOf } from './settings-store.ts';
import type { AccountFacts } from './to-events.ts';
import type { Where } from './write.ts';

/** Memories of one kind that are held between saves. */
const MOST_HELD = 40_000;
/** Events after which memory is saved: what is worked out again after a crash, and how long that takes. */
const MOST_LOGGED = 100_000;
const MOST_CHANGED = 50_000;
/** While history is being read nothing is saved, because learning from it begins with the log; but not for ever. */
const MOST_LOGGED_UNTRAINED = 200_000;

/** What the log keeps of a batch. */
export interface Logged {
  readonly silent: boolean;
  readonly events: readonly EnrichedEvent[];
  /** Keys of the sign-ins among them in the mirror, by id. */
  readonly keys?: Readonly<Record<string, number>>;
}

/** What a batch changed. */
export interface Worked {
  readonly deltas: readonly DetectionDelta[];
  readonly logins: readonly ScoredLogin[];
  readonly opened: readonly OpenedWith[];
}

/** The detections of one environment, their memory in the mirror. */
export interface Keeper {
  readonly where: Where;
  readonly facts: AccountFacts & { forget(): void };
  readonly recall: Recall;
  readonly evaluator: Evaluator;
  /**
   * Works out a batch and notes it in the log. In the transaction of the batch.
   * @throws what a detection threw; then this keeper must be opened again
   */
  take(logged: Logged): Worked;
  /** Writes counters, and the memory when enough has come together. In the transaction of the batch. */
  settle(training: boolean): void;
  /** Saves everything now. In a transaction. */
  save(): void;
}

const Row = z.object({ body: z.string(), counters: z.string() });
const Totals = z.object({
  logins: z.number(),
  users: z.number(),
  distinct: z.object({ ip: z.number(), ua: z.number() }),
});
const Body = z.object({
  watermark: z.number().nullable(),
  counters: z.unknown().optional(),
  risk: Totals.optional(),
});

/** The name of an environment that findings about it carry: the agent's, so that two consoles say the same. */
const environmentName = (db: WritableDb, where: Where): string => {
  const name = db.prepare('SELECT environment_id FROM connection WHERE key = ?').pluck().get(where.key);
  return typeof name === 'string' ? name : where.id;
};

/** An evaluator of this environment's settings, over a memory or with an empty one. */
export function newEvaluator(
  db: WritableDb,
  where: Where,
  options: Pick<Parameters<typeof createEvaluator>[0], 'load' | 'resume' | 'totals'>,
): Evaluator {
  return createEvaluator({
    settings: settingsOf(db, where.key).settings,
    environment: environmentName(db, where),
    ...options,
  });
}

const memoryOf = (db: WritableDb, where: Where) =>
  createMemory(db, where.key, expiryOf(settingsOf(db, where.key).settings));

const bodyOf = ({ detector, totals }: Evaluator): string =>
  JSON.stringify({ watermark: detector.state().watermark, counters: detector.counters, risk: totals });

/** The batches that the memory does not hold yet, oldest first, after a position. */
export function loggedSince(
  db: WritableDb,
  connection: number,
  after: number,
): readonly { readonly seq: number; readonly logged: Logged }[] {
  return (
    db
      .prepare('SELECT seq, events FROM detector_log WHERE connection = ? AND seq > ? ORDER BY seq')
      .all(connection, after) as { seq: number; events: string }[]
  ).map(({ seq, events }) => ({ seq, logged: JSON.parse(events) as Logged }));
}

/**
 * Events of a batch by time. Their order changes nothing of what is found; but an agent that looks at sessions first and
 * then at the log sends every sign-in after what followed it, and what comes late is worked out twice.
 */
const inTime = (events: readonly EnrichedEvent[]): readonly EnrichedEvent[] =>
  events.toSorted((a, b) => msOf(a.ts) - msOf(b.ts) || EVENT_RANK[a.type] - EVENT_RANK[b.type]);

/** Leaves the events of an account out of the batches that the memory does not hold yet. In a transaction. */
export function forgetLogged(db: WritableDb, connection: number, account: string): void {
  const write = db.prepare('UPDATE detector_log SET events = ? WHERE connection = ? AND seq = ?');
  for (const { seq, logged } of loggedSince(db, connection, 0)) {
    const events = logged.events.filter(({ user }) => user !== account);
    if (events.length < logged.events.length)
      write.run(JSON.stringify({ ...logged, events }), connection, seq);
  }
}

/** Takes a batch into an evaluator. */
function feed(evaluator: Evaluator, { silent, events }: Logged): Worked {
  const last = new Map<string, DetectionDelta>();
  const logins: ScoredLogin[] = [];
  const opened: OpenedWith[] = [];
  for (const event of inTime(events)) {
    const taken = evaluator.take(event, { retrospective: silent });
    for (const delta of taken.deltas) last.set(delta.kind === 'upsert' ? delta.record.id : delta.id, delta);
    if (taken.login !== null) logins.push(taken.login);
    if (taken.opened !== null) opened.push(taken.opened);
  }
  return { deltas: [...last.values()], logins, opened };
}

/** Opens the detections of an environment where they stood: the memory that was saved, then the log after it. */
export function openKeeper(db: WritableDb, where: Where, clock: Clock): Keeper {
  const memory = memoryOf(db, where);
  const raw = db.prepare('SELECT body, counters FROM detector WHERE connection = ?').get(where.key);
  const row = raw === undefined ? null : Row.parse(raw);
  if (row === null) {
    db.prepare(
      `INSERT INTO detector (connection, since, made_with, body, counters) VALUES (?, ?, '1', '{"watermark":null}', ?)`,
    ).run(where.key, clock(), EMPTY);
  }
  const body = row === null ? null : Body.parse(JSON.parse(row.body));
  const evaluator = newEvaluator(db, where, {
    load: memory.load,
    ...(body?.risk === undefined ? {} : { totals: body.risk }),
    ...(body?.counters === undefined
      ? {}
      : { resume: { watermark: body.watermark, counters: body.counters as DetectorCounters } }),
  });
  const { detector } = evaluator;
  let logged = 0;
  for (const { logged: batch } of loggedSince(db, where.key, 0)) {
    feed(evaluator, batch);
    logged += batch.events.length;
  }
  const append = db.prepare('INSERT INTO detector_log (connection, events) VALUES (?, ?)');
  const saveCounters = db.prepare('UPDATE detector SET counters = ? WHERE connection = ?');
  const saveBody = db.prepare('UPDATE detector SET body = ? WHERE connection = ?');
  const dropLog = db.prepare('DELETE FROM detector_log WHERE connection = ?');

  const save = (): void => {
    detector.prune();
    memory.save(evaluator.tables, MOST_HELD, detector.state().watermark);
    saveBody.run(bodyOf(evaluator), where.key);
    dropLog.run(where.key);
    logged = 0;
  };
  const facts = createAccountFacts(db, where.key);
  return {
    where,
    facts,
    recall: createRecall(db, where.key, facts, () => detector.state().sessions),
    evaluator,
    take(batch) {
      const worked = feed(evaluator, batch);
      append.run(where.key, JSON.stringify(batch));
      logged += batch.events.length;
      return worked;
    },
    settle(training) {
      saveCounters.run(JSON.stringify(detector.counters), where.key);
      const changed = evaluator.tables.reduce((sum, table) => sum + table.changed.size, 0);
      const full = logged >= MOST_LOGGED || changed >= MOST_CHANGED;
      if (training ? logged >= MOST_LOGGED_UNTRAINED : full) save();
    },
    save,
  };
}

const EMPTY = JSON.stringify({ ingested: 0, repeated: 0, beyondHorizon: 0, skewed: 0, figures: {} });

/** Puts an evaluator that was made elsewhere in the place of the one in the mirror. In a transaction. */
export function installEvaluator(db: WritableDb, where: Where, evaluator: Evaluator, clock: Clock): void {
  const since = db.prepare('SELECT since FROM detector WHERE connection = ?').pluck().get(where.key);
  const { detector, tables } = evaluator;
  forgetMemory(db, where.key);
  // A try before this one may have been rolled back: everything is written, whatever it thinks is saved.
  for (const table of tables) for (const key of table.held.keys()) table.changed.add(key);
  memoryOf(db, where).save(tables, Infinity, detector.state().watermark);
  db.prepare(
    `INSERT INTO detector (connection, since, made_with, body, counters, trained) VALUES (?, ?, '1', ?, ?, 1)`,
  ).run(where.key, since ?? clock(), bodyOf(evaluator), JSON.stringify(detector.counters));
}
