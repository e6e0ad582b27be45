import { isIP } from 'node:net';
import type { Connection, ConnectionOptions, ResultSetHeader } from 'mysql2';
import { createOneAtATime } from '../../poll/one-at-a-time.ts';
import { StoreError } from '../store-adapter.ts';
import type { MysqlConfig } from './database-config.ts';
import {
  CONNECT_MS,
  QUESTION_MS,
  type PagedRead,
  type Row,
  type SqlAccess,
  type SqlRunner,
} from './sql-access.ts';
import { textOrNull } from './columns.ts';
import { render, sql, type Sql } from './sql-text.ts';
import { ConsumerFailure, toStoreError, within } from './store-errors.ts';
import { streamPages } from './mysql-pages.ts';
import { tlsOptions } from './tls-options.ts';

/**
 * Parameters are escaped by the driver: the session must not let the server read them otherwise.
 * net_write_timeout: a consumer that is slow with a page must not lose the stream.
 */
const SESSION = `SET SESSION sql_mode = 'STRICT_ALL_TABLES,NO_ENGINE_SUBSTITUTION', SESSION time_zone = '+00:00',
  SESSION net_write_timeout = 600, SESSION transaction_isolation = 'READ-COMMITTED'`;
/** MariaDB before 11.1 has the older name only. */
const SESSION_OLD = SESSION.replace('transaction_isolation', 'tx_isolation');

/** MariaDB and MySQL over mysql2, read when it is needed: one connection for questions and changes, one for reading pages. */
export class MysqlAccess implements SqlAccess {
  readonly dialect = 'mysql';
  readonly #config: MysqlConfig;
  readonly #baseDir: string;
  readonly #grants: string;
  #asking: Promise<Connection> | null = null;
  #paging: Promise<Connection> | null = null;
  /** Transactions must not mix with other questions on their connection. */
  readonly #questions = createOneAtATime();
  /** Rows are taken from the connection itself: it must not get another statement meanwhile. */
  readonly #reads = createOneAtATime();

  constructor(config: MysqlConfig, baseDir: string, grants: string) {
    this.#config = config;
    this.#baseDir = baseDir;
    this.#grants = grants;
  }

  rows(statement: Sql, signal: AbortSignal): Promise<readonly Row[]> {
    return this.#questions.run(() => this.#ask<Row[]>(statement, signal));
  }

  run(statement: Sql, signal: AbortSignal): Promise<number> {
    return this.#questions.run(
      async () => (await this.#ask<ResultSetHeader>(statement, signal)).affectedRows,
    );
  }

  transaction<T>(work: (runner: SqlRunner) => Promise<T>, signal: AbortSignal): Promise<T> {
    const inside: SqlRunner = {
      dialect: this.dialect,
      rows: (statement) => this.#ask<Row[]>(statement, signal),
      run: async (statement) => (await this.#ask<ResultSetHeader>(statement, signal)).affectedRows,
    };
    return this.#questions.run(async () => {
      await this.#ask(sql`START TRANSACTION`, signal);
      try {
        const result = await work(inside);
        await this.#ask(sql`COMMIT`, signal);
        return result;
      } catch (error) {
        // The connection is the transaction: without it the server rolls back.
        await this.#drop('asking');
        throw error;
      }
    });
  }

  pages(read: PagedRead, page: (rows: readonly Row[]) => Promise<void>, signal: AbortSignal): Promise<void> {
    return this.#reads.run(async () => {
      signal.throwIfAborted();
      try {
        const connection = await this.#connection('paging');
        const statement = render(read.statement(null, null), 'mysql');
        try {
          await streamPages(connection, statement, page, signal, this.#where);
        } catch (error) {
          await this.#drop('paging');
          throw error;
        }
      } catch (error) {
        throw this.#mend(error, signal);
      }
    });
  }

  async version(signal: AbortSignal): Promise<string> {
    const [row] = await this.rows(sql`SELECT VERSION()`, signal);
    return textOrNull(row?.[0], 'version') ?? '';
  }

  dataVersion(): Promise<string | null> {
    return Promise.resolve(null);
  }

  async close(): Promise<void> {
    await Promise.all([this.#drop('asking'), this.#drop('paging')]);
  }

  async #ask<T>(statement: Sql, signal: AbortSignal): Promise<T> {
    signal.throwIfAborted();
    try {
      const connection = await this.#connection('asking');
      const { text, values } = render(statement, 'mysql');
      const answer = (): Promise<T> =>
        new Promise<T>((resolve, reject) => {
          connection.query({ sql: text, values: [...values], rowsAsArray: true }, (error, result) => {
            if (error === null) resolve(result as T);
            else reject(error);
          });
        });
      return await within(answer, QUESTION_MS, signal, this.#where, () => connection.destroy());
    } catch (error) {
      const known = this.#mend(error, signal);
      if (signal.aborted || ('kind' in known && known.kind === 'unavailable')) await this.#drop('asking');
      throw known;
    }
  }

  #connection(which: 'asking' | 'paging'): Promise<Connection> {
    const existing = which === 'asking' ? this.#asking : this.#paging;
    if (existing !== null) return existing;
    const opening = this.#connect(() => this.#forget(which, opening));
    opening.catch(() => this.#forget(which, opening));
    if (which === 'asking') this.#asking = opening;
    else this.#paging = opening;
    return opening;
  }

  async #connect(lost: () => void): Promise<Connection> {
    const { host, port, socket, user, password, database, tls } = this.#config;
    const options: ConnectionOptions = {
      ...(socket === undefined ? { host, port } : { socketPath: socket }),
      user,
      password,
      database,
      charset: 'utf8mb4',
      connectTimeout: CONNECT_MS,
      supportBigNumbers: true,
      dateStrings: true,
      multipleStatements: false,
    };
    const secure = tlsOptions(tls, this.#baseDir);
    if (secure !== undefined && socket === undefined && isIP(host) !== 0) {
      // The driver would compare the certificate with "localhost".
      throw new StoreError(
        'misconfigured',
        `${this.#where}: with TLS, store.database.host has to be the name in the certificate, not an address`,
      );
    }
    const { createConnection } = await import('mysql2');
    const connection = createConnection(
      secure === undefined ? options : { ...options, ssl: { ...secure, verifyIdentity: true } },
    );
    connection.on('error', lost);
    connection.on('end', lost);
    const query = (text: string): Promise<void> =>
      new Promise((resolve, reject) => {
        connection.query(text, (error) => {
          if (error === null) resolve();
          else reject(error);
        });
      });
    try {
      await query(SESSION).catch(async (error: unknown) => {
        if (error instanceof Error && 'code' in error && error.code === 'ER_UNKNOWN_SYSTEM_VARIABLE')
          await query(SESSION_OLD);
        else throw error;
      });
      return connection;
    } catch (error) {
      connection.destroy();
      throw error;
    }
  }

  #forget(which: 'asking' | 'paging', connection: Promise<Connection>): void {
    if (which === 'asking' && this.#asking === connection) this.#asking = null;
    if (which === 'paging' && this.#paging === connection) this.#paging = null;
  }

  async #drop(which: 'asking' | 'paging'): Promise<void> {
    const connection = which === 'asking' ? this.#asking : this.#paging;
    if (connection === null) return;
    this.#forget(which, connection);
    await connection.then((open) => open.destroy()).catch(() => undefined);
  }

  get #where(): string {
    const { host, port, socket, database } = this.#config;
    return `database ${database} at ${socket ?? `${host}:${String(port)}`}`;
  }

  #mend(error: unknown, signal: AbortSignal): Error {
    if (error instanceof ConsumerFailure && error.thrown instanceof Error) return error.thrown;
    if (signal.aborted && error === signal.reason && error instanceof Error) return error;
    return toStoreError(error, this.#where, this.#grants);
  }
}
