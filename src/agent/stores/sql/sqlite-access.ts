import { statSync } from 'node:fs';
import { resolve } from 'node:path';
import Database from 'better-sqlite3';
import type { SqliteConfig } from './database-config.ts';
import { PAGE_ROWS, type PagedRead, type Row, type SqlAccess, type SqlRunner } from './sql-access.ts';
import { textOrNull } from './columns.ts';
import { render, sql, type Sql, type SqlValue } from './sql-text.ts';
import { toStoreError } from './store-errors.ts';

/** How long a statement waits for the application's own writing; the agent stands still meanwhile. */
const BUSY_MS = 2_000;

/**
 * A SQLite file. Every statement is short, pages are read with one statement each: a read that stays open would
 * keep an application without WAL from writing.
 */
export class SqliteAccess implements SqlAccess {
  readonly dialect = 'sqlite';
  readonly #file: string;
  readonly #grants: string;
  #open: { readonly database: Database.Database; readonly inode: bigint; readonly nonce: number } | null =
    null;
  #opened = 0;
  #queue: Promise<unknown> = Promise.resolve();

  constructor(config: SqliteConfig, baseDir: string, grants: string) {
    this.#file = resolve(baseDir, config.file);
    this.#grants = grants;
  }

  rows(statement: Sql, signal: AbortSignal): Promise<readonly Row[]> {
    return this.#attempt(signal, (database) => all(database, statement));
  }

  run(statement: Sql, signal: AbortSignal): Promise<number> {
    return this.#attempt(signal, (database) => change(database, statement));
  }

  transaction<T>(work: (runner: SqlRunner) => Promise<T>, signal: AbortSignal): Promise<T> {
    const next = this.#queue.then(() => this.#transact(work, signal));
    this.#queue = next.catch(() => undefined);
    return next;
  }

  async #transact<T>(work: (runner: SqlRunner) => Promise<T>, signal: AbortSignal): Promise<T> {
    const database = await this.#attempt(signal, (open) => {
      open.exec('BEGIN IMMEDIATE');
      return open;
    });
    const inside: SqlRunner = {
      dialect: this.dialect,
      rows: (statement) => this.#guard(() => all(database, statement)),
      run: (statement) => this.#guard(() => change(database, statement)),
    };
    try {
      const result = await work(inside);
      await this.#guard(() => database.exec('COMMIT'));
      return result;
    } catch (error) {
      if (database.open && database.inTransaction) database.exec('ROLLBACK');
      throw error;
    }
  }

  async pages(
    read: PagedRead,
    page: (rows: readonly Row[]) => Promise<void>,
    signal: AbortSignal,
  ): Promise<void> {
    let after: SqlValue = null;
    for (;;) {
      const rows: readonly Row[] = await this.rows(read.statement(after, PAGE_ROWS), signal);
      const last = rows.at(-1);
      if (last === undefined) return;
      await page(rows);
      if (rows.length < PAGE_ROWS) return;
      after = last[read.keyColumn] as SqlValue;
    }
  }

  async version(signal: AbortSignal): Promise<string> {
    const [row] = await this.rows(sql`SELECT sqlite_version()`, signal);
    return `SQLite ${textOrNull(row?.[0], 'version') ?? ''}`;
  }

  async dataVersion(signal: AbortSignal): Promise<string | null> {
    const [row] = await this.rows(sql`PRAGMA data_version`, signal);
    // Our own writes do not show in `data_version`.
    const [own] = await this.rows(sql`SELECT total_changes()`, signal);
    return `${String(this.#open?.nonce ?? 0)}.${String(row?.[0])}.${String(own?.[0])}`;
  }

  close(): Promise<void> {
    this.#open?.database.close();
    this.#open = null;
    return Promise.resolve();
  }

  #attempt<T>(signal: AbortSignal, work: (database: Database.Database) => T): Promise<T> {
    signal.throwIfAborted();
    return this.#guard(() => work(this.#database()));
  }

  /** The open file; opened again when another file lies there now. */
  #database(): Database.Database {
    const inode = statSync(this.#file, { bigint: true }).ino;
    if (this.#open !== null && this.#open.inode === inode) return this.#open.database;
    this.#open?.database.close();
    this.#open = null;
    const database = new Database(this.#file, { fileMustExist: true, timeout: BUSY_MS });
    database.pragma('trusted_schema = OFF');
    this.#opened += 1;
    this.#open = { database, inode, nonce: this.#opened };
    return database;
  }

  /** better-sqlite3 is synchronous: its errors become rejections here. */
  #guard<T>(work: () => T): Promise<T> {
    try {
      return Promise.resolve(work());
    } catch (error) {
      return Promise.reject(toStoreError(error, `database file ${this.#file}`, this.#grants));
    }
  }
}

function all(database: Database.Database, statement: Sql): readonly Row[] {
  const { text, values } = render(statement, 'sqlite');
  const prepared = database.prepare<SqlValue[], Row>(text);
  if (prepared.reader) return prepared.raw().all(...values);
  prepared.run(...values);
  return [];
}

function change(database: Database.Database, statement: Sql): number {
  const { text, values } = render(statement, 'sqlite');
  return database.prepare<SqlValue[]>(text).run(...values).changes;
}
