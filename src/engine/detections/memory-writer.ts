import type { WritableDb } from '../mirror/database.ts';
import type { MemorySlice } from './memory.ts';

/** Memories forgotten at one save; the rest at the next. */
const MOST_FORGOTTEN = 20_000;

/** A memory that nothing can come of any more and that is gone from the mirror. */
export interface Forgotten {
  readonly kind: string;
  readonly id: string;
}

export interface MemoryWriter {
  /** In a transaction. */
  write(connection: number, slice: MemorySlice): void;
  /** Lets go of what can matter no more at an event time. In a transaction. */
  forget(connection: number, watermark: number): readonly Forgotten[];
}

/** Writes what detections remember. */
export function createMemoryWriter(db: WritableDb): MemoryWriter {
  const write = db.prepare(
    `INSERT INTO detector_entity (connection, kind, id, expires_at, body, packed) VALUES (?, ?, ?, ?, ?, ?)
     ON CONFLICT (connection, kind, id) DO UPDATE
       SET expires_at = excluded.expires_at, body = excluded.body, packed = excluded.packed`,
  );
  const remove = db.prepare('DELETE FROM detector_entity WHERE connection = ? AND kind = ? AND id = ?');
  const writePart = db.prepare(
    `INSERT INTO detector_part (connection, kind, id, part, body) VALUES (?, ?, ?, ?, ?)
     ON CONFLICT (connection, kind, id, part) DO UPDATE SET body = excluded.body`,
  );
  const dropParts = db.prepare(
    `DELETE FROM detector_part WHERE connection = ? AND kind = ? AND id = ?
       AND part NOT IN (SELECT value FROM json_each(?))`,
  );
  const forgotten = db.prepare(
    `DELETE FROM detector_entity WHERE key IN (SELECT key FROM detector_entity
       WHERE connection = ? AND expires_at IS NOT NULL AND expires_at < ? ORDER BY expires_at LIMIT ${MOST_FORGOTTEN})
     RETURNING kind, id`,
  );
  return {
    write(connection, { kind, written, bytes, removed, parts, partsLeft }) {
      let start = 0;
      for (const [id, until, body] of written) {
        if (typeof body === 'string') write.run(connection, kind, id, until, body, null);
        else {
          write.run(connection, kind, id, until, '', bytes.subarray(start, body));
          start = body;
        }
      }
      for (const id of removed) {
        remove.run(connection, kind, id);
        dropParts.run(connection, kind, id, '[]');
      }
      for (const [id, part, body] of parts) writePart.run(connection, kind, id, part, body);
      for (const [id, left] of partsLeft) dropParts.run(connection, kind, id, JSON.stringify(left));
    },
    forget(connection, watermark) {
      const gone = forgotten.all(connection, watermark) as Forgotten[];
      for (const { kind, id } of gone) dropParts.run(connection, kind, id, '[]');
      return gone;
    },
  };
}

/** Forgets everything that detections remember of an environment. In a transaction. */
export function forgetMemory(db: WritableDb, connection: number): void {
  for (const table of ['detector_entity', 'detector_part', 'detector_log', 'detector'])
    db.prepare(`DELETE FROM ${table} WHERE connection = ?`).run(connection);
}

const REMEMBERED = ['detector_entity', 'detector_part'] as const;

/** Forgets what detections remember under the id of an account. In a transaction. */
export function forgetAccount(db: WritableDb, connection: number, id: string): void {
  for (const table of REMEMBERED)
    db.prepare(`DELETE FROM ${table} WHERE connection = ? AND id = ?`).run(connection, id);
}

/** Forgets what detections remember of these sessions. In a transaction. */
export function forgetSessions(db: WritableDb, keys: readonly number[]): void {
  for (const table of REMEMBERED) {
    db.prepare(
      `DELETE FROM ${table} WHERE (connection, id) IN
         (SELECT connection, id FROM handle WHERE key IN (SELECT value FROM json_each(?)))`,
    ).run(JSON.stringify(keys));
  }
}
