import { z } from 'zod';
import type { WritableDb } from './database.ts';
import { deleteEvents } from './delete-events.ts';
import { dropSegment } from './segment-tables.ts';

/** Rows of one kind deleted in one transaction, so that ingest of the other connections goes on in between. */
const STEP = 2_000;

const PLAIN: readonly string[] = [
  'tally',
  'watch',
  'history',
  'set_aside',
  'cursor',
  'fresh',
  'detection',
  'detector',
  'detector_entity',
  'detector_part',
  'detector_log',
  'detect_settings',
  'sigma_group',
];

/**
 * Deletes a small step of what was mirrored from a connection; call it until it returns false, each call in a
 * transaction. The connection's own row stays behind, empty: commands that were sent through it still name it.
 */
export function forgetStep(db: WritableDb, connection: number): boolean {
  if (forgetEvents(db, connection)) return true;
  if (
    forgetKeys(db, connection, 'handle', [
      'observation.session',
      'session_risk.session',
      'session.key',
      'handle.key',
    ])
  )
    return true;
  if (
    forgetKeys(db, connection, 'account', ['account_change.account', 'account_risk.account', 'account.key'])
  )
    return true;
  const generations = 'SELECT generation FROM snapshot WHERE connection = ?';
  for (const table of ['staged_session', 'staged_account']) {
    const staged = db
      .prepare(
        `DELETE FROM ${table} WHERE key IN
           (SELECT key FROM ${table} WHERE generation IN (${generations}) LIMIT ?)`,
      )
      .run(connection, STEP);
    if (staged.changes > 0) return true;
  }
  db.prepare('DELETE FROM snapshot WHERE connection = ?').run(connection);
  db.prepare(
    'DELETE FROM triage_item WHERE detection IN (SELECT key FROM detection WHERE connection = ?)',
  ).run(connection);
  for (const table of PLAIN) db.prepare(`DELETE FROM ${table} WHERE connection = ?`).run(connection);
  db.prepare(
    `UPDATE connection SET hello = NULL, status = NULL, ca = NULL, agent_id = NULL, environment_id = NULL
     WHERE key = ?`,
  ).run(connection);
  return false;
}

function forgetEvents(db: WritableDb, connection: number): boolean {
  const Part = z.object({ segment: z.number(), alone: z.number() });
  const row = db
    .prepare(
      `SELECT p.segment, s.state <> 'hot' AND NOT EXISTS
         (SELECT 1 FROM audit_part o WHERE o.segment = p.segment AND o.connection <> p.connection) AS alone
       FROM audit_part p JOIN audit_segment s ON s.number = p.segment WHERE p.connection = ? LIMIT 1`,
    )
    .get(connection);
  if (row === undefined) return false;
  const { segment, alone } = Part.parse(row);
  if (alone === 1) dropSegment(db, segment);
  else deleteEvents(db, segment, { sql: 'e.connection = @connection', bound: { connection } }, STEP);
  return true;
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
