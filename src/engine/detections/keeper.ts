import { z } from 'zod';
import type { DetectionDelta } from '#shared/domain/detection.ts';
import type { DetectorCounters } from '../detect/detector-types.ts';
import { EVENT_RANK, msOf, type EnrichedEvent } from '../detect/event.ts';
import { expiryOf } from '../detect/expiry.ts';
import type { ReadableDb } from '../mirror/database.ts';
import { createEvaluator, type Evaluator, type OpenedWith } from './evaluator.ts';
import { loggedSince, type Logged } from './event-log.ts';
import { toScore, type LoginScore } from './login-score.ts';
import { createMemory, type MemorySlice } from './memory.ts';
import type { Forgotten } from './memory-writer.ts';
import { createAccountFacts } from './mirror-events.ts';
import { createRecall, type Recall } from './recall.ts';
import { settingsOf } from './settings-store.ts';
import { storedKeys, type StoredKeys } from './stored-keys.ts';
import type { Where } from './write.ts';

/** Memories of one kind that are held between saves; findings are large, and seldom asked for again. */
const MOST_HELD = 20_000;
const MOST_RECORDS = 5_000;
const mostHeld = (kind: string): number => (kind === 'records' ? MOST_RECORDS : MOST_HELD);
/** Events after which memory is saved: what is worked out again after a crash, and how long that takes. */
const MOST_LOGGED = 200_000;
const MOST_CHANGED = 75_000;
/** While history is being read nothing is saved, because learning from it begins with the log; but not for ever. */
const MOST_LOGGED_UNTRAINED = 400_000;

/** Enough has come together to be saved. */
export const isFull = (
  { logged, changed }: { readonly logged: number; readonly changed: number },
  training: boolean,
): boolean => (training ? logged >= MOST_LOGGED_UNTRAINED : logged >= MOST_LOGGED || changed >= MOST_CHANGED);

/** What a batch changed. */
export interface Worked {
  readonly deltas: readonly DetectionDelta[];
  readonly logins: readonly LoginScore[];
  readonly opened: readonly OpenedWith[];
}

/** What is to be saved of an evaluator. */
export interface ToSave {
  /** What is remembered besides the entities: where the stream stands. */
  readonly body: string;
  readonly counters: string;
  /** Event time up to which everything has come. */
  readonly watermark: number | null;
}

/** The detections of one environment over their memory in the mirror, which they only read. */
export interface Keeper {
  readonly recall: Recall;
  /**
   * Works out a batch.
   * @throws what a detection threw; then this keeper must be opened again
   */
  take(logged: Logged): Worked;
  readonly counters: () => string;
  /** Events and changed memories since the last save. */
  readonly sinceSaved: () => { readonly logged: number; readonly changed: number };
  /** Enough has come together to be saved. */
  isFull(training: boolean): boolean;
  /** What changed since it was last `saved`, a slice at a time; nothing may be taken in before it is. */
  save(): Generator<MemorySlice, ToSave>;
  /** It is committed. */
  saved(forgotten: readonly Forgotten[]): void;
  /** What was taken in is committed: the marks and facts of the mirror are as they were told here. */
  committed(accountsChanged: boolean): void;
  /** Gives back memory beyond what it may take now. */
  fit(): void;
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
const environmentName = (db: ReadableDb, where: Where): string => {
  const name = db.prepare('SELECT environment_id FROM connection WHERE key = ?').pluck().get(where.key);
  return typeof name === 'string' ? name : where.id;
};

/** An evaluator of this environment's settings, over a memory or with an empty one. */
export function newEvaluator(
  db: ReadableDb,
  where: Where,
  options: Pick<Parameters<typeof createEvaluator>[0], 'load' | 'resume' | 'totals'>,
): Evaluator {
  return createEvaluator({
    settings: settingsOf(db, where.key).settings,
    environment: environmentName(db, where),
    ...options,
  });
}

/** The memory of an environment, as its settings let it be forgotten. */
export const memoryOf = (db: ReadableDb, where: Where, keys: StoredKeys | null, mostCached?: () => number) =>
  createMemory(db, where.key, expiryOf(settingsOf(db, where.key).settings), keys, mostCached);

/** Where an evaluator stands. */
export const standOf = ({ detector, totals }: Evaluator): ToSave => {
  const { watermark } = detector.state();
  return {
    body: JSON.stringify({ watermark, counters: detector.counters, risk: totals }),
    counters: JSON.stringify(detector.counters),
    watermark,
  };
};

/**
 * Events of a batch by time. Their order changes nothing of what is found; but an agent that looks at sessions first and
 * then at the log sends every sign-in after what followed it, and what comes late is worked out twice.
 */
const inTime = (events: readonly EnrichedEvent[]): readonly EnrichedEvent[] =>
  events.toSorted((a, b) => msOf(a.ts) - msOf(b.ts) || EVENT_RANK[a.type] - EVENT_RANK[b.type]);

/** Takes a batch into an evaluator; `moved` is called at every event. */
function feed(evaluator: Evaluator, { silent, events }: Logged, moved: () => void): Worked {
  const last = new Map<string, DetectionDelta>();
  const logins: LoginScore[] = [];
  const opened: OpenedWith[] = [];
  for (const event of inTime(events)) {
    moved();
    const taken = evaluator.take(event, { retrospective: silent });
    for (const delta of taken.deltas) last.set(delta.kind === 'upsert' ? delta.record.id : delta.id, delta);
    if (taken.login !== null) logins.push(toScore(taken.login));
    if (taken.opened !== null) opened.push(taken.opened);
  }
  return { deltas: [...last.values()], logins, opened };
}

/**
 * Opens the detections of an environment where they stood: the memory that was saved, then the log after it, then
 * what is not committed yet.
 * @param options.blank what lies in the mirror is about to be forgotten, and is not read
 */
export function openKeeper(
  db: ReadableDb,
  where: Where,
  options: {
    readonly blank: boolean;
    readonly uncommitted: readonly Logged[];
    /** The sessions that the mirror may know. */
    readonly mirrored: StoredKeys;
    readonly moved: () => void;
    /** Bytes that the memories it has read or written may take now, besides those at work. */
    readonly mostCached?: () => number;
  },
): Keeper {
  const { blank, moved } = options;
  const keys = storedKeys(db, where.key, moved);
  const memory = memoryOf(db, where, blank ? null : keys, options.mostCached);
  const raw = blank
    ? undefined
    : db.prepare('SELECT body, counters FROM detector WHERE connection = ?').get(where.key);
  const row = raw === undefined ? null : Row.parse(raw);
  const body = row === null ? null : Body.parse(JSON.parse(row.body));
  const evaluator = newEvaluator(db, where, {
    load: memory.load,
    ...(body?.risk === undefined ? {} : { totals: body.risk }),
    ...(body?.counters === undefined
      ? {}
      : { resume: { watermark: body.watermark, counters: body.counters as DetectorCounters } }),
  });
  const { detector, tables } = evaluator;
  let logged = 0;
  const take = (batch: Logged): Worked => {
    const worked = feed(evaluator, batch, moved);
    logged += batch.events.length;
    return worked;
  };
  if (!blank) for (const { logged: batch } of loggedSince(db, where.key, 0)) take(batch);
  for (const batch of options.uncommitted) take(batch);
  const facts = createAccountFacts(db, where.key);
  const recall = createRecall(db, where.key, facts, keys, options.mirrored, () => detector.state().sessions);
  const sinceSaved: Keeper['sinceSaved'] = () => ({
    logged,
    changed: tables.reduce((sum, table) => sum + table.changed.size, 0),
  });
  return {
    recall,
    take,
    counters: () => JSON.stringify(detector.counters),
    sinceSaved,
    isFull: (training) => isFull(sinceSaved(), training),
    *save() {
      detector.prune();
      yield* memory.slices(tables, detector.state().watermark, mostHeld);
      return standOf(evaluator);
    },
    saved(forgotten) {
      logged = 0;
      for (const table of tables) table.clean(mostHeld(table.kind));
      const byKind = new Map(tables.map((table) => [table.kind, table]));
      for (const { kind, id } of forgotten) {
        byKind.get(kind)?.held.delete(id);
        memory.forgotten(kind, id);
      }
    },
    committed(accountsChanged) {
      if (accountsChanged) facts.forget();
      recall.committed();
    },
    fit: () => {
      memory.fit();
    },
  };
}
