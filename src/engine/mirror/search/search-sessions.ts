import { z } from 'zod';
import type { SessionSort } from '#shared/ipc/session-sorts.ts';
import type { ReadableDb } from '../database.ts';
import { integer, integerOrNull } from '../columns.ts';
import { readTuples, readValues } from '../statements.ts';
import type { Compiled } from './compiled.ts';
import { readCursor } from './cursor.ts';
import { gatherSessions } from './find-sessions.ts';
import { spanCondition } from './spans.ts';
import { orderOf, type Walk } from './session-orders.ts';

export interface SortedBy {
  readonly by: SessionSort;
  readonly descending: boolean;
}
/** Where a page ended: the value of the order (null: among those of which it is not known) and the key. */
const Cursor = z.strictObject({ value: z.union([z.number(), z.string()]).nullable(), key: z.int() });
type Cursor = z.infer<typeof Cursor>;
/** A session and the value of the order. */
type Found = Cursor;

export interface FoundPage {
  readonly keys: readonly number[];
  readonly next: string | null;
}

/**
 * Keys of a page of sessions in any order. Few candidates are gathered by an index and sorted; otherwise the order's
 * own index is walked until the page is full.
 * @param at only sessions that were open at this instant; its condition is part of the search already
 */
export function* searchSessions(
  db: ReadableDb,
  search: Compiled,
  sort: SortedBy,
  page: {
    readonly cursor: string | null;
    readonly limit: number;
    readonly now: number;
    readonly at?: number | undefined;
    /** Rows that are passed over first: for a jump to a place of which no cursor is known. */
    readonly skip?: number | undefined;
    /** Candidates that are gathered at most; more are walked. */
    readonly gathered?: number | undefined;
  },
): Generator<undefined, FoundPage, undefined> {
  const after = readCursor(Cursor, page.cursor);
  const skip = page.skip ?? 0;
  const wanted = skip + page.limit + 1;
  const found = (yield* findPage(db, search, sort, page, after, wanted)).slice(skip);
  const rows = found.slice(0, page.limit);
  const last = rows.at(-1);
  return {
    keys: rows.map(({ key }) => key),
    next:
      found.length > page.limit && last !== undefined
        ? JSON.stringify({ value: last.value, key: last.key })
        : null,
  };
}

type Wanted = Pick<Parameters<typeof searchSessions>[3], 'at' | 'gathered' | 'now'>;

function* findPage(
  db: ReadableDb,
  search: Compiled,
  sort: SortedBy,
  page: Wanted,
  after: Cursor | null,
  wanted: number,
): Generator<undefined, readonly Found[], undefined> {
  if (search.impossible) return [];
  const { now } = page;
  const connections = readValues(db, 'SELECT key FROM connection').map(Number);
  const walks = orderOf(sort.by, sort.descending).walks(search.state, connections);
  const [only] = walks;
  // Where rows that fit lie close together, the order's own index has the page after a few rows.
  const near = BY_TIME.has(sort.by) && page.gathered === undefined && after?.value !== null;
  // Where every row of the index fits, the page is its next rows.
  const dense = near && sort.by === 'lastSeenAt' && search.dense;
  const streams = near && sort.by === 'openedAt' ? byAccount(search) : null;
  if (streams !== null) {
    const rows = streams.flatMap((stream) => run(db, walkKnown(search, sort, stream, after, wanted, now)));
    if (rows.length >= wanted) return inOrder(rows, sort.descending).slice(0, wanted);
  } else if (near && !dense && only !== undefined && walks.length === 1 && isBroad(search)) {
    const rows = run(db, walkKnown(search, sort, { ...only, most: NEAR }, after, wanted, now));
    if (rows.length >= wanted) return rows;
    yield;
  }
  const gathered = dense ? null : gatherSessions(db, search, page.at ?? null, page.gathered);
  yield;
  if (gathered?.length === 0) return [];
  if (gathered !== null) return run(db, gatheredInOrder(search, sort, gathered, after, wanted, now));
  const found: Found[] = [];
  if (after === null || after.value !== null) {
    const streams: Found[][] = [];
    for (const walk of walks) {
      streams.push(run(db, walkKnown(search, sort, walk, after, wanted, now)));
      yield;
    }
    found.push(...merge(streams, sort.descending).slice(0, wanted));
  }
  if (found.length < wanted) {
    const rest = after?.value === null ? after : null;
    const unknown = walkUnknown(search, sort, rest, wanted - found.length, now);
    if (unknown !== null) found.push(...run(db, unknown));
  }
  return found;
}

/** Orders whose own index is walked from any place in it. */
const BY_TIME: ReadonlySet<SessionSort> = new Set<SessionSort>(['openedAt', 'lastSeenAt', 'endedAt']);
/** Accounts whose sessions are read one account after another. */
const FEW_ACCOUNTS = 12;

/** Sessions of few accounts in the order of their opening, as the index of accounts has them. */
function byAccount({ drivers }: Compiled): readonly Bounded[] | null {
  for (const [branch, ...others] of drivers) {
    if (branch?.column !== 'account' || others.length > 0 || branch.keys.length > FEW_ACCOUNTS) continue;
    return branch.keys.map((account) => ({
      from: 'session s INDEXED BY session_account',
      value: 's.opened_at',
      where: 's.account = CAST(@only AS INTEGER)',
      bound: { only: account },
    }));
  }
  return null;
}

/** Entries of an order's index that are tried before candidates are gathered: a few milliseconds at most. */
const NEAR = 2_500;
/** Keys that are looked up faster than that. */
const FEW_KEYS = 64;
/** Whether it would take many look-ups to gather what may fit. */
const isBroad = ({ drivers }: Compiled): boolean =>
  !drivers.some((branches) => branches.reduce((sum, { keys }) => sum + keys.length, 0) <= FEW_KEYS);

/** A statement whose rows are keys of sessions and the values of an order, in that order. */
export interface Ordered {
  readonly sql: string;
  readonly bound: Readonly<Record<string, unknown>>;
}
/** No limit, in SQLite's words. */
export const ALL = -1;

const ordered = (
  search: Compiled,
  sql: string,
  extra: Readonly<Record<string, unknown>>,
  now: number,
): Ordered => ({
  sql,
  bound: { ...search.params.bound, ...extra, ...(/@now\b/.test(sql) ? { now } : {}) },
});

const run = (db: ReadableDb, { sql, bound }: Ordered): Found[] =>
  readTuples(db, sql, bound).map(([key, value]) => ({
    key: integer(key),
    value: typeof value === 'string' ? value : integerOrNull(value),
  }));

/** Candidates that were gathered, in order. */
export function gatheredInOrder(
  search: Compiled,
  { by, descending }: SortedBy,
  keys: readonly number[],
  after: Cursor | null,
  limit: number,
  now: number,
): Ordered {
  const { join, value } = orderOf(by, descending);
  const [direction, beyond] = descending ? (['DESC', '<'] as const) : (['ASC', '>'] as const);
  const onwards =
    after === null
      ? ''
      : after.value === null
        ? `WHERE value IS NULL AND key ${beyond} @afterKey`
        : `WHERE value IS NULL OR (value, key) ${beyond} (@afterValue, @afterKey)`;
  // The order's collation goes with the value through the subquery.
  const sql = `SELECT key, value FROM (
      SELECT s.key AS key, ${value} AS value FROM json_each(@keys) j CROSS JOIN session s ON s.key = j.value ${join}
      WHERE ${search.sql}
    ) ${onwards} ORDER BY value IS NULL, value ${direction}, key ${direction} LIMIT @limit`;
  const place =
    after === null
      ? {}
      : after.value === null
        ? { afterKey: after.key }
        : { afterKey: after.key, afterValue: after.value };
  return ordered(search, sql, { keys: JSON.stringify(keys), limit, ...place }, now);
}

/** Everything that fits, sorted: where all of it is wanted, that is less work than a walk that looks a session up for each sighting. */
export function sortedInOrder(search: Compiled, { by, descending }: SortedBy, now: number): Ordered {
  const { join, value } = orderOf(by, descending);
  const direction = descending ? 'DESC' : 'ASC';
  const sql = `SELECT s.key AS key FROM session s ${join} WHERE ${search.sql}
    ORDER BY ${value} IS NULL, ${value} ${direction}, s.key ${direction}`;
  return ordered(search, sql, {}, now);
}

interface Bounded extends Walk {
  readonly bound?: Readonly<Record<string, number>>;
  /** So many entries are looked at; all when absent. */
  readonly most?: number;
}

/** What one walk finds of which the value of the order is known. */
export function walkKnown(
  search: Compiled,
  { by, descending }: SortedBy,
  walk: Bounded,
  after: Cursor | null,
  limit: number,
  now: number,
): Ordered {
  const [direction, beyond] = descending ? (['DESC', '<'] as const) : (['ASC', '>'] as const);
  // The range first, then the row itself: an index on the value alone can use the first.
  const onwards =
    after === null
      ? ''
      : `AND ${walk.value} ${beyond}= @afterValue AND (${walk.value} ${beyond} @afterValue OR s.key ${beyond} @afterKey)`;
  const span = by === 'openedAt' ? spanCondition('s.opened_at', search.span, search.params) : '1';
  const order = `ORDER BY ${walk.value} ${direction}, s.key ${direction} LIMIT`;
  const walked = `${walk.where} AND ${walk.value} IS NOT NULL AND ${span} ${onwards}`;
  const sql =
    walk.most === undefined
      ? `SELECT s.key AS key, ${walk.value} AS value FROM ${walk.from} WHERE ${walked} AND ${search.sql} ${order} @limit`
      : `SELECT w.key, w.value FROM (SELECT s.key AS key, ${walk.value} AS value FROM ${walk.from} WHERE ${walked}
           ${order} ${String(walk.most)}) w CROSS JOIN session s ON s.key = w.key
         WHERE ${search.sql} ORDER BY w.value ${direction}, w.key ${direction} LIMIT @limit`;
  return ordered(
    search,
    sql,
    { ...walk.bound, limit, ...(after === null ? {} : { afterValue: after.value, afterKey: after.key }) },
    now,
  );
}

/** Sessions of which the value of the order is not known; null: it is known of every one. */
export function walkUnknown(
  search: Compiled,
  { by, descending }: SortedBy,
  after: Cursor | null,
  limit: number,
  now: number,
): Ordered | null {
  const { join, value } = orderOf(by, descending);
  if (by === 'status' || by === 'environment' || by === 'id') return null;
  const [direction, beyond] = descending ? (['DESC', '<'] as const) : (['ASC', '>'] as const);
  const sql = `SELECT s.key AS key, NULL AS value FROM session s ${join}
    WHERE ${value} IS NULL ${after === null ? '' : `AND s.key ${beyond} @afterKey`} AND ${search.sql}
    ORDER BY s.key ${direction} LIMIT @limit`;
  return ordered(search, sql, { limit, ...(after === null ? {} : { afterKey: after.key }) }, now);
}

/** Streams that are each in order, as one. Texts come from one stream only, so the database has ordered them. */
function merge(streams: readonly (readonly Found[])[], descending: boolean): readonly Found[] {
  const [only] = streams;
  return streams.length === 1 && only !== undefined ? only : inOrder(streams.flat(), descending);
}

function inOrder(rows: readonly Found[], descending: boolean): readonly Found[] {
  const sign = descending ? -1 : 1;
  return rows.toSorted((a, b) => sign * (Number(a.value) - Number(b.value) || a.key - b.key));
}
