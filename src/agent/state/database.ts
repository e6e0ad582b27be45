import { chmodSync, existsSync } from 'node:fs';
import Database from 'better-sqlite3';
import initial from './migrations/0001-initial.sql?raw';
import told from './migrations/0002-told.sql?raw';
import rules from './migrations/0003-rules.sql?raw';
import shortHandles from './migrations/0004-short-handles.sql?raw';
import chain from './migrations/0005-journal-chain.sql?raw';
import notices from './migrations/0006-notices.sql?raw';
import approvedActs from './migrations/0007-approved-acts.sql?raw';
import kept from './migrations/0008-kept.sql?raw';
import pushes from './migrations/0009-pushes.sql?raw';
import listedSessions from './migrations/0010-listed-sessions.sql?raw';
import commandTargets from './migrations/0011-command-targets.sql?raw';
import openActs from './migrations/0012-open-acts.sql?raw';
import commandLists from './migrations/0013-command-lists.sql?raw';
import packedChanges from './migrations/0014-packed-changes.sql?raw';
import listedLeft from './migrations/0015-listed-left-together.sql?raw';

export type Db = Database.Database;

/** In order; `user_version` counts how many were applied. Append only. */
const MIGRATIONS: readonly string[] = [
  initial,
  told,
  rules,
  shortHandles,
  chain,
  notices,
  approvedActs,
  kept,
  pushes,
  listedSessions,
  commandTargets,
  openActs,
  commandLists,
  packedChanges,
  listedLeft,
];

/** The agent's database cannot be used; the message says what to do. */
export class StateError extends Error {
  override readonly name = 'StateError';
}

/**
 * Opens the agent's own database and brings it to this version.
 *
 * WAL lets snapshots read a fixed state while the poller writes. `synchronous = FULL`, because a console
 * that acknowledged a change resumes after it: a commit lost to a power cut would put the log behind its readers.
 * @throws StateError when the file is from a newer version or is not a database.
 */
export function openDatabase(path: string): Db {
  const db = openFile(path);
  try {
    // Larger pages and rarer checkpoints: handles are random, so every page of rows touches the whole index.
    db.pragma('page_size = 8192');
    db.pragma('journal_mode = WAL');
    db.pragma('wal_autocheckpoint = 16000');
    db.pragma('cache_size = -49152');
    db.pragma('synchronous = FULL');
    db.pragma('busy_timeout = 5000');
    db.pragma('foreign_keys = ON');
    migrate(db, path);
  } catch (error) {
    db.close();
    if (error instanceof StateError) throw error;
    throw new StateError(
      `${path} cannot be read (${String(error)}). Move it away to start anew, or restore it from a backup; consoles will read everything again.`,
      { cause: error },
    );
  }
  if (path !== ':memory:') chmodSync(path, 0o600);
  return db;
}

/** A second, read-only handle for one consistent long read. Small cache: there can be one per console. */
export function openReader(path: string): Db {
  const db = new Database(path, { readonly: true, fileMustExist: true });
  db.pragma('busy_timeout = 5000');
  db.pragma('cache_size = -512');
  return db;
}

function openFile(path: string): Db {
  try {
    return new Database(path);
  } catch (error) {
    const hint = existsSync(path)
      ? 'Check its owner and permissions.'
      : 'Check that its folder exists and can be written.';
    throw new StateError(`${path} cannot be opened: ${String(error)}. ${hint}`, { cause: error });
  }
}

function migrate(db: Db, path: string): void {
  const version = Number(db.pragma('user_version', { simple: true }));
  if (version > MIGRATIONS.length) {
    throw new StateError(
      `${path} was written by a newer version of the agent (schema ${String(version)}, this one knows ${String(MIGRATIONS.length)}). Install that version again, or start with another dataDir.`,
    );
  }
  for (let next = version; next < MIGRATIONS.length; next++) {
    db.transaction(() => {
      db.exec(MIGRATIONS[next] ?? '');
      db.pragma(`user_version = ${String(next + 1)}`);
    }).immediate();
  }
}
