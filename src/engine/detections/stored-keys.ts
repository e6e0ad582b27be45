import type { ReadableDb } from '../mirror/database.ts';
import { HashFilter } from '../mirror/hash-filter.ts';
import { keyHash } from './key-hash.ts';

/** Memories whose keys are read; of an environment with more it is asked each time. */
const MOST_READ = 500_000;
/** Keys that are expected at least, and times as many as there are: more come while the engine runs. */
const LEAST_EXPECTED = 250_000;
const GROWS = 2;

/**
 * Which memories of an environment lie in the mirror: most that are asked for (of a new session, of an address seen
 * for the first time) do not, and asking SQLite costs more than working the event out.
 */
export interface StoredKeys {
  /** False: it certainly does not. */
  mayHave(kind: string, id: string): boolean;
  /** It will. */
  note(kind: string, id: string): void;
}

/** What may be among so many keys as these, or everything when there are too many to be read. */
function among(rows: Iterable<readonly [string, string]>, least: number, moved: () => void): StoredKeys {
  const hashes: number[] = [];
  for (const [kind, id] of rows) {
    if (hashes.length % 10_000 === 0) moved();
    hashes.push(keyHash(kind, id));
  }
  if (hashes.length > MOST_READ) return { mayHave: () => true, note: () => undefined };
  const filter = new HashFilter(Math.max(least, GROWS * hashes.length));
  for (const hash of hashes) filter.add(hash);
  return {
    mayHave: (kind, id) => filter.has(keyHash(kind, id)),
    note: (kind, id) => {
      filter.add(keyHash(kind, id));
    },
  };
}

/** Reads the keys there are. */
export const storedKeys = (db: ReadableDb, connection: number, moved: () => void): StoredKeys =>
  among(
    db
      .prepare(`SELECT kind, id FROM detector_entity WHERE connection = ? LIMIT ${String(MOST_READ + 1)}`)
      .raw()
      .iterate(connection) as IterableIterator<[string, string]>,
    LEAST_EXPECTED,
    moved,
  );

/** Kind of the keys of `storedSessions`. */
export const SESSION = 'session';

/** Ids of sessions that the mirror knows, or events name; whoever hears of others notes them. */
export const storedSessions = (db: ReadableDb, connection: number, moved: () => void): StoredKeys =>
  among(
    db
      .prepare(`SELECT '${SESSION}', id FROM handle WHERE connection = ? LIMIT ${String(MOST_READ + 1)}`)
      .raw()
      .iterate(connection) as IterableIterator<[string, string]>,
    LEAST_EXPECTED,
    moved,
  );
