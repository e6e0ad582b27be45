import { z } from 'zod';
import type { SessionSort } from '#shared/ipc/session-sorts.ts';
import type { ReadableDb } from '../database.ts';
import { readRows, readValues } from '../statements.ts';
import type { Compiled } from './compiled.ts';
import { readCursor } from './cursor.ts';
import { gatherSessions } from './find-sessions.ts';
import { spanCondition } from './spans.ts';
import { SESSION_ORDERS, type Walk } from './session-orders.ts';

export interface SortedBy {
  readonly by: SessionSort;
  readonly descending: boolean;
}
/** Where a page ended: the value of the order (null: among those of which it is not known) and the key. */
const Cursor = z.strictObject({ value: z.union([z.number(), z.string()]).nullable(), key: z.int() });
type Cursor = z.infer<typeof Cursor>;
const Found = z.object({ key: z.number(), value: z.union([z.number(), z.string()]).nullable() });
type Found = z.infer<typeof Found>;

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
    /** Candidates that are gathered at most; more are walked. */
    readonly gathered?: number | undefined;
  },
): Generator<undefined, FoundPage, undefined> {
  const after = readCursor(Cursor, page.cursor);
  const gathered = gatherSessions(db, search, page.at ?? null, page.gathered);
  yield;
  const found: Found[] = [];
  const wanted = page.limit + 1;
  if (gathered !== null) {
    found.push(...fromGathered(db, search, sort, gathered, after, wanted, page.now));
  } else {
    const connections = readValues(db, 'SELECT key FROM connection').map(Number);
    if (after === null || after.value !== null) {
      const walks = SESSION_ORDERS[sort.by].walks(search.state, connections);
      const streams: Found[][] = [];
      for (const walk of walks) {
        streams.push(walkKnown(db, search, sort, walk, after, wanted, page.now));
        yield;
      }
      found.push(...merge(streams, sort.descending).slice(0, wanted));
    }
    if (found.length < wanted) {
      const rest = after?.value === null ? after : null;
      found.push(...walkUnknown(db, search, sort, rest, wanted - found.length, page.now));
    }
  }
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

function run(
  db: ReadableDb,
  search: Compiled,
  sql: string,
  extra: Record<string, unknown>,
  now: number,
): Found[] {
  const bound = { ...search.params.bound, ...extra, ...(/@now\b/.test(sql) ? { now } : {}) };
  return readRows(db, sql, bound).map((row) => Found.parse(row));
}

function fromGathered(
  db: ReadableDb,
  search: Compiled,
  { by, descending }: SortedBy,
  keys: readonly number[],
  after: Cursor | null,
  limit: number,
  now: number,
): Found[] {
  if (keys.length === 0) return [];
  const { join, value } = SESSION_ORDERS[by];
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
  return run(db, search, sql, { keys: JSON.stringify(keys), limit, ...place }, now);
}

function walkKnown(
  db: ReadableDb,
  search: Compiled,
  { by, descending }: SortedBy,
  walk: Walk,
  after: Cursor | null,
  limit: number,
  now: number,
): Found[] {
  const [direction, beyond] = descending ? (['DESC', '<'] as const) : (['ASC', '>'] as const);
  // The range first, then the row itself: an index on the value alone can use the first.
  const onwards =
    after === null
      ? ''
      : `AND ${walk.value} ${beyond}= @afterValue AND (${walk.value} ${beyond} @afterValue OR s.key ${beyond} @afterKey)`;
  const span = by === 'openedAt' ? spanCondition('s.opened_at', search.span, search.params) : '1';
  const sql = `SELECT s.key AS key, ${walk.value} AS value FROM ${walk.from}
    WHERE ${walk.where} AND ${walk.value} IS NOT NULL AND ${span} ${onwards} AND ${search.sql}
    ORDER BY ${walk.value} ${direction}, s.key ${direction} LIMIT @limit`;
  return run(
    db,
    search,
    sql,
    { limit, ...(after === null ? {} : { afterValue: after.value, afterKey: after.key }) },
    now,
  );
}

function walkUnknown(
  db: ReadableDb,
  search: Compiled,
  { by, descending }: SortedBy,
  after: Cursor | null,
  limit: number,
  now: number,
): Found[] {
  const { join, value } = SESSION_ORDERS[by];
  if (by === 'status' || by === 'environment') return [];
  const [direction, beyond] = descending ? (['DESC', '<'] as const) : (['ASC', '>'] as const);
  const sql = `SELECT s.key AS key, NULL AS value FROM session s ${join}
    WHERE ${value} IS NULL ${after === null ? '' : `AND s.key ${beyond} @afterKey`} AND ${search.sql}
    ORDER BY s.key ${direction} LIMIT @limit`;
  return run(db, search, sql, { limit, ...(after === null ? {} : { afterKey: after.key }) }, now);
}

/** Streams that are each in order, as one. Texts come from one stream only, so the database has ordered them. */
function merge(streams: readonly (readonly Found[])[], descending: boolean): readonly Found[] {
  const [only] = streams;
  if (streams.length === 1 && only !== undefined) return only;
  const sign = descending ? -1 : 1;
  return streams.flat().toSorted((a, b) => sign * (Number(a.value) - Number(b.value) || a.key - b.key));
}
