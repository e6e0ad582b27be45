import { z } from 'zod';
import { segmentTable } from './audit-segments.ts';
import type { WritableDb } from './database.ts';
import { dropSegment } from './segment-tables.ts';
import type { Condition } from './session-filter.ts';

const Gone = z.object({ key: z.number(), connection: z.number() });

/**
 * Deletes at most `limit` events of a segment that meet a condition (alias e) and keeps the counts right; returns how
 * many. Inside a transaction; whoever holds counts in memory has to read them again.
 */
export function deleteEvents(db: WritableDb, number: number, condition: Condition, limit: number): number {
  const table = segmentTable(number);
  const gone = db
    .prepare(
      `DELETE FROM ${table} WHERE key IN (SELECT e.key FROM ${table} e WHERE ${condition.sql} LIMIT @limit)
       RETURNING key, connection`,
    )
    .all({ ...condition.bound, limit })
    .map((row) => Gone.parse(row));
  db.prepare('DELETE FROM login_risk WHERE event IN (SELECT value FROM json_each(?))').run(
    JSON.stringify(gone.map(({ key }) => key)),
  );
  const counts = new Map<number, number>();
  for (const { connection } of gone) counts.set(connection, (counts.get(connection) ?? 0) + 1);
  const lower = db.prepare('UPDATE audit_part SET events = events - ? WHERE segment = ? AND connection = ?');
  for (const [connection, count] of counts) lower.run(count, number, connection);
  db.prepare('DELETE FROM audit_part WHERE segment = ? AND events <= 0').run(number);
  return gone.length;
}

/** Drops segments that hold nothing any more and are not being written; true when one was. Inside a transaction. */
export function dropEmptySegment(db: WritableDb): boolean {
  const number = db
    .prepare(
      `SELECT number FROM audit_segment s WHERE state <> 'hot'
         AND NOT EXISTS (SELECT 1 FROM audit_part p WHERE p.segment = s.number) LIMIT 1`,
    )
    .pluck()
    .get();
  if (number === undefined) return false;
  dropSegment(db, Number(number));
  return true;
}
