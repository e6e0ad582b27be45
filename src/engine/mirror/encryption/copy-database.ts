import { closeSync, fsyncSync, openSync, statSync } from 'node:fs';
import type Database from 'better-sqlite3';
import { checkFile } from '../check.ts';
import { attachCiphered, openCiphered } from './ciphers.ts';
import type { DataKey } from './data-key.ts';
import { removeDatabase } from './database-files.ts';
import { holdKey, letGoOfKey } from './held-keys.ts';

/** A file and the key it is, or is to be, encrypted with; null: it is not. */
export interface Place {
  readonly file: string;
  readonly key: DataKey | null;
}

/** A copy that was read through and found to be the same as what it was made of. */
export interface Copied {
  readonly bytes: number;
  readonly sessions: number;
  readonly events: number;
}

/**
 * Writes a whole state of a database, its log included, into a new file, encrypted with another key or with none, and
 * reads the copy through. In one statement, which takes as long as reading and writing everything does: for a thread of
 * its own. Whoever writes to the database meanwhile is not kept waiting.
 * @param still nobody writes to it: then the copy has to have as many rows in every table
 * @throws when copying fails or the copy is not sound; what was written of it is removed
 */
export function copyDatabase(from: Place, to: Place, still: boolean): Copied {
  // A new database gets the key of the main one, which is therefore a file of its own that is never written.
  const scratch = `${to.file}.main`;
  // Before SQLite makes it for everybody; it takes an empty file for a new one.
  closeSync(openSync(to.file, 'wx', 0o600));
  try {
    const before = withCiphered(scratch, to.key, (db) => {
      attachCiphered(db, from.file, 'source', from.key);
      const counts = still ? countsOf(db, 'source') : null;
      db.prepare('VACUUM source INTO ?').run(to.file);
      return counts;
    });
    toDisk(to.file);
    const after = withCiphered(to.file, to.key, (db) => (still ? countsOf(db, 'main') : null));
    if (before !== after) throw new Error('the copy does not have the rows of what was copied');
    return { ...soundness(to), bytes: statSync(to.file).size };
  } catch (error) {
    removeDatabase(to.file);
    throw error;
  } finally {
    removeDatabase(scratch);
  }
}

function withCiphered<T>(file: string, key: DataKey | null, work: (db: Database.Database) => T): T {
  const db = openCiphered(file, key, {});
  try {
    return work(db);
  } finally {
    db.close();
  }
}

function soundness({ file, key }: Place): Pick<Copied, 'sessions' | 'events'> {
  if (key !== null) holdKey(file, key);
  try {
    const checked = checkFile(file);
    if (!checked.ok) throw new Error(checked.error.message);
    const { faults, sessions, events } = checked.value;
    if (faults.length > 0) throw new Error(`the copy is not sound: ${faults.join('; ')}`);
    return { sessions, events };
  } finally {
    letGoOfKey(file);
  }
}

/** How many rows every table has, one a line. */
function countsOf(db: Database.Database, schema: 'main' | 'source'): string {
  return db
    .prepare(
      `SELECT name FROM pragma_table_list WHERE schema = ? AND type IN ('table', 'shadow')
         AND name NOT LIKE 'sqlite_%' ORDER BY name`,
    )
    .pluck()
    .all(schema)
    .map((name) => {
      const count = db
        .prepare(`SELECT count(*) FROM ${schema}."${String(name)}"`)
        .pluck()
        .get();
      return `${String(name)} ${String(count)}`;
    })
    .join('\n');
}

function toDisk(file: string): void {
  const handle = openSync(file, 'r+');
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}
