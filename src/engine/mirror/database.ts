import { closeSync, openSync } from 'node:fs';
import type Database from 'better-sqlite3';
import type { Problem } from '#shared/domain/result.ts';
import { openFile } from './encryption/open-file.ts';
import { HAS_WORDS, hasWords } from './search/message-terms.ts';

declare const readable: unique symbol;
declare const writable: unique symbol;
/** A handle that may only ask. */
export type ReadableDb = Database.Database & { readonly [readable]: true };
/** The one handle that may write. Whatever takes a ReadableDb takes this too. */
export type WritableDb = ReadableDb & { readonly [writable]: true };

/** Pages of 8 KB and a late checkpoint write a third more rows a second than the defaults (docs/mirror.md). */
const PAGE_BYTES = 8_192;
export const CHECKPOINT_PAGES = 16_000;
/** The committer waits for a lock itself, without standing still; a reader may wait longer. */
const WRITER_BUSY_MS = 200;
/**
 * After a crash whoever opens a file first, and be it a question on the command line, reads its log through and locks
 * everybody else out meanwhile: that can take seconds on a busy machine, and is waited for.
 */
const OPENING_BUSY_MS = 30_000;
const BUSY_MS = 5_000;

/**
 * How much memory a handle may take. Mapped pages are the fastest, and every one that was read counts as the process's own:
 * `wide` for questions over months, `narrow` for the short ones that are asked all the time, `modest` maps nothing.
 */
export const HELD = ['wide', 'narrow', 'modest'] as const;
export type Held = (typeof HELD)[number];
const MEMORY: Readonly<Record<Held, { readonly cacheKb: number; readonly mapped: number }>> = {
  wide: { cacheKb: 65_536, mapped: 268_435_456 },
  narrow: { cacheKb: 16_384, mapped: 67_108_864 },
  modest: { cacheKb: 16_384, mapped: 0 },
};

/** Opens a file for asking only; it must exist. */
export function openReadable(file: string, held: Held = 'wide'): ReadableDb {
  const db = openFile(file, { readonly: true, fileMustExist: true, timeout: BUSY_MS });
  db.pragma('query_only = ON');
  // Messages of a segment without an index of words are looked through.
  db.function(HAS_WORDS, { deterministic: true }, hasWords);
  db.pragma(`cache_size = -${String(MEMORY[held].cacheKb)}`);
  db.pragma(`mmap_size = ${String(MEMORY[held].mapped)}`);
  return db as ReadableDb;
}

/** Opens a file for writing, or creates it for its owner alone. */
export function openWritable(file: string): WritableDb {
  // Before SQLite makes it for everybody; its companions (-wal, -shm) take their mode from it.
  closeSync(openSync(file, 'a', 0o600));
  const db = openFile(file, { timeout: OPENING_BUSY_MS });
  try {
    db.pragma(`page_size = ${String(PAGE_BYTES)}`);
    // Free pages can then be given back in small steps. An older file gets it when it is rewritten (erase).
    if (Number(db.pragma('page_count', { simple: true })) === 0) db.pragma('auto_vacuum = INCREMENTAL');
    db.pragma('journal_mode = WAL');
    // A power cut can take the last transactions back, and with them their cursor: the agent sends them again.
    db.pragma('synchronous = NORMAL');
    // What is deleted is overwritten in the pages that are written anyway.
    db.pragma('secure_delete = FAST');
    db.pragma('foreign_keys = ON');
    db.pragma('temp_store = MEMORY');
    db.pragma('cache_size = -65536');
    db.pragma(`wal_autocheckpoint = ${String(CHECKPOINT_PAGES)}`);
    // Half as much again as is written until a checkpoint: what comes while it is made.
    db.pragma(`journal_size_limit = ${String((CHECKPOINT_PAGES * PAGE_BYTES * 3) / 2)}`);
    db.pragma(`busy_timeout = ${String(WRITER_BUSY_MS)}`);
  } catch (error) {
    db.close();
    throw error;
  }
  return db as WritableDb;
}

/** Pages that are kept for questions that may come are given back; they are read again when they are asked for. */
export function letGoOfPages(db: ReadableDb): void {
  if (db.open) db.pragma('shrink_memory');
}

/** Opens a file that is open for writing already, for nothing but copying its log into it. */
export function openCheckpointing(file: string): ReadableDb {
  const db = openFile(file, { fileMustExist: true, timeout: 0 });
  db.pragma('synchronous = NORMAL');
  db.pragma('wal_autocheckpoint = 0');
  return db as ReadableDb;
}

/** Runs `work` in one transaction; it commits when `work` returns and rolls back when it throws. */
export function transaction<T>(db: WritableDb, work: () => T): T {
  db.exec('BEGIN IMMEDIATE');
  try {
    const value = work();
    db.exec('COMMIT');
    return value;
  } catch (error) {
    if (db.inTransaction) db.exec('ROLLBACK');
    throw error;
  }
}

/** As `transaction`, and on disk before it returns: for intents, which no agent would send again. */
export function durableTransaction<T>(db: WritableDb, work: () => T): T {
  db.pragma('synchronous = FULL');
  try {
    return transaction(db, work);
  } finally {
    db.pragma('synchronous = NORMAL');
  }
}

export const sqliteCode = (error: unknown): string | null =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : null;

/** What a person should know of a failed write that may succeed later; null when waiting does not help. */
export function diskProblem(error: unknown, file: string): Problem | null {
  const code = sqliteCode(error) ?? '';
  if (code.startsWith('SQLITE_FULL') || code === 'ENOSPC') {
    return {
      code: 'DISK_FULL',
      message: `The disk that holds ${file} is full. Nothing is lost: agents keep what could not be written.`,
      advice: 'Free some space; writing goes on by itself.',
    };
  }
  if (code.startsWith('SQLITE_READONLY') || code.startsWith('SQLITE_CANTOPEN')) {
    return {
      code: 'DISK_READ_ONLY',
      message: `${file} cannot be written. Nothing is lost: agents keep what could not be written.`,
      advice: 'Make the disk or the folder writable for you; writing goes on by itself.',
    };
  }
  if (code.startsWith('SQLITE_IOERR')) {
    return {
      code: 'DISK_ERROR',
      message: `Writing to ${file} failed (${code}).`,
      advice: 'Check the disk; writing is tried again by itself.',
    };
  }
  if (code.startsWith('SQLITE_BUSY') || code.startsWith('SQLITE_LOCKED')) {
    return {
      code: 'DATABASE_BUSY',
      message: `Another program keeps ${file} locked.`,
      advice: 'Close it; writing goes on by itself.',
    };
  }
  if (isCorrupt(error)) {
    return {
      code: 'DATABASE_DAMAGED',
      message: `${file} is damaged and cannot be written.`,
      advice:
        'Start Watchfloor again: it keeps the damaged file and reads what can be read into a new one. “watchfloor check” says what is wrong.',
    };
  }
  return null;
}

/** It does not begin as a database does: it is none, or it is encrypted with another key. */
export const isNoDatabase = (error: unknown): boolean =>
  (sqliteCode(error) ?? '').startsWith('SQLITE_NOTADB');

export const isCorrupt = (error: unknown): boolean => {
  return (sqliteCode(error) ?? '').startsWith('SQLITE_CORRUPT') || isNoDatabase(error);
};
