import { z } from 'zod';
import { EpochMs } from '#shared/domain/units.ts';
import type { NoteView } from '#shared/ipc/people-views.ts';
import type { ReadableDb, WritableDb } from '../mirror/database.ts';
import { readValue } from '../mirror/statements.ts';
import { ProblemError } from '../problem-error.ts';

const Row = z.object({ key: z.number(), subject: z.string(), text: z.string(), at: EpochMs, by: z.string() });
const COLUMNS = 'SELECT key, subject, text, at, by FROM note';

/** Whose page or session it is; ids may hold slashes, so they are what follows the second one. */
const ABOUT = {
  person: `SELECT a.name FROM account a JOIN connection c ON c.key = a.connection WHERE c.id = ? AND a.id = ?`,
  session: `SELECT a.name FROM handle h JOIN connection c ON c.key = h.connection
    JOIN session s ON s.key = h.key JOIN account a ON a.key = s.account WHERE c.id = ? AND h.id = ?`,
} as const;

/** The name of the account that a subject means. */
function aboutOf(db: ReadableDb, subject: string): string | null {
  const [kind = '', connection = '', ...rest] = subject.split('/');
  if (kind !== 'person' && kind !== 'session') return null;
  const name = readValue(db, ABOUT[kind], [connection, rest.join('/')]);
  return typeof name === 'string' ? name : null;
}

const viewOf = (db: ReadableDb, raw: unknown): NoteView => {
  const row = Row.parse(raw);
  return { ...row, about: aboutOf(db, row.subject) };
};

/** Notes and bookmarks, newest first; of one subject or of all. */
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
  return rows.map((row) => viewOf(db, row));
}

const BOOKMARK = `${COLUMNS} WHERE subject = ? AND text = '' AND by = ? AND removed_at IS NULL`;

export function addNote(
  db: WritableDb,
  note: { readonly subject: string; readonly text: string },
  at: number,
  by: string,
): NoteView {
  const marked = note.text === '' ? db.prepare(BOOKMARK).get(note.subject, by) : undefined;
  if (marked !== undefined) return viewOf(db, marked);
  return viewOf(
    db,
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
  return viewOf(db, row);
}
