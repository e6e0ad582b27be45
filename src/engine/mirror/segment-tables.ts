import type { WritableDb } from './database.ts';
import { SEGMENT_KEYS, segmentTable, type SegmentKind } from './audit-segments.ts';

/** Columns of a segment in the order in which the writer binds them. */
export const EVENT_COLUMNS = `key, hash, connection, id, at, recorded_at, action, outcome, reason, account, account_name,
  address, device, session, actor_id, actor_name, object_kind, object_id, object_name, message, attributes`;

const columns = `
  key INTEGER PRIMARY KEY,
  hash INTEGER NOT NULL,
  connection INTEGER NOT NULL,
  id TEXT NOT NULL,
  at INTEGER NOT NULL,
  recorded_at INTEGER NOT NULL,
  action INTEGER NOT NULL,
  -- 0 unknown, 1 success, 2 failure
  outcome INTEGER NOT NULL,
  reason INTEGER,
  account INTEGER,
  account_name INTEGER,
  address INTEGER,
  device INTEGER,
  session INTEGER,
  actor_id TEXT,
  actor_name INTEGER,
  object_kind INTEGER,
  object_id TEXT,
  object_name TEXT,
  message TEXT,
  attributes TEXT`;

/** Makes an empty segment that is written from now on, and returns its number. Inside a transaction. */
export function createSegment(db: WritableDb, kind: SegmentKind): number {
  const number = Number(
    db
      .prepare("INSERT INTO audit_segment (kind, state) VALUES (?, 'hot') RETURNING number")
      .pluck()
      .get(kind),
  );
  makeSegmentTable(db, number);
  remakeView(db);
  return number;
}

/** Makes the table of a segment with the indexes that it has from the beginning. Inside a transaction. */
export function makeSegmentTable(db: WritableDb, number: number): void {
  const table = segmentTable(number);
  db.exec(`CREATE TABLE ${table} (${columns}) STRICT`);
  // By time, and with the integers that questions filter by: a segment that lacks its other indexes is searched
  // without reading its rows. Appended to in order, so it costs little at any size.
  db.exec(
    `CREATE INDEX ${table}_at ON ${table} (at, account, address, session, action, outcome, connection)`,
  );
}

/** The index by which an event is found again; until a segment is full its writer knows that by heart. */
export function indexIds(db: WritableDb, number: number): void {
  const table = segmentTable(number);
  db.exec(`CREATE INDEX IF NOT EXISTS ${table}_hash ON ${table} (hash)`);
}

/** Removes a segment and everything that belongs to it (tables called `audit_<n>_…`). Inside a transaction. */
export function dropSegment(db: WritableDb, number: number): void {
  const table = segmentTable(number);
  const owned = db
    .prepare(
      "SELECT name FROM sqlite_schema WHERE type = 'table' AND name GLOB ? AND sql LIKE 'CREATE VIRTUAL%'",
    )
    .pluck()
    .all(`${table}_*`);
  db.prepare('DELETE FROM audit_part WHERE segment = ?').run(number);
  const first = number * SEGMENT_KEYS;
  db.prepare('DELETE FROM login_risk WHERE event >= ? AND event < ?').run(first, first + SEGMENT_KEYS);
  db.prepare('DELETE FROM audit_segment WHERE number = ?').run(number);
  remakeView(db);
  for (const name of owned) db.exec(`DROP TABLE IF EXISTS "${String(name)}"`);
  const plain = db
    .prepare("SELECT name FROM sqlite_schema WHERE type = 'table' AND name GLOB ?")
    .pluck()
    .all(`${table}_*`);
  for (const name of plain) db.exec(`DROP TABLE IF EXISTS "${String(name)}"`);
  db.exec(`DROP TABLE ${table}`);
}

/** The view `audit` shows all segments as one table, for checks and for looking at the mirror with other programs. */
export function remakeView(db: WritableDb): void {
  const numbers = db.prepare('SELECT number FROM audit_segment ORDER BY number').pluck().all().map(Number);
  const parts = numbers.map((number) => `SELECT ${EVENT_COLUMNS} FROM ${segmentTable(number)}`);
  db.exec('DROP VIEW IF EXISTS audit');
  if (parts.length > 0) db.exec(`CREATE VIEW audit AS ${parts.join(' UNION ALL ')}`);
}
