import { z } from 'zod';
import { segmentTable } from '../audit-segments.ts';
import type { WritableDb } from '../database.ts';
import { eventHash } from '../event-hash.ts';

/** What was put right so that rows point at nothing that is not there. */
export interface Mended {
  /** Names, addresses, ids that were lost and stand now as “lost-<number>”. */
  readonly standIns: number;
  /** Rows left out because what they belong to is lost. */
  readonly dropped: number;
}

/** Brings a filled mirror into order. In a transaction. */
export function mend(db: WritableDb, hasSalt: boolean): Mended {
  const segments = db.prepare('SELECT number FROM audit_segment ORDER BY number').pluck().all().map(Number);
  const tables = segments.map(segmentTable);
  if (!hasSalt) hashAnew(db, tables);
  countParts(db, segments);
  const standIns = standIn(db, tables);
  let dropped = 0;
  const drop = (sql: string): void => {
    dropped += db.prepare(sql).run().changes;
  };
  drop('DELETE FROM observation WHERE session NOT IN (SELECT key FROM session)');
  drop('DELETE FROM account_change WHERE account NOT IN (SELECT key FROM account)');
  dropped += dropOrphans(db);
  // Every session has one observation at least.
  db.exec(
    `INSERT OR IGNORE INTO observation (session, at, address, device, account, via, marks)
       SELECT key, coalesce(opened_at, last_seen_at, ended_at, 0), coalesce(last_address, opened_address, 0),
         coalesce(last_device, opened_device, 0), coalesce(account, 0), coalesce(via, 0), marks
       FROM session s WHERE NOT EXISTS (SELECT 1 FROM observation o WHERE o.session = s.key)`,
  );
  return { standIns, dropped };
}

/** The number that salts the hashes of events is lost: a new one, and hashes made with it. */
function hashAnew(db: WritableDb, tables: readonly string[]): void {
  const salt = Number(db.prepare("SELECT value FROM constant WHERE name = 'event_salt'").pluck().get());
  db.function('event_hash', { deterministic: true }, (connection, id) =>
    eventHash(salt, Number(connection), String(id)),
  );
  for (const table of tables) db.exec(`UPDATE ${table} SET hash = event_hash(connection, id)`);
}

function countParts(db: WritableDb, segments: readonly number[]): void {
  for (const number of segments) {
    db.prepare(
      `INSERT INTO audit_part (segment, connection, from_at, to_at, events)
       SELECT ?, connection, min(at), max(at), count(*) FROM ${segmentTable(number)} GROUP BY connection`,
    ).run(number);
  }
}

/** Puts something in the place of what rows name and nobody knows any more. Returns of how many. */
function standIn(db: WritableDb, tables: readonly string[]): number {
  const union = (parts: readonly string[]): string => parts.join(' UNION ');
  const each = (columns: readonly string[]): readonly string[] =>
    tables.flatMap((table) => columns.map((column) => `SELECT ${column} FROM ${table}`));
  const add = (into: string, missing: string): number =>
    db.prepare(`INSERT INTO ${into} SELECT DISTINCT ${missing}`).run().changes;

  const connections = union([
    'SELECT connection AS key FROM session',
    'SELECT connection FROM account',
    'SELECT connection FROM handle',
    'SELECT connection FROM audit_part',
    'SELECT connection FROM command',
    'SELECT connection FROM detection',
  ]);
  let count = add(
    'connection (key, id, name, name_given, url, colour, enabled, created_at, removed_at)',
    `key, 'lost-' || key, 'Recovered ' || key, 1, '', 0, 0, 0, 0 FROM (${connections})
     WHERE key NOT IN (SELECT key FROM connection)`,
  );
  db.exec(`UPDATE session SET view = NULL WHERE view IS NOT NULL AND view NOT IN (SELECT key FROM word)`);
  // Marks are a list: none are known.
  const marks = union(['SELECT marks AS key FROM session', 'SELECT marks FROM observation']);
  if (db.prepare("SELECT 1 FROM word WHERE text = '[]'").get() === undefined) {
    db.exec(`INSERT INTO word (text) VALUES ('[]')`);
  }
  const plain = "(SELECT key FROM word WHERE text = '[]')";
  for (const table of ['session', 'observation'])
    db.exec(`UPDATE OR REPLACE ${table} SET marks = ${plain} WHERE marks NOT IN (SELECT key FROM word)`);
  const words = union([
    'SELECT cause AS key FROM session',
    ...each(['action', 'reason', 'account_name', 'actor_name', 'object_kind']),
    marks,
  ]);
  count += add(
    'word (key, text)',
    `key, 'lost-' || key FROM (${words}) WHERE key IS NOT NULL AND key NOT IN (SELECT key FROM word)`,
  );
  const addresses = union([
    'SELECT opened_address AS key FROM session',
    'SELECT last_address FROM session',
    'SELECT address FROM observation',
    ...each(['address']),
  ]);
  count += add(
    'address (key, ip, disagrees, readable, trusted)',
    `key, 'lost-' || key, 0, 0, 0 FROM (${addresses})
     WHERE key > 0 AND key NOT IN (SELECT key FROM address)`,
  );
  const devices = union([
    'SELECT opened_device AS key FROM session',
    'SELECT last_device FROM session',
    'SELECT device FROM observation',
    ...each(['device']),
  ]);
  count += add(
    'device (key, user_agent)',
    `key, 'lost-' || key FROM (${devices}) WHERE key > 0 AND key NOT IN (SELECT key FROM device)`,
  );
  const accounts = union([
    'SELECT account AS key, connection FROM session',
    'SELECT via, connection FROM session',
    ...tables.map((table) => `SELECT account, connection FROM ${table}`),
  ]);
  count += add(
    'account (key, connection, id, name, known, roles, status, privileged, service)',
    `key, min(connection), 'lost-' || key, '', 0, '[]', 'unknown', 0, 0 FROM (${accounts})
     WHERE key > 0 AND key NOT IN (SELECT key FROM account) GROUP BY key`,
  );
  const handles = union([
    'SELECT key, connection FROM session',
    ...tables.map((table) => `SELECT session, connection FROM ${table}`),
  ]);
  count += add(
    'handle (key, connection, id)',
    `key, min(connection), 'lost-' || key FROM (${handles})
     WHERE key > 0 AND key NOT IN (SELECT key FROM handle) GROUP BY key`,
  );
  return count;
}

const Reference = z.object({ table: z.string(), from: z.string(), to: z.string().nullable() });

/** Rows of tables with REFERENCES whose other end is lost; again and again, as they may refer to each other. */
function dropOrphans(db: WritableDb): number {
  const tables = db
    .prepare("SELECT name FROM pragma_table_list WHERE schema = 'main' AND type = 'table'")
    .pluck()
    .all()
    .map(String);
  let dropped = 0;
  for (let before = -1; before !== dropped;) {
    before = dropped;
    for (const name of tables) {
      for (const raw of db
        .prepare('SELECT "table", "from", "to" FROM pragma_foreign_key_list(?)')
        .all(name)) {
        const { table, from, to } = Reference.parse(raw);
        dropped += db
          .prepare(
            `DELETE FROM "${name}" WHERE "${from}" IS NOT NULL AND "${from}" NOT IN (SELECT "${to ?? 'key'}" FROM "${table}")`,
          )
          .run().changes;
      }
    }
  }
  return dropped;
}
