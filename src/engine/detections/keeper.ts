import { z } from 'zod';
import type { DetectionDelta } from '#shared/domain/detection.ts';
import type { Clock } from '#shared/domain/units.ts';
import { createDetector, type Detector, type DetectorCounters } from '../detect/detector.ts';
import type { EnrichedEvent } from '../detect/event.ts';
import { tablesOf } from '../detect/snapshot.ts';
import type { WritableDb } from '../mirror/database.ts';
import { createAccountFacts } from './mirror-events.ts';
import { createMemory, forgetMemory, type Memory } from './memory.ts';
import { createRecall, type Recall } from './recall.ts';
import { settingsOf } from './settings-store.ts';
import type { AccountFacts } from './to-events.ts';
import type { Where } from './write.ts';

/** Memories of one kind that are held between saves. */
const MOST_HELD = 40_000;
/** Events after which memory is saved: what is worked out again after a crash, and how long that takes. */
const MOST_LOGGED = 100_000;
const MOST_CHANGED = 20_000;
/** While history is being read nothing is saved, because learning from it begins with the log; but not for ever. */
const MOST_LOGGED_UNTRAINED = 200_000;

/** What the log keeps of a batch. */
export interface Logged {
  readonly silent: boolean;
  readonly events: readonly EnrichedEvent[];
}

/** The detections of one environment, their memory in the mirror. */
export interface Keeper {
  readonly where: Where;
  readonly facts: AccountFacts & { forget(): void };
  readonly recall: Recall;
  readonly detector: Detector;
  /**
   * Works out a batch and notes it in the log. In the transaction of the batch.
   * @throws what a detection threw; then this keeper must be opened again
   */
  take(logged: Logged): readonly DetectionDelta[];
  /** Writes counters, and the memory when enough has come together. In the transaction of the batch. */
  settle(training: boolean): void;
  /** Saves everything now. In a transaction. */
  save(): void;
}

const Row = z.object({ body: z.string(), counters: z.string() });
const Body = z.object({ watermark: z.number().nullable(), counters: z.unknown().optional() });

/** The name of an environment that findings about it carry: the agent's, so that two consoles say the same. */
const environmentName = (db: WritableDb, where: Where): string => {
  const name = db.prepare('SELECT environment_id FROM connection WHERE key = ?').pluck().get(where.key);
  return typeof name === 'string' ? name : where.id;
};

/** A detector of this environment's settings, over a memory or with an empty one. */
export function newDetector(
  db: WritableDb,
  where: Where,
  options: Pick<Parameters<typeof createDetector>[0] & object, 'load' | 'resume'>,
): Detector {
  return createDetector({
    settings: settingsOf(db, where.key).settings,
    environment: environmentName(db, where),
    ...options,
  });
}

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

/** Takes a batch into a detector. */
export function feed(detector: Detector, { silent, events }: Logged): readonly DetectionDelta[] {
  const last = new Map<string, DetectionDelta>();
  for (const event of events)
    for (const delta of detector.ingest(event, { retrospective: silent }))
      last.set(delta.kind === 'upsert' ? delta.record.id : delta.id, delta);
  return [...last.values()];
}

/** Opens the detections of an environment where they stood: the memory that was saved, then the log after it. */
export function openKeeper(db: WritableDb, where: Where, clock: Clock): Keeper {
  const memory: Memory = createMemory(db, where.key);
  const raw = db.prepare('SELECT body, counters FROM detector WHERE connection = ?').get(where.key);
  const row = raw === undefined ? null : Row.parse(raw);
  if (row === null) {
    db.prepare(
      `INSERT INTO detector (connection, since, made_with, body, counters) VALUES (?, ?, '1', '{"watermark":null}', ?)`,
    ).run(where.key, clock(), EMPTY);
  }
  const body = row === null ? null : Body.parse(JSON.parse(row.body));
  const detector = newDetector(db, where, {
    load: memory.load,
    ...(body?.counters === undefined
      ? {}
      : { resume: { watermark: body.watermark, counters: body.counters as DetectorCounters } }),
  });
  let logged = 0;
  for (const { logged: batch } of loggedSince(db, where.key, 0)) {
    feed(detector, batch);
    logged += batch.events.length;
  }
  const append = db.prepare('INSERT INTO detector_log (connection, events) VALUES (?, ?)');
  const saveCounters = db.prepare('UPDATE detector SET counters = ? WHERE connection = ?');
  const saveBody = db.prepare('UPDATE detector SET body = ? WHERE connection = ?');
  const dropLog = db.prepare('DELETE FROM detector_log WHERE connection = ?');

  const save = (): void => {
    detector.prune();
    memory.save(detector.state(), MOST_HELD);
    saveBody.run(
      JSON.stringify({ watermark: detector.state().watermark, counters: detector.counters }),
      where.key,
    );
    dropLog.run(where.key);
    logged = 0;
  };
  const facts = createAccountFacts(db, where.key);
  return {
    where,
    facts,
    recall: createRecall(db, where.key, facts, () => detector.state().sessions),
    detector,
    take(batch) {
      const deltas = feed(detector, batch);
      append.run(where.key, JSON.stringify(batch));
      logged += batch.events.length;
      return deltas;
    },
    settle(training) {
      saveCounters.run(JSON.stringify(detector.counters), where.key);
      const changed = tablesOf(detector.state()).reduce((sum, table) => sum + table.changed.size, 0);
      const full = logged >= MOST_LOGGED || changed >= MOST_CHANGED;
      if (training ? logged >= MOST_LOGGED_UNTRAINED : full) save();
    },
    save,
  };
}

const EMPTY = JSON.stringify({ ingested: 0, repeated: 0, beyondHorizon: 0, skewed: 0, figures: {} });

/** Puts a detector that was made elsewhere in the place of the one in the mirror. In a transaction. */
export function installDetector(db: WritableDb, where: Where, detector: Detector, clock: Clock): void {
  const since = db.prepare('SELECT since FROM detector WHERE connection = ?').pluck().get(where.key);
  forgetMemory(db, where.key);
  // A try before this one may have been rolled back: everything is written, whatever it thinks is saved.
  for (const table of tablesOf(detector.state())) for (const key of table.held.keys()) table.changed.add(key);
  createMemory(db, where.key).save(detector.state(), Infinity);
  const counters = JSON.stringify(detector.counters);
  db.prepare(
    `INSERT INTO detector (connection, since, made_with, body, counters, trained) VALUES (?, ?, '1', ?, ?, 1)`,
  ).run(
    where.key,
    since ?? clock(),
    JSON.stringify({ watermark: detector.state().watermark, counters: detector.counters }),
    counters,
  );
}
