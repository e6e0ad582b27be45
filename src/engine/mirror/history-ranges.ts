import { z } from 'zod';
import { HOUR } from '#shared/domain/units.ts';
import type { ReadableDb, WritableDb } from './database.ts';
import { readRows } from './statements.ts';
import type { SnapshotGap } from './staging.ts';

const HistoryRange = z
  .object({
    key: z.number(),
    since: z.number().nullable(),
    until: z.number().nullable(),
    snapshot_at: z.number(),
    oldest: z.number().nullable(),
    cursor: z.string().nullable(),
    cursor_at: z.number().nullable(),
    events: z.number(),
  })
  .transform((row) => ({
    key: row.key,
    since: row.since,
    until: row.until,
    snapshotAt: row.snapshot_at,
    oldest: row.oldest,
    cursor: row.cursor,
    cursorAt: row.cursor_at,
    events: row.events,
  }));
/** A stretch of an agent's history that is read backwards, and how far that has come. */
export type HistoryRange = z.infer<typeof HistoryRange>;

/** Overlap when the gap of an absence is read again: events may be recorded late. */
const OVERLAP_MS = HOUR;

/**
 * In the transaction that writes the position of a snapshot: the past is to be read, of an agent that keeps one. All of it
 * the first time; afterwards what happened between what was known and the snapshot, which no stream will tell.
 */
export function planPast(db: WritableDb, connection: number, { at, after }: SnapshotGap): void {
  const keeps = db
    .prepare(
      `SELECT EXISTS (SELECT 1 FROM connection c, json_each(c.hello, '$.store.capabilities') o
         WHERE c.key = ? AND o.value = 'audit.history')`,
    )
    .pluck()
    .get(connection);
  // A token that was refused may have been given the right to read since.
  const first =
    db
      .prepare(
        `SELECT EXISTS (SELECT 1 FROM history WHERE connection = ? AND since IS NULL
           AND (done = 0 OR note IS NULL OR oldest IS NOT NULL))`,
      )
      .pluck()
      .get(connection) === 0;
  if (keeps !== 1 || (!first && after === null)) return;
  planHistory(db, connection, {
    since: first || after === null ? null : Math.max(0, after - OVERLAP_MS),
    until: null,
    snapshotAt: at,
  });
}

/** Plans to read a stretch. Times on the agent's clock; null is open-ended. */
export function planHistory(
  db: WritableDb,
  connection: number,
  range: { readonly since: number | null; readonly until: number | null; readonly snapshotAt: number },
): void {
  db.prepare('INSERT INTO history (connection, since, until, snapshot_at) VALUES (?, ?, ?, ?)').run(
    connection,
    range.since,
    range.until,
    range.snapshotAt,
  );
}

/** The stretch to go on with: the newest first, because that is what people ask about. */
export function nextHistory(db: ReadableDb, connection: number): HistoryRange | null {
  const row = db
    .prepare('SELECT * FROM history WHERE connection = ? AND done = 0 ORDER BY key DESC LIMIT 1')
    .get(connection);
  return row === undefined ? null : HistoryRange.parse(row);
}

export interface HistoryProgress {
  readonly oldest: number | null;
  readonly cursor: string | null;
  readonly cursorAt: number;
  readonly events: number;
  readonly done: boolean;
  readonly note?: string | undefined;
}

/** In the transaction that writes the page. */
export function advanceHistory(db: WritableDb, key: number, to: HistoryProgress): void {
  db.prepare(
    'UPDATE history SET oldest = ?, cursor = ?, cursor_at = ?, events = events + ?, done = ?, note = ? WHERE key = ?',
  ).run(to.oldest, to.cursor, to.cursorAt, to.events, Number(to.done), to.note ?? null, key);
}

const Summary = z.object({ ranges: z.number(), open: z.number(), events: z.number() });
export function historySummary(
  db: ReadableDb,
  connection: number,
): { readonly is: 'none' | 'loading' | 'done'; readonly events: number } {
  const { ranges, open, events } = Summary.parse(
    readRows(
      db,
      `SELECT count(*) AS ranges, coalesce(sum(1 - done), 0) AS open, coalesce(sum(events), 0) AS events
       FROM history WHERE connection = ?`,
      [connection],
    )[0],
  );
  return { is: ranges === 0 ? 'none' : open > 0 ? 'loading' : 'done', events };
}
