import { randomUUID } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Database as Db } from 'better-sqlite3';
import Database from 'better-sqlite3';
import { z } from 'zod';
import { StoreError } from '../store-adapter.ts';

/** Marks the file as a demo store: "WFds". */
const APPLICATION_ID = 0x57466473;
const SCHEMA_VERSION = 1;

const TABLES = `
CREATE TABLE users (
  id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, display_name TEXT NOT NULL, email TEXT NOT NULL,
  password_hash TEXT NOT NULL, status TEXT NOT NULL CHECK (status IN ('active', 'blocked')),
  created_at INTEGER NOT NULL, last_login_at INTEGER
) STRICT;
CREATE TABLE user_roles (user_id INTEGER NOT NULL REFERENCES users (id), role TEXT NOT NULL, PRIMARY KEY (user_id, role)) STRICT, WITHOUT ROWID;
CREATE TABLE sessions (
  id TEXT PRIMARY KEY, user_id INTEGER NOT NULL REFERENCES users (id), created_at INTEGER NOT NULL, last_seen_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL, opened_ip TEXT NOT NULL, opened_user_agent TEXT NOT NULL, last_ip TEXT NOT NULL,
  last_user_agent TEXT NOT NULL, remember INTEGER NOT NULL, mfa INTEGER NOT NULL, one_time INTEGER NOT NULL,
  masquerade_by INTEGER REFERENCES users (id), replaces TEXT, revision INTEGER NOT NULL
) STRICT;
CREATE INDEX sessions_revision ON sessions (revision);
CREATE INDEX sessions_expires ON sessions (expires_at);
CREATE INDEX sessions_user ON sessions (user_id);
CREATE TABLE remember_tokens (
  id TEXT PRIMARY KEY, user_id INTEGER NOT NULL REFERENCES users (id), user_agent TEXT NOT NULL, expires_at INTEGER NOT NULL
) STRICT;
CREATE INDEX remember_tokens_user ON remember_tokens (user_id);
CREATE TABLE audit_log (
  id INTEGER PRIMARY KEY AUTOINCREMENT, at INTEGER NOT NULL, action TEXT NOT NULL, outcome TEXT NOT NULL, reason TEXT,
  user_id INTEGER, user_name TEXT, ip TEXT, user_agent TEXT, session_id TEXT, actor_id INTEGER, actor_name TEXT,
  object_kind TEXT, object_id TEXT, object_name TEXT, verb TEXT, message TEXT
) STRICT;
CREATE TABLE settings (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;
`;

/** Setting: the number of the last log row that the application itself trimmed. */
export const TRIMMED_TO = 'log-trimmed-to';

export const databasePath = (dir: string): string => join(dir, 'store.db');

/** Opens the application's database for writing, and makes it if it is not there. Throws StoreError. */
export function openForWriting(dir: string): Db {
  return guarded(dir, () => {
    mkdirSync(dir, { recursive: true, mode: 0o700 });
    const db = new Database(databasePath(dir), { timeout: 4_000 });
    try {
      db.pragma('journal_mode = WAL');
      // A crash of the machine may lose the last moments of invented life; a crash of the process loses nothing.
      db.pragma('synchronous = NORMAL');
      db.pragma('foreign_keys = ON');
      if (db.pragma('user_version', { simple: true }) === 0) create(db);
      check(db, dir);
      return db;
    } catch (error) {
      db.close();
      throw error;
    }
  });
}

/** Opens it for reading only; it has to be there. Throws StoreError. */
export function openForReading(dir: string): Db {
  return guarded(dir, () => {
    const db = new Database(databasePath(dir), { readonly: true, fileMustExist: true, timeout: 4_000 });
    try {
      check(db, dir);
      return db;
    } catch (error) {
      db.close();
      throw error;
    }
  });
}

function create(db: Db): void {
  db.transaction(() => {
    if (db.pragma('user_version', { simple: true }) !== 0) return;
    const strangers = z
      .object({ n: z.int() })
      .parse(db.prepare('SELECT count(*) AS n FROM sqlite_master').get()).n;
    if (strangers > 0) return;
    db.exec(TABLES);
    db.prepare("INSERT INTO settings (key, value) VALUES ('identity', ?)").run(randomUUID());
    db.pragma(`application_id = ${String(APPLICATION_ID)}`);
    db.pragma(`user_version = ${String(SCHEMA_VERSION)}`);
  }).immediate();
}

function check(db: Db, dir: string): void {
  const version = db.pragma('user_version', { simple: true });
  if (db.pragma('application_id', { simple: true }) !== APPLICATION_ID)
    throw new StoreError(
      'misconfigured',
      `${databasePath(dir)} is not a demo store; choose another folder for it`,
    );
  if (version !== SCHEMA_VERSION)
    throw new StoreError(
      'misconfigured',
      `${databasePath(dir)} has schema version ${String(version)}, this agent knows ${String(SCHEMA_VERSION)}; use the agent that made it, or remove the folder to start anew`,
    );
}

const SqliteFailure = z.object({ code: z.string().regex(/^SQLITE_/), message: z.string() });

/** Runs something on the database; its errors become StoreErrors that say what to do. */
export function guarded<T>(dir: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw asStoreError(dir, error);
  }
}

function asStoreError(dir: string, error: unknown): unknown {
  if (error instanceof StoreError) return error;
  const path = databasePath(dir);
  if (error instanceof z.ZodError)
    return new StoreError('unreadable', `${path} holds a row this agent cannot read: ${firstIssue(error)}`, {
      cause: error,
    });
  const sqlite = SqliteFailure.safeParse(error);
  if (!sqlite.success) {
    const message = error instanceof Error ? error.message : String(error);
    return new StoreError('unavailable', `the demo store in ${dir} cannot be used: ${message}`, {
      cause: error,
    });
  }
  const { code, message } = sqlite.data;
  if (code === 'SQLITE_NOTADB' || code.startsWith('SQLITE_CORRUPT'))
    return new StoreError(
      'unreadable',
      `${path} is damaged (${message}); stop the agent and remove the folder to start anew`,
      { cause: error },
    );
  if (code === 'SQLITE_ERROR')
    return new StoreError('misconfigured', `${path} is not laid out as a demo store (${message})`, {
      cause: error,
    });
  return new StoreError('unavailable', `${path} cannot be read or written now (${code}: ${message})`, {
    cause: error,
  });
}

/** One problem is enough to find the row; a damaged table would name thousands. */
function firstIssue(error: z.ZodError): string {
  const issue = error.issues[0];
  return issue === undefined ? 'malformed' : `${issue.path.join('.') || 'row'}: ${issue.message}`;
}
