import { z } from 'zod';
import { Epoch, Seq } from '#shared/domain/ids.ts';
import type { ReadableDb, WritableDb } from './database.ts';
import { write } from './statements.ts';

/** A position in an agent's log and what its token saw there. */
export const Cursor = z.object({ epoch: Epoch, seq: Seq, view: z.string() });
export type Cursor = z.infer<typeof Cursor>;

export function readCursor(db: ReadableDb, connection: number): Cursor | null {
  const row = db.prepare('SELECT epoch, seq, view FROM cursor WHERE connection = ?').get(connection);
  return row === undefined ? null : Cursor.parse(row);
}

/** Only ever called in the transaction that writes what the cursor has passed. */
export function writeCursor(db: WritableDb, connection: number, cursor: Cursor): void {
  write(
    db,
    `INSERT INTO cursor (connection, epoch, seq, view) VALUES (?, ?, ?, ?)
     ON CONFLICT DO UPDATE SET epoch = excluded.epoch, seq = excluded.seq, view = excluded.view`,
    [connection, cursor.epoch, cursor.seq, cursor.view],
  );
}
