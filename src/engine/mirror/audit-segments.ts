import { z } from 'zod';
import type { ReadableDb } from './database.ts';

/** Keys of a segment are its number times this and more, so that a key names its segment. */
export const SEGMENT_KEYS = 1_048_576;

export type SegmentKind = 'stream' | 'history';
export type SegmentState = 'hot' | 'sealing' | 'sealed';

export const segmentTable = (number: number): string => `audit_${String(number)}`;
/** Full text of a sealed segment's messages. */
export const wordsTable = (table: string): string => `${table}_words`;
export const segmentOfKey = (key: number): number => Math.floor(key / SEGMENT_KEYS);

/** One table of events: which stretch of time it holds (both ends included) and how many events. */
export interface AuditSegment {
  readonly number: number;
  readonly table: string;
  readonly kind: SegmentKind;
  readonly state: SegmentState;
  /** Steps of sealing that are done: it has the indexes that they make. */
  readonly steps: number;
  readonly from: number;
  readonly to: number;
  readonly events: number;
}

const Row = z.object({
  number: z.number(),
  kind: z.enum(['stream', 'history']),
  state: z.enum(['hot', 'sealing', 'sealed']),
  steps: z.number(),
  from_at: z.number(),
  to_at: z.number(),
  events: z.number(),
});

export interface SegmentRange {
  /** Agent's clock, included. */
  readonly since?: number | undefined;
  /** Agent's clock, excluded. */
  readonly until?: number | undefined;
  /** Keys of connections; all when absent. The events counted are theirs. */
  readonly connections?: readonly number[] | undefined;
}

/**
 * The segments that hold events of a range, the one with the newest event first. Stretches may overlap: merge pages
 * of several, and stop when the last row of the page is newer than the `to` of the next segment.
 */
export function auditSegments(db: ReadableDb, range: SegmentRange = {}): readonly AuditSegment[] {
  return db
    .prepare(
      `SELECT s.number, s.kind, s.state, s.steps, min(p.from_at) AS from_at, max(p.to_at) AS to_at, sum(p.events) AS events
       FROM audit_segment s JOIN audit_part p ON p.segment = s.number
       WHERE p.events > 0 AND p.to_at >= @since AND p.from_at < @until
         AND (@connections IS NULL OR p.connection IN (SELECT value FROM json_each(@connections)))
       GROUP BY s.number ORDER BY to_at DESC, s.number DESC`,
    )
    .all({
      since: range.since ?? Number.MIN_SAFE_INTEGER,
      until: range.until ?? Number.MAX_SAFE_INTEGER,
      connections: range.connections === undefined ? null : JSON.stringify(range.connections),
    })
    .map((raw) => {
      const { from_at, to_at, ...row } = Row.parse(raw);
      return { ...row, table: segmentTable(row.number), from: from_at, to: to_at };
    });
}

/** Events by connection key, without counting rows. */
export function eventCounts(db: ReadableDb): ReadonlyMap<number, number> {
  const Count = z.object({ connection: z.number(), events: z.number() });
  return new Map(
    db
      .prepare('SELECT connection, sum(events) AS events FROM audit_part GROUP BY connection')
      .all()
      .map((raw) => Count.parse(raw))
      .map(({ connection, events }) => [connection, events]),
  );
}
