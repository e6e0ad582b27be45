import type { Database as Db } from 'better-sqlite3';
import { z } from 'zod';
import { StoreError } from '../store-adapter.ts';
import type { EventPage, StoreCursor } from '../store-adapter.ts';
import { readEvent } from './rows.ts';
import { TRIMMED_TO } from './schema.ts';

/** The last row that was read: its number and its time, which together tell it from a later row of that number. */
const Position = z.object({ log: z.string(), id: z.int().min(0), at: z.int().min(0) });
type Position = z.infer<typeof Position>;

const Anchor = z.object({ at: z.int() });
const Note = z.object({ value: z.string() });

/** Reads the log after a cursor. `log` names the database, so that another one in its place is noticed. */
export function readEvents(db: Db, log: string, cursor: StoreCursor | null, limit: number): EventPage {
  const position = cursor === null ? { log, id: 0, at: 0 } : parsePosition(cursor);
  const cleared = position.id > 0 && wasCleared(db, log, position);
  const after = cleared ? 0 : position.id;
  const rows = db.prepare('SELECT * FROM audit_log WHERE id > ? ORDER BY id LIMIT ?').all(after, limit + 1);
  const read = rows.slice(0, limit).map(readEvent);
  const last = read.at(-1);
  const next: Position =
    last === undefined ? (cleared ? { log, id: 0, at: 0 } : position) : { log, id: last.rowId, at: last.at };
  return {
    events: read.map((item) => item.event),
    cursor: JSON.stringify(next) as StoreCursor,
    more: rows.length > limit,
    cleared,
  };
}

/**
 * The row at the cursor is missing or another when the log was emptied; or missing when the application trimmed its
 * oldest rows while nobody read, and then it left a note how far.
 */
function wasCleared(db: Db, log: string, position: Position): boolean {
  if (position.log !== log) return true;
  const row = db.prepare('SELECT at FROM audit_log WHERE id = ?').get(position.id);
  if (row !== undefined) return Anchor.parse(row).at !== position.at;
  const note = db.prepare('SELECT value FROM settings WHERE key = ?').get(TRIMMED_TO);
  return note === undefined || Number(Note.parse(note).value) < position.id;
}

function parsePosition(cursor: StoreCursor): Position {
  try {
    return Position.parse(JSON.parse(cursor));
  } catch (error) {
    throw new StoreError(
      'misconfigured',
      'the position kept for the demo store’s log cannot be read; start without it',
      { cause: error },
    );
  }
}
