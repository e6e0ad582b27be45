import type { ReadableDb } from '../database.ts';
import type { SessionSort } from '#shared/ipc/session-sorts.ts';
import { integer } from '../columns.ts';
import { readValues } from '../statements.ts';
import type { Compiled } from './compiled.ts';
import { gatherSessions } from './find-sessions.ts';
import {
  ALL,
  gatheredInOrder,
  sortedInOrder,
  walkKnown,
  walkUnknown,
  type Ordered,
  type SortedBy,
} from './search-sessions.ts';
import { orderOf } from './session-orders.ts';

/** Orders whose own index has every session once. */
const BY_INDEX: ReadonlySet<SessionSort> = new Set<SessionSort>([
  'openedAt',
  'lastSeenAt',
  'endedAt',
  'account',
  'risk',
]);

/** Keys and values that one statement finds, row after row. */
type Rows = Iterator<readonly unknown[]>;

/**
 * Keys of all sessions that a search finds, in order, one after another: as all its pages together. What it reads with
 * must see one state of the file from the first key to the last, so `db` has a transaction open.
 * @param at only sessions that were open at this instant; its condition is part of the search already
 */
export function* everySession(
  db: ReadableDb,
  search: Compiled,
  sort: SortedBy,
  { now, at }: { readonly now: number; readonly at: number | null },
): Generator<number, void, undefined> {
  if (search.impossible) return;
  const gathered = search.dense ? null : gatherSessions(db, search, at);
  if (gathered !== null) {
    if (gathered.length > 0) yield* keysOf(db, gatheredInOrder(search, sort, gathered, null, ALL, now));
    return;
  }
  if (!BY_INDEX.has(sort.by)) {
    yield* keysOf(db, sortedInOrder(search, sort, now));
    return;
  }
  const connections = readValues(db, 'SELECT key FROM connection').map(Number);
  const walks = orderOf(sort.by, sort.descending).walks(search.state, connections);
  const known = walks.map((walk) => walkKnown(search, sort, walk, null, ALL, now));
  const [only] = known;
  if (known.length === 1 && only !== undefined) yield* keysOf(db, only);
  else yield* merged(db, known, sort.descending);
  const unknown = walkUnknown(search, sort, null, ALL, now);
  if (unknown !== null) yield* keysOf(db, unknown);
}

const rowsOf = (db: ReadableDb, { sql, bound }: Ordered): IterableIterator<readonly unknown[]> =>
  db.prepare(sql).raw().iterate(bound) as IterableIterator<readonly unknown[]>;

function* keysOf(db: ReadableDb, { sql, bound }: Ordered): Generator<number, void, undefined> {
  for (const key of db.prepare(sql).pluck().iterate(bound)) yield integer(key);
}

interface Head {
  readonly rows: Rows;
  key: number;
  value: number;
}

/** Streams that are each in the order of a number and, where it is the same, of the key, as one. */
function* merged(
  db: ReadableDb,
  statements: readonly Ordered[],
  descending: boolean,
): Generator<number, void, undefined> {
  const sign = descending ? -1 : 1;
  const started: Rows[] = [];
  const step = (head: Head): boolean => {
    const next = head.rows.next();
    if (next.done === true) return false;
    head.key = integer(next.value[0]);
    head.value = integer(next.value[1]);
    return true;
  };
  try {
    const heads: Head[] = [];
    for (const statement of statements) {
      const rows = rowsOf(db, statement);
      started.push(rows);
      const head = { rows, key: 0, value: 0 };
      if (step(head)) heads.push(head);
    }
    while (heads.length > 0) {
      let first = 0;
      for (let index = 1; index < heads.length; index += 1) {
        const [one, best] = [heads[index], heads[first]];
        if (one === undefined || best === undefined) continue;
        if (sign * (one.value - best.value || one.key - best.key) < 0) first = index;
      }
      const head = heads[first];
      if (head === undefined) return;
      yield head.key;
      if (!step(head)) heads.splice(first, 1);
    }
  } finally {
    // Those that were not read to their end still hold their statement.
    for (const rows of started) rows.return?.();
  }
}
