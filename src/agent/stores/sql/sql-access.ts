import type { Dialect, Sql, SqlValue } from './sql-text.ts';

/** A row as the driver gives it, by position. Decoded with columns.ts. */
export type Row = readonly unknown[];

/** What fits into both a connection and a transaction on it. */
export interface SqlRunner {
  readonly dialect: Dialect;
  /** A result that is known to be small. */
  rows(statement: Sql, signal: AbortSignal): Promise<readonly Row[]>;
  /** How many rows were changed. */
  run(statement: Sql, signal: AbortSignal): Promise<number>;
}

/**
 * A read of any size. Where the server can stream, `statement(null, null)` is run once; where it cannot without
 * blocking the application (SQLite), it is run again and again with the last key and a number of rows, and has to
 * add `key > after ORDER BY key LIMIT limit`.
 */
export interface PagedRead {
  statement(after: SqlValue, limit: number | null): Sql;
  /** Position of the key in a row. */
  readonly keyColumn: number;
}

/**
 * One database, connected to when something is asked and again after it was away. Reading pages has a connection of
 * its own, so that the page's consumer can ask questions meanwhile. Every method rejects with StoreError.
 */
export interface SqlAccess extends SqlRunner {
  pages(read: PagedRead, page: (rows: readonly Row[]) => Promise<void>, signal: AbortSignal): Promise<void>;
  transaction<T>(work: (runner: SqlRunner) => Promise<T>, signal: AbortSignal): Promise<T>;
  /** The server's own version text. */
  version(signal: AbortSignal): Promise<string>;
  /**
   * Something that differs after anything was written to the database, where there is such a thing at no cost
   * (SQLite); null elsewhere.
   */
  dataVersion(signal: AbortSignal): Promise<string | null>;
  close(): Promise<void>;
}

/** Rows a page holds at most. Small enough that a page of rows with 32 KiB values stays under 40 MB. */
export const PAGE_ROWS = 1_000;
/** A question (not a paged read) that takes longer is given up; the database is then as good as down. */
export const QUESTION_MS = 60_000;
/** Silence in the middle of a paged read. */
export const PAGE_MS = 60_000;
export const CONNECT_MS = 10_000;
