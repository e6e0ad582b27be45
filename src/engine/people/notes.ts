import { z } from 'zod';
import { EpochMs } from '#shared/domain/units.ts';
import type { NoteView } from '#shared/ipc/people-views.ts';
import type { ReadableDb, WritableDb } from '../mirror/database.ts';
import { ProblemError } from '../problem-error.ts';

const Row = z.object({ key: z.number(), subject: z.string(), text: z.string(), at: EpochMs, by: z.string() });
const COLUMNS = 'SELECT key, subject, text, at, by FROM note';

/** Notes, newest first; of one subject or of all. */
export function notes(
  db: ReadableDb,
  request: { readonly subject?: string | undefined; readonly limit: number },
): readonly NoteView[] {
  const rows =
    request.subject === undefined
      ? db.prepare(`${COLUMNS} WHERE removed_at IS NULL ORDER BY key DESC LIMIT ?`).all(request.limit)
      : db
          .prepare(`${COLUMNS} WHERE subject = ? AND removed_at IS NULL ORDER BY key DESC LIMIT ?`)
          .all(request.subject, request.limit);
  return rows.map((row) => Row.parse(row));
}

export function addNote(
  db: WritableDb,
  note: { readonly subject: string; readonly text: string },
  at: number,
  by: string,
): NoteView {
  return Row.parse(
    db
      .prepare(
        'INSERT INTO note (subject, text, at, by) VALUES (?, ?, ?, ?) RETURNING key, subject, text, at, by',
      )
      .get(note.subject, note.text, at, by),
  );
}

/** The text stays until retention, so that a removal can be taken back. */
export function removeNote(db: WritableDb, key: number, at: number): { readonly removed: boolean } {
  const { changes } = db
    .prepare('UPDATE note SET removed_at = ? WHERE key = ? AND removed_at IS NULL')
    .run(at, key);
  return { removed: changes > 0 };
}

export function restoreNote(db: WritableDb, key: number): NoteView {
  const row = db
    .prepare('UPDATE note SET removed_at = NULL WHERE key = ? RETURNING key, subject, text, at, by')
    .get(key);
  if (row === undefined) {
    throw new ProblemError({
      code: 'NO_SUCH_NOTE',
      message: 'This note is no longer there.',
      advice: 'Write it again.',
    });
  }
  return Row.parse(row);
}
