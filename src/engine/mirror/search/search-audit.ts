import type { ReadableDb } from '../database.ts';
import type { Compiled } from './compiled.ts';
import { readCursor } from './cursor.ts';
import { Position, searchSegment } from './search-segment.ts';
import { searchedSegments } from './segments.ts';

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
    const rows = searchSegment(db, segment, search, {
      descending,
      limit: wanted,
      after,
      driven: page.driven !== false,
    });
    if (rows.length > 0) best = firstOf([...best, ...rows], order, wanted);
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

/** In order, and each once: an event may have been found by more than one key. */
function firstOf(
  rows: readonly Position[],
  order: (a: Position, b: Position) => number,
  wanted: number,
): Position[] {
  const sorted = rows.toSorted(order);
  return sorted.filter((row, at) => row.key !== sorted[at - 1]?.key).slice(0, wanted);
}
