import { z } from 'zod';
import type { AuditSegment } from './audit-segments.ts';
import type { ReadableDb } from './database.ts';
import type { Question } from './question.ts';
import type { Condition } from './session-filter.ts';

/** Place of an event in the order of all: by time, then by key. */
export const EventPosition = z.strictObject({ at: z.int(), key: z.int() });
export type EventPosition = z.infer<typeof EventPosition>;

export const END_OF_TIME: EventPosition = { at: Number.MAX_SAFE_INTEGER, key: Number.MAX_SAFE_INTEGER };

const isBefore = (a: EventPosition, b: EventPosition): number => b.at - a.at || b.key - a.key;

/** SQL for the newest `@limit` events of a segment (alias e) below `@at`, `@key`. */
export const newestSql = (table: string, condition: string): string =>
  `SELECT e.at, e.key FROM ${table} e WHERE e.at <= @at AND (e.at < @at OR e.key < @key) AND ${condition}
   ORDER BY e.at DESC, e.key DESC LIMIT @limit`;

/**
 * The newest events of some segments that meet a condition (alias e), below a position; a step a segment. Segments
 * come newest first (`auditSegments`), so that the older ones are not touched once the page is full.
 */
export function* newestEvents(
  db: ReadableDb,
  segments: readonly AuditSegment[],
  condition: Condition,
  below: EventPosition,
  limit: number,
): Question<readonly EventPosition[]> {
  let best: EventPosition[] = [];
  for (const { table, to, from } of segments) {
    const last = best[limit - 1];
    if (last !== undefined && last.at > to) break;
    if (from > below.at) continue;
    const rows = db
      .prepare(newestSql(table, condition.sql))
      .all({ ...condition.bound, ...below, limit })
      .map((row) => EventPosition.parse(row));
    if (rows.length > 0) best = [...best, ...rows].sort(isBefore).slice(0, limit);
    yield;
  }
  return best;
}
