import type { EpochMs } from '#shared/domain/units.ts';
import type { AuditEvent } from '#shared/protocol/records.ts';
import type { Db } from './database.ts';

/** Pushed events that wait, and the ids of those that became part of another event. */
export interface Pushes {
  has(id: string): boolean;
  wait(event: AuditEvent, now: EpochMs, due: EpochMs): void;
  waiting(): readonly AuditEvent[];
  due(now: EpochMs): readonly AuditEvent[];
  /** It was merged: only its id is remembered, so that sending it again is harmless. */
  merged(id: string, now: EpochMs): void;
  remove(id: string): void;
  trim(before: EpochMs): void;
}

export function createPushes(db: Db): Pushes {
  interface Row {
    readonly body: string;
  }
  const has = db.prepare<[string]>('SELECT 1 FROM pushes WHERE id = ?');
  const put = db.prepare(
    `INSERT INTO pushes (id, told_at, due_at, body) VALUES (?, ?, ?, ?)
     ON CONFLICT (id) DO UPDATE SET due_at = excluded.due_at, body = excluded.body`,
  );
  const waiting = db.prepare<[], Row>('SELECT body FROM pushes WHERE due_at IS NOT NULL ORDER BY due_at');
  const due = db.prepare<[number], Row>('SELECT body FROM pushes WHERE due_at <= ? ORDER BY due_at');
  const remove = db.prepare('DELETE FROM pushes WHERE id = ?');
  const trim = db.prepare('DELETE FROM pushes WHERE told_at < ? AND due_at IS NULL');
  const read = (row: Row) => JSON.parse(row.body) as AuditEvent;
  return {
    has: (id) => has.get(id) !== undefined,
    wait: (event, now, at) => void put.run(event.id, now, at, JSON.stringify(event)),
    waiting: () => waiting.all().map(read),
    due: (now) => due.all(now).map(read),
    merged: (id, now) => void put.run(id, now, null, null),
    remove: (id) => void remove.run(id),
    trim: (before) => void trim.run(before),
  };
}
