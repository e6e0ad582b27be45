import { statSync } from 'node:fs';
import Database from 'better-sqlite3';
import type { AuditEvent } from '#shared/protocol/records.ts';

/**
 * One table of events with the same facts as the mirror's, repeated texts as integers, and indexes by time, account and
 * address. Returns the bytes of the file without the dictionaries.
 */
export function ceilingTable(file: string, events: readonly AuditEvent[]): number {
  const db = new Database(file);
  db.pragma('page_size = 8192');
  db.exec(`CREATE TABLE event (key INTEGER PRIMARY KEY, connection INTEGER, id TEXT, at INTEGER, recorded_at INTEGER,
      action INTEGER, outcome INTEGER, reason INTEGER, account INTEGER, account_name INTEGER, address INTEGER,
      device INTEGER, session INTEGER, object_kind INTEGER, object_id TEXT, object_name TEXT, message TEXT,
      attributes TEXT) STRICT;
    CREATE INDEX event_at ON event (at);
    CREATE INDEX event_account ON event (account, at);
    CREATE INDEX event_address ON event (address, at)`);
  const numbers = new Map<string, number>();
  const number = (text: string | undefined): number | null => {
    if (text === undefined) return null;
    const known = numbers.get(text);
    if (known !== undefined) return known;
    numbers.set(text, numbers.size + 1);
    return numbers.size;
  };
  const add = db.prepare(
    `INSERT INTO event VALUES (NULL, ${Array.from({ length: 17 }, () => '?').join(', ')})`,
  );
  db.transaction(() => {
    for (const event of events) {
      add.run(
        1,
        event.id,
        event.at,
        event.recordedAt,
        number(event.action),
        event.outcome === 'success' ? 1 : 2,
        number(event.reason),
        number(event.account?.id),
        number(event.account?.name),
        number(event.ip),
        number(event.userAgent),
        number(event.sessionId),
        number(event.object?.kind),
        event.object?.id ?? null,
        event.object?.name ?? null,
        event.message ?? null,
        JSON.stringify(event.attributes),
      );
    }
  })();
  db.close();
  return statSync(file).size;
}
