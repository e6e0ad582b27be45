import { z } from 'zod';
import type { ReadableDb } from '../database.ts';
import type { Branch, Compiled } from './compiled.ts';
import { readCursor } from './cursor.ts';
import { searchedSegments, segmentCondition, type SearchedSegment } from './segments.ts';

/** Keys that an index is asked for, segment by segment; with more, the segment's index of time is walked. */
const MOST_PROBES = 200;
/** Candidates that an index may find in one segment; more are walked in the order of time. */
const MOST_GATHERED = 5_000;

const Position = z.strictObject({ at: z.int(), key: z.int() });
export type Position = z.infer<typeof Position>;
export interface FoundEvents {
  readonly keys: readonly number[];
  readonly ats: readonly number[];
  readonly next: string | null;
}
export interface AuditPageRequest {
  readonly descending: boolean;
  readonly cursor: string | null;
  readonly limit: number;
  /** Whether indexes of other columns than time are used; off to compare. */
  readonly driven?: boolean | undefined;
}

/**
 * A page of events by (at, key), newest or oldest first; a step a segment. Segments may overlap in time: the page is
 * full when no later segment can hold anything that belongs before its last row.
 */
export function* searchAudit(
  db: ReadableDb,
  search: Compiled,
  page: AuditPageRequest,
): Generator<undefined, FoundEvents, undefined> {
  const { descending, limit } = page;
  const wanted = limit + 1;
  const sign = descending ? -1 : 1;
  const order = (a: Position, b: Position): number => sign * (a.at - b.at || a.key - b.key);
  const after = readCursor(Position, page.cursor);
  const segments = searchedSegments(db, search).toSorted((a, b) =>
    descending ? b.to - a.to : a.from - b.from,
  );
  let best: Position[] = [];
  for (const segment of segments) {
    const nearest = descending ? segment.to : segment.from;
    const last = best[wanted - 1];
    if (last !== undefined && sign * (nearest - last.at) > 0) break;
    if (after !== null && sign * ((descending ? segment.from : segment.to) - after.at) < 0) continue;
    const rows = inSegment(db, segment, search, { ...page, limit: wanted }, after);
    if (rows.length > 0) best = [...best, ...rows].toSorted(order).slice(0, wanted);
    yield;
  }
  const rows = best.slice(0, limit);
  const last = rows.at(-1);
  return {
    keys: rows.map(({ key }) => key),
    ats: rows.map(({ at }) => at),
    next: best.length > limit && last !== undefined ? JSON.stringify({ at: last.at, key: last.key }) : null,
  };
}

function inSegment(
  db: ReadableDb,
  segment: SearchedSegment,
  search: Compiled,
  { descending, limit, driven }: AuditPageRequest,
  after: Position | null,
): readonly Position[] {
  const gathered = driven === false ? null : gatherEvents(db, segment, search);
  if (gathered?.length === 0) return [];
  const [direction, beyond] = descending ? (['DESC', '<'] as const) : (['ASC', '>'] as const);
  const onwards =
    after === null
      ? ''
      : `AND e.at ${beyond}= @afterAt AND (e.at ${beyond} @afterAt OR e.key ${beyond} @afterKey)`;
  const from =
    gathered === null
      ? `${segment.table} e INDEXED BY ${segment.table}_at`
      : `json_each(@gathered) j CROSS JOIN ${segment.table} e ON e.key = j.value`;
  return db
    .prepare(
      `SELECT e.at, e.key FROM ${from} WHERE ${segmentCondition(search, segment)} ${onwards}
       ORDER BY e.at ${direction}, e.key ${direction} LIMIT @limit`,
    )
    .all({
      ...search.params.bound,
      limit,
      ...(after === null ? {} : { afterAt: after.at, afterKey: after.key }),
      ...(gathered === null ? {} : { gathered: JSON.stringify(gathered) }),
    })
    .map((row) => Position.parse(row));
}

/**
 * Keys of the events of a segment that may fit, by the index that promises fewest; null when there is none, or when
 * too many may.
 */
function gatherEvents(db: ReadableDb, segment: SearchedSegment, search: Compiled): readonly number[] | null {
  const usable = search.drivers.filter((branches) =>
    branches.every(({ column }) =>
      column === 'words' ? segment.words !== null : segment.indexes[column] !== undefined,
    ),
  );
  const probes = (branches: readonly Branch[]): number =>
    branches.reduce((sum, { keys, column }) => sum + (column === 'words' ? 1 : keys.length), 0);
  const [driver] = usable.toSorted((a, b) => probes(a) - probes(b));
  if (driver === undefined || probes(driver) > MOST_PROBES) return null;
  const keys = new Set<number>();
  for (const branch of driver) {
    const [sql, bound] = finding(segment, search, branch);
    const found = db
      .prepare(`${sql} LIMIT ${String(MOST_GATHERED + 1)}`)
      .pluck()
      .all(bound);
    for (const key of found) keys.add(Number(key));
    if (keys.size > MOST_GATHERED) return null;
  }
  return [...keys];
}

function finding(segment: SearchedSegment, search: Compiled, branch: Branch): readonly [string, object] {
  if (branch.column === 'words') {
    const words = String(segment.words);
    const phrase = search.params.bound[(branch.phrase ?? '').slice(1)] ?? '';
    return [`SELECT rowid FROM ${words} WHERE ${words} MATCH @phrase`, { phrase }];
  }
  const index = String(segment.indexes[branch.column]);
  const unknown = branch.column === 'account_name' ? 'account IS NULL AND account_name IS NOT NULL AND ' : '';
  return [
    `SELECT key FROM ${segment.table} INDEXED BY ${index}
     WHERE ${unknown}${branch.column} IS NOT NULL AND ${branch.column} IN (SELECT value FROM json_each(@keys))`,
    { keys: JSON.stringify(branch.keys) },
  ];
}
