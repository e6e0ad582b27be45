import type { ReadableDb } from '../mirror/database.ts';
import { HashFilter } from '../mirror/hash-filter.ts';
import { keyHash } from './key-hash.ts';

/** Keys that are read; of a kind with more the mirror is asked each time. */
const MOST_READ = 500_000;
/** Keys that a filter expects: the first one, each later one of a kind times as many as the one before, and the last. */
const FIRST_EXPECTED = 16_384;
const GROWS = 8;
const MOST_EXPECTED = 1_048_576;

/**
 * Which memories of an environment lie in the mirror: most that are asked for (of a new session, of an address seen
 * for the first time, of an attack from where nobody attacks) do not, and asking SQLite costs more than working the
 * event out.
 */
export interface StoredKeys {
  /** False: it certainly does not. */
  mayHave(kind: string, id: string): boolean;
  /** It will. */
  note(kind: string, id: string): void;
}

/** A set of hashes that grows: one that is full says yes too often. */
class GrowingFilter {
  readonly #filters: HashFilter[] = [];
  #expected: number;
  #left = 0;

  /** @param expected hashes at first */
  constructor(expected: number) {
    this.#expected = Math.min(MOST_EXPECTED, Math.max(FIRST_EXPECTED, expected));
  }
  has(hash: number): boolean {
    for (const filter of this.#filters) if (filter.has(hash)) return true;
    return false;
  }
  add(hash: number): void {
    if (this.has(hash)) return;
    if (this.#left === 0) {
      if (this.#filters.length > 0) this.#expected = Math.min(MOST_EXPECTED, this.#expected * GROWS);
      this.#filters.push(new HashFilter(this.#expected));
      this.#left = this.#expected;
    }
    this.#filters[this.#filters.length - 1]?.add(hash);
    this.#left -= 1;
  }
}

/**
 * What may be among the keys of these kinds. Kinds by themselves: that there are a million addresses does not make it
 * unknown whether anybody attacked.
 * @param idsOf ids of a kind, at most so many; kinds with few are to come first
 */
function among(
  kinds: readonly string[],
  idsOf: (kind: string, most: number) => Iterable<string>,
  moved: () => void,
  mostRead = MOST_READ,
): StoredKeys {
  /** Null: too many to be read. */
  const filters = new Map<string, GrowingFilter | null>();
  let left = mostRead;
  for (const kind of kinds) {
    const hashes: number[] = [];
    for (const id of idsOf(kind, left + 1)) {
      if (hashes.length % 10_000 === 0) moved();
      hashes.push(keyHash(kind, id));
    }
    if (hashes.length > left) {
      filters.set(kind, null);
      continue;
    }
    left -= hashes.length;
    const filter = new GrowingFilter(hashes.length);
    for (const hash of hashes) filter.add(hash);
    filters.set(kind, filter);
  }
  return {
    mayHave: (kind, id) => filters.get(kind)?.has(keyHash(kind, id)) ?? true,
    note: (kind, id) => {
      filters.get(kind)?.add(keyHash(kind, id));
    },
  };
}

/** Every kind of memory, those that there are fewest of first. */
const KINDS = [
  'environments',
  'skews',
  'orphans',
  'actors',
  'people',
  'risk-attacks',
  'records',
  'owners',
  'sessions',
  'users',
  'risk-people',
  'addresses',
  'risk-values',
] as const;

/**
 * Reads the keys there are.
 * @param mostRead keys that are read; the kinds that do not fit are asked for each time
 */
export function storedKeys(
  db: ReadableDb,
  connection: number,
  moved: () => void,
  mostRead?: number,
): StoredKeys {
  const ids = db.prepare('SELECT id FROM detector_entity WHERE connection = ? AND kind = ? LIMIT ?').pluck();
  return among(
    KINDS,
    (kind, most) => ids.iterate(connection, kind, most) as Iterable<string>,
    moved,
    mostRead,
  );
}

/** Kind of the keys of `storedSessions`. */
export const SESSION = 'session';

/** Ids of sessions that the mirror knows, or events name; whoever hears of others notes them. */
export function storedSessions(db: ReadableDb, connection: number, moved: () => void): StoredKeys {
  const ids = db.prepare('SELECT id FROM handle WHERE connection = ? LIMIT ?').pluck();
  return among([SESSION], (_, most) => ids.iterate(connection, most) as Iterable<string>, moved);
}
