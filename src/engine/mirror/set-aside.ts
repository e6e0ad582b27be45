import type { WritableDb } from './database.ts';

/** Malformed records kept per connection; the older ones are only counted. */
const KEPT = 1_000;
const SAMPLE = 4_096;

export interface BadRecord {
  readonly kind: 'change' | 'session' | 'account' | 'event';
  readonly problem: string;
  readonly record: unknown;
}

/** Counts malformed records and keeps the newest, cut, for whoever has to find out why. */
export function setAside(
  db: WritableDb,
  connection: number,
  at: number,
  records: readonly BadRecord[],
): void {
  if (records.length === 0) return;
  const insert = db.prepare(
    'INSERT INTO set_aside (connection, at, kind, problem, sample) VALUES (?, ?, ?, ?, ?)',
  );
  for (const { kind, problem, record } of records.slice(-KEPT)) {
    insert.run(connection, at, kind, problem.slice(0, SAMPLE), sample(record));
  }
  db.prepare('UPDATE connection SET set_aside = set_aside + ? WHERE key = ?').run(records.length, connection);
  db.prepare(
    `DELETE FROM set_aside WHERE connection = @connection AND key <=
       (SELECT key FROM set_aside WHERE connection = @connection ORDER BY key DESC LIMIT 1 OFFSET ${String(KEPT)})`,
  ).run({ connection });
}

function sample(record: unknown): string {
  // undefined has no JSON text
  const text = (JSON.stringify(record) as string | undefined) ?? 'undefined';
  return text.slice(0, SAMPLE);
}
