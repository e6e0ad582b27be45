import { segmentTable, SEGMENT_KEYS } from '../audit-segments.ts';
import type { WritableDb } from '../database.ts';
import { eventHash } from '../event-hash.ts';
import { createSegment, EVENT_COLUMNS, indexIds } from '../segment-tables.ts';

/** Rows of a segment that is made from the one table of before. */
const ROWS = 50_000;

/** The second half of 0004: moves the events of the one table into segments, in the order in which they came. */
export function cutIntoSegments(db: WritableDb): void {
  const salt = Number(db.prepare("SELECT value FROM constant WHERE name = 'event_salt'").pluck().get());
  db.function('event_hash', { deterministic: true }, (connection, id) =>
    eventHash(salt, Number(connection), String(id)),
  );
  const same = EVENT_COLUMNS.replace(/^key, hash,/, '');
  const most = db
    .prepare('SELECT max(key) FROM (SELECT key FROM audit_before WHERE key > ? ORDER BY key LIMIT ?)')
    .pluck();
  let after = 0;
  for (;;) {
    const number = createSegment(db, 'stream');
    const last = most.get(after, ROWS);
    if (last === null) break;
    const table = segmentTable(number);
    db.prepare(
      `INSERT INTO ${table} (${EVENT_COLUMNS})
       SELECT ${String(number * SEGMENT_KEYS)} + row_number() OVER (ORDER BY key), event_hash(connection, id), ${same}
       FROM audit_before WHERE key > ? AND key <= ?`,
    ).run(after, last);
    db.prepare(
      `INSERT INTO audit_part (segment, connection, from_at, to_at, events)
       SELECT ?, connection, min(at), max(at), count(*) FROM ${table} GROUP BY connection`,
    ).run(number);
    indexIds(db, number);
    db.prepare("UPDATE audit_segment SET state = 'sealing' WHERE number = ?").run(number);
    after = Number(last);
  }
  createSegment(db, 'history');
  db.exec('DROP TABLE audit_before');
}
