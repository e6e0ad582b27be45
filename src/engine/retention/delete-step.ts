import { join } from 'node:path';
import { z } from 'zod';
import { segmentTable } from '../mirror/audit-segments.ts';
import type { RetentionKind } from '#shared/ipc/mirror-contract.ts';
import { QUEUE } from '../detections/rows.ts';
import type { WritableDb } from '../mirror/database.ts';
import { deleteEvents, dropEmptySegment } from '../mirror/delete-events.ts';
import { dropSegment } from '../mirror/segment-tables.ts';
import { appendToArchive } from './archive.ts';
import { mirrorBytes, oldestSegment, type Cut } from './cuts.ts';
import { archivePosition, noteDeleted } from './policy-store.ts';
import { detectionRecords, eventRecords, sessionRecords } from './records.ts';

/** Rows deleted in one transaction. */
const STEP = 2_000;

/** The run that a step belongs to. */
export interface RunInForce {
  readonly run: number;
  readonly archiveFolder: string | null;
  readonly at: number;
}

const Part = z.object({ segment: z.number(), whole: z.number(), events: z.number() });

/** Deletes a small step of the events that are too old; false when none are left. Inside a transaction. */
export function deleteOldEvents(db: WritableDb, cut: Cut, of: RunInForce): boolean {
  const row = db
    .prepare(
      `SELECT p.segment, p.events, p.to_at < @before AND s.state <> 'hot' AND NOT EXISTS
         (SELECT 1 FROM audit_part o WHERE o.segment = p.segment AND o.connection <> p.connection) AS whole
       FROM audit_part p JOIN audit_segment s ON s.number = p.segment
       WHERE p.connection = @connection AND p.from_at < @before ORDER BY p.segment LIMIT 1`,
    )
    .get({ connection: cut.connection, before: cut.before });
  if (row === undefined) {
    db.prepare('DELETE FROM tally WHERE connection = ? AND minute < ?').run(
      cut.connection,
      Math.floor(cut.before / 60_000),
    );
    return dropEmptySegment(db);
  }
  const { segment, whole, events } = Part.parse(row);
  if (whole === 1 && of.archiveFolder === null) {
    dropSegment(db, segment);
    noteDeleted(db, of.run, events, null);
    return true;
  }
  const keys = db
    .prepare(`SELECT key FROM ${segmentTable(segment)} WHERE at < ? AND connection = ? ORDER BY at LIMIT ?`)
    .pluck()
    .all(cut.before, cut.connection, STEP)
    .map(Number);
  deleteKeys(db, segment, keys, of);
  if (keys.length < STEP) {
    // Nothing of it is older now, whatever the bound said.
    db.prepare('UPDATE audit_part SET from_at = max(from_at, ?) WHERE segment = ? AND connection = ?').run(
      cut.before,
      segment,
      cut.connection,
    );
  }
  return true;
}

/** Deletes a small step of the oldest events while the mirror is larger than it may be. Inside a transaction. */
export function deleteForSize(db: WritableDb, mostBytes: number, of: RunInForce): boolean {
  if (dropEmptySegment(db)) return true;
  if (mirrorBytes(db).used <= mostBytes) return false;
  const oldest = oldestSegment(db);
  if (oldest === null) return false;
  // Answers about that time say that it is gone.
  db.prepare('UPDATE retention_run SET before = max(coalesce(before, 0), ?) WHERE key = ?').run(
    oldest.to + 1,
    of.run,
  );
  if (of.archiveFolder === null) {
    dropSegment(db, oldest.number);
    noteDeleted(db, of.run, oldest.events, null);
    return true;
  }
  const keys = db.prepare(`SELECT key FROM ${oldest.table} LIMIT ?`).pluck().all(STEP).map(Number);
  deleteKeys(db, oldest.number, keys, of);
  return true;
}

function deleteKeys(db: WritableDb, segment: number, keys: readonly number[], of: RunInForce): void {
  if (keys.length === 0) return;
  archive(db, of, 'events', () => eventRecords(db, segmentTable(segment), keys), keys.length);
  deleteEvents(
    db,
    segment,
    { sql: 'e.key IN (SELECT value FROM json_each(@keys))', bound: { keys: JSON.stringify(keys) } },
    keys.length,
  );
}

/** Deletes a small step of sessions that ended too long ago; false when none are left. Inside a transaction. */
export function deleteOldSessions(db: WritableDb, cut: Cut, of: RunInForce): boolean {
  const keys = db
    .prepare('SELECT key FROM session WHERE ended_at < ? AND connection = ? ORDER BY ended_at LIMIT ?')
    .pluck()
    .all(cut.before, cut.connection, STEP / 2)
    .map(Number);
  if (keys.length > 0) {
    archive(db, of, 'sessions', () => sessionRecords(db, keys), keys.length);
    removeSessions(db, keys);
    return true;
  }
  // What an account looked like before the last change that is older than the cut.
  const changes = db
    .prepare(
      `DELETE FROM account_change WHERE (account, at) IN (
         SELECT x.account, x.at FROM account_change x JOIN account a ON a.key = x.account
         WHERE a.connection = @connection AND x.at < @before AND EXISTS
           (SELECT 1 FROM account_change y WHERE y.account = x.account AND y.at > x.at AND y.at < @before)
         LIMIT @limit)`,
    )
    .run({ connection: cut.connection, before: cut.before, limit: STEP });
  return changes.changes > 0;
}

/**
 * Deletes a small step of detections that were seen last too long ago; what is open in the queue stays. False when none
 * are left. Inside a transaction.
 */
export function deleteOldDetections(db: WritableDb, cut: Cut, of: RunInForce): boolean {
  const keys = db
    .prepare(
      `SELECT d.key FROM detection d WHERE d.last_at < ? AND d.connection = ? AND NOT (${QUEUE})
       ORDER BY d.last_at LIMIT ?`,
    )
    .pluck()
    .all(cut.before, cut.connection, STEP / 2)
    .map(Number);
  if (keys.length === 0) return false;
  archive(db, of, 'detections', () => detectionRecords(db, keys), keys.length);
  const list = JSON.stringify(keys);
  db.prepare('DELETE FROM triage_item WHERE detection IN (SELECT value FROM json_each(?))').run(list);
  db.prepare('DELETE FROM detection WHERE key IN (SELECT value FROM json_each(?))').run(list);
  return true;
}

/** Sessions with their observations; their ids stay for the events that name them (see sweep.ts). */
export function removeSessions(db: WritableDb, keys: readonly number[]): void {
  const list = JSON.stringify(keys);
  db.prepare('DELETE FROM observation WHERE session IN (SELECT value FROM json_each(?))').run(list);
  // A later session may be given the same key: it must not inherit a risk.
  db.prepare('DELETE FROM session_risk WHERE session IN (SELECT value FROM json_each(?))').run(list);
  db.prepare('DELETE FROM session WHERE key IN (SELECT value FROM json_each(?))').run(list);
}

function archive(
  db: WritableDb,
  of: RunInForce,
  kind: RetentionKind,
  records: () => readonly unknown[],
  rows: number,
): void {
  if (of.archiveFolder === null) {
    noteDeleted(db, of.run, rows, null);
    return;
  }
  const day = new Date(of.at).toISOString().slice(0, 10);
  const file = join(of.archiveFolder, `watchfloor-${kind}-${day}-${String(of.run)}.ndjson.gz`);
  const position = appendToArchive(file, archivePosition(db, of.run), records());
  noteDeleted(db, of.run, rows, { file, ...position });
}
