import type { WritableDb } from './database.ts';

/** Rows of one kind deleted in one transaction, so that ingest of the other connections goes on in between. */
const STEP = 2_000;

const PLAIN: readonly string[] = ['tally', 'watch', 'history', 'set_aside', 'cursor', 'fresh'];

/**
 * Deletes a small step of what was mirrored from a connection; call it until it returns false, each call in a
 * transaction. The connection's own row stays behind, empty: commands that were sent through it still name it.
 */
export function forgetStep(db: WritableDb, connection: number): boolean {
  const audit = db
    .prepare('DELETE FROM audit WHERE key IN (SELECT key FROM audit WHERE connection = ? LIMIT ?)')
    .run(connection, STEP);
  if (audit.changes > 0) return true;
  if (forgetKeys(db, connection, 'handle', ['observation.session', 'session.key', 'handle.key'])) return true;
  if (forgetKeys(db, connection, 'account', ['account_change.account', 'account.key'])) return true;
  const generations = 'SELECT generation FROM snapshot WHERE connection = ?';
  for (const table of ['staged_session', 'staged_account']) {
    const staged = db
      .prepare(
        `DELETE FROM ${table} WHERE (generation, id) IN
           (SELECT generation, id FROM ${table} WHERE generation IN (${generations}) LIMIT ?)`,
      )
      .run(connection, STEP);
    if (staged.changes > 0) return true;
  }
  db.prepare('DELETE FROM snapshot WHERE connection = ?').run(connection);
  for (const table of PLAIN) db.prepare(`DELETE FROM ${table} WHERE connection = ?`).run(connection);
  db.prepare(
    `UPDATE connection SET hello = NULL, status = NULL, ca = NULL, agent_id = NULL, environment_id = NULL
     WHERE key = ?`,
  ).run(connection);
  return false;
}

function forgetKeys(db: WritableDb, connection: number, from: string, columns: readonly string[]): boolean {
  const keys = db
    .prepare(`SELECT key FROM ${from} WHERE connection = ? LIMIT ?`)
    .pluck()
    .all(connection, STEP);
  if (keys.length === 0) return false;
  for (const column of columns) {
    const [table, name] = column.split('.');
    db.prepare(`DELETE FROM ${String(table)} WHERE ${String(name)} IN (SELECT value FROM json_each(?))`).run(
      JSON.stringify(keys),
    );
  }
  return true;
}
