import { z } from 'zod';
import { auditSegments, type AuditSegment } from '../audit-segments.ts';
import type { ReadableDb } from '../database.ts';
import { narrower } from './compile.ts';
import type { Branch, Compiled } from './compiled.ts';
import { readCursor } from './cursor.ts';
import { forSegment } from './message-terms.ts';

/** Rows looked at in one step. A rare filter yields between steps, so that it can be cancelled. */
const AUDIT_STEP = 20_000;
/** Keys that are each walked in the order of time by their own index, and merged. */
const MOST_STREAMS = 64;
/** Candidates of an index that are sorted; more are walked in the order of time. */
const MOST_GATHERED = 20_000;

/** How much is done at once. */
export interface Effort {
  readonly streams: number;
  readonly gathered: number;
  readonly step: number;
}
const EFFORT: Effort = { streams: MOST_STREAMS, gathered: MOST_GATHERED, step: AUDIT_STEP };

const Position = z.strictObject({ at: z.int(), key: z.int() });
export type Position = z.infer<typeof Position>;
export interface FoundEvents {
  readonly found: readonly { readonly table: string; readonly at: number; readonly key: number }[];
  readonly next: string | null;
}

const FIRST: Position = { at: -1, key: -1 };
const LAST: Position = { at: Number.MAX_SAFE_INTEGER, key: Number.MAX_SAFE_INTEGER };

/** A page of events by (at, key), newest or oldest first, segment by segment. */
export function* searchAudit(
  db: ReadableDb,
  search: Compiled,
  page: {
    readonly descending: boolean;
    readonly cursor: string | null;
    readonly limit: number;
    readonly effort?: Partial<Effort> | undefined;
  },
): Generator<undefined, FoundEvents, undefined> {
  const { descending, limit } = page;
  const wanted = limit + 1;
  const after = readCursor(Position, page.cursor) ?? (descending ? LAST : FIRST);
  const found: { table: string; at: number; key: number }[] = [];
  if (!search.impossible) {
    const segments = auditSegments(db, search.span);
    for (const segment of descending ? segments : segments.toReversed()) {
      if (found.length >= wanted) break;
      const rows = yield* inSegment(db, segment, search, {
        descending,
        after,
        limit: wanted - found.length,
        effort: { ...EFFORT, ...page.effort },
      });
      for (const row of rows) found.push({ table: segment.table, ...row });
    }
  }
  const rows = found.slice(0, limit);
  const last = rows.at(-1);
  const more = found.length > limit && last !== undefined;
  return { found: rows, next: more ? JSON.stringify({ at: last.at, key: last.key }) : null };
}

interface Wanted {
  readonly descending: boolean;
  readonly after: Position;
  readonly limit: number;
  readonly effort: Effort;
}

function* inSegment(
  db: ReadableDb,
  segment: AuditSegment,
  search: Compiled,
  wanted: Wanted,
): Generator<undefined, readonly Position[], undefined> {
  const driver = driverOf(search, segment);
  if (driver === null) return yield* walk(db, segment, search, wanted);
  if (driver.length === 0) return [];
  const streams = driver.reduce((sum, { keys }) => sum + keys.length, 0);
  const words = driver.some(({ column }) => column === 'words');
  if (!words && streams <= wanted.effort.streams) {
    const rows: Position[] = [];
    for (const { column, keys } of driver) {
      for (const key of keys) {
        rows.push(...some(db, segment, search, wanted, `e.${column} = @stream`, { stream: key }));
        yield;
      }
    }
    return inOrder(rows, wanted);
  }
  const keys = gather(db, segment, search, driver, wanted.effort.gathered);
  yield;
  if (keys === null) return yield* walk(db, segment, search, wanted);
  return some(db, segment, search, wanted, 'e.key IN (SELECT value FROM json_each(@gathered))', {
    gathered: JSON.stringify(keys),
  });
}

/** The branches with the fewest keys of which this segment has every index. */
export function driverOf(search: Compiled, segment: AuditSegment): readonly Branch[] | null {
  const usable = search.drivers.filter((branches) =>
    branches.every(({ column }) =>
      column === 'words' ? segment.words !== null : segment.indexed.includes(column),
    ),
  );
  const weight = (branches: readonly Branch[]): number =>
    branches.reduce((sum, { keys, column }) => sum + (column === 'words' ? MOST_STREAMS : keys.length), 0);
  return usable.toSorted((a, b) => weight(a) - weight(b))[0] ?? null;
}

function gather(
  db: ReadableDb,
  segment: AuditSegment,
  search: Compiled,
  driver: readonly Branch[],
  most: number,
): readonly number[] | null {
  const keys = new Set<number>();
  for (const branch of driver) {
    const [sql, bound] =
      branch.column === 'words'
        ? [
            `SELECT rowid FROM ${String(segment.words)} WHERE ${String(segment.words)} MATCH @phrase`,
            { phrase: search.params.bound[(branch.phrase ?? '').slice(1)] ?? '' },
          ]
        : [
            `SELECT key FROM ${segment.table} WHERE ${branch.column} IN (SELECT value FROM json_each(@keys))`,
            { keys: JSON.stringify(branch.keys) },
          ];
    const some = db
      .prepare(`${sql} LIMIT ${String(most + 1)}`)
      .pluck()
      .all(bound);
    for (const key of some) keys.add(Number(key));
    if (keys.size > most) return null;
  }
  return [...keys];
}

function some(
  db: ReadableDb,
  segment: AuditSegment,
  search: Compiled,
  { descending, after, limit }: Wanted,
  where: string,
  extra: Record<string, unknown>,
): Position[] {
  const [direction, beyond] = descending ? (['DESC', '<'] as const) : (['ASC', '>'] as const);
  const { from, to } = search.span;
  return db
    .prepare(
      `SELECT e.at, e.key FROM ${segment.table} e WHERE ${where} AND e.at ${beyond}= @afterAt
         AND (e.at ${beyond} @afterAt OR e.key ${beyond} @afterKey)
         ${from === null ? '' : 'AND e.at >= @spanFrom'} ${to === null ? '' : 'AND e.at < @spanTo'}
         AND ${forSegment(search.sql, segment.words)}
       ORDER BY e.at ${direction}, e.key ${direction} LIMIT @limit`,
    )
    .all({
      ...search.params.bound,
      ...extra,
      afterAt: after.at,
      afterKey: after.key,
      limit,
      ...(from === null ? {} : { spanFrom: from }),
      ...(to === null ? {} : { spanTo: to }),
    })
    .map((row) => Position.parse(row));
}

function inOrder(rows: readonly Position[], { descending, limit }: Wanted): readonly Position[] {
  const sign = descending ? -1 : 1;
  const sorted = rows.toSorted((a, b) => sign * (a.at - b.at || a.key - b.key));
  // One event may be in two streams: its account and its typed name.
  return sorted.filter((row, index) => row.key !== sorted[index - 1]?.key).slice(0, limit);
}

/** Walks the index of time, a step of rows at a time. */
function* walk(
  db: ReadableDb,
  segment: AuditSegment,
  search: Compiled,
  wanted: Wanted,
): Generator<undefined, readonly Position[], undefined> {
  const rows: Position[] = [];
  const sql = forSegment(search.sql, segment.words);
  for (const slice of slices(db, segment, search, wanted.descending, wanted.after, wanted.effort.step)) {
    const [direction] = wanted.descending ? (['DESC'] as const) : (['ASC'] as const);
    const found = db
      .prepare(
        `SELECT e.at, e.key FROM ${segment.table} e WHERE ${slice.sql} AND ${sql}
         ORDER BY e.at ${direction}, e.key ${direction} LIMIT @limit`,
      )
      .all({ ...search.params.bound, ...slice.bound, limit: wanted.limit - rows.length })
      .map((row) => Position.parse(row));
    rows.push(...found);
    if (rows.length >= wanted.limit) break;
    yield;
  }
  return rows;
}

export interface Slice {
  /** A condition on `e` that bounds the slice by (at, key). */
  readonly sql: string;
  readonly bound: Record<string, number>;
  /** Where the slice ends; the next begins behind it. Null: it was the last. */
  readonly edge: Position | null;
}

/** The rows of a segment within the search's stretch, in slices of so many rows, each found by the index of time. */
export function* slices(
  db: ReadableDb,
  segment: AuditSegment,
  search: Compiled,
  descending: boolean,
  after: Position,
  size = AUDIT_STEP,
): Generator<Slice, void, undefined> {
  const span = narrower(search.span, segment.span);
  const first = { at: span.from ?? 0, key: -1 };
  // Keys behind this instant belong to the next stretch.
  const last = span.to === null ? LAST : { at: span.to, key: -1 };
  const [direction, beyond] = descending ? (['DESC', '<'] as const) : (['ASC', '>'] as const);
  const less = (a: Position, b: Position): boolean => a.at < b.at || (a.at === b.at && a.key < b.key);
  let from = descending ? (less(last, after) ? last : after) : less(after, first) ? first : after;
  const end = descending ? first : last;
  const edgeOf = db.prepare(
    `SELECT at, key FROM ${segment.table} WHERE (at, key) ${beyond} (@at, @key)
       AND (at, key) ${descending ? '>' : '<'} (@endAt, @endKey)
     ORDER BY at ${direction}, key ${direction} LIMIT 1 OFFSET ${String(size - 1)}`,
  );
  for (;;) {
    const raw = edgeOf.get({ ...from, endAt: end.at, endKey: end.key });
    const edge = raw === undefined ? null : Position.parse(raw);
    // Exclusive where the last slice ended, inclusive at its own edge.
    const stop = edge ?? end;
    yield {
      sql: `(e.at, e.key) ${beyond} (@sliceAt, @sliceKey) AND (e.at, e.key) ${descending ? '>' : '<'}${edge === null ? '' : '='} (@stopAt, @stopKey)`,
      bound: { sliceAt: from.at, sliceKey: from.key, stopAt: stop.at, stopKey: stop.key },
      edge,
    };
    if (edge === null) return;
    from = edge;
  }
}
