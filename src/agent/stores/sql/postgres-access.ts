import type pg from 'pg';
import { createOneAtATime } from '../../poll/one-at-a-time.ts';
import type { PostgresConfig } from './database-config.ts';
import {
  CONNECT_MS,
  PAGE_MS,
  PAGE_ROWS,
  QUESTION_MS,
  type PagedRead,
  type Row,
  type SqlAccess,
  type SqlRunner,
} from './sql-access.ts';
import { textOrNull } from './columns.ts';
import { canCopy, copyPages } from './postgres-copy.ts';
import { render, renderWithoutValues, sql, type Sql } from './sql-text.ts';
import { ConsumerFailure, deliver, toStoreError, within } from './store-errors.ts';
import { tlsOptions } from './tls-options.ts';

/** Statements whose columns are remembered; there are a handful. */
const MOST_STATEMENTS = 50;

/** PostgreSQL over pg, read when it is needed: one connection for questions and changes, one for reading pages. */
export class PostgresAccess implements SqlAccess {
  readonly dialect = 'postgres';
  readonly #config: PostgresConfig;
  readonly #baseDir: string;
  readonly #grants: string;
  #asking: Promise<pg.Client> | null = null;
  #paging: Promise<pg.Client> | null = null;
  /** Types of the columns of statements that were copied before. */
  readonly #types = new Map<string, readonly number[]>();
  /** Transactions must not mix with other questions on their connection. */
  readonly #questions = createOneAtATime();

  constructor(config: PostgresConfig, baseDir: string, grants: string) {
    this.#config = config;
    this.#baseDir = baseDir;
    this.#grants = grants;
  }

  rows(statement: Sql, signal: AbortSignal): Promise<readonly Row[]> {
    return this.#questions.run(async () => (await this.#ask(statement, signal)).rows);
  }

  run(statement: Sql, signal: AbortSignal): Promise<number> {
    return this.#questions.run(async () => (await this.#ask(statement, signal)).rowCount ?? 0);
  }

  transaction<T>(work: (runner: SqlRunner) => Promise<T>, signal: AbortSignal): Promise<T> {
    const inside: SqlRunner = {
      dialect: this.dialect,
      rows: async (statement) => (await this.#ask(statement, signal)).rows,
      run: async (statement) => (await this.#ask(statement, signal)).rowCount ?? 0,
    };
    return this.#questions.run(async () => {
      await this.#ask(sql`BEGIN`, signal);
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

  async pages(
    read: PagedRead,
    page: (rows: readonly Row[]) => Promise<void>,
    signal: AbortSignal,
  ): Promise<void> {
    signal.throwIfAborted();
    try {
      const client = await this.#client('paging');
      const statement = read.statement(null, null);
      const copied = await this.#copied(client, statement, signal);
      try {
        if (copied !== null) await copyPages(client, copied.text, copied.types, page, signal, this.#where);
        else await this.#cursor(client, statement, page, signal);
      } catch (error) {
        // A column may have another type by now.
        this.#types.clear();
        await this.#drop('paging');
        throw error;
      }
    } catch (error) {
      throw this.#mend(error, signal);
    }
  }

  async version(signal: AbortSignal): Promise<string> {
    const [row] = await this.rows(sql`SHOW server_version`, signal);
    return `PostgreSQL ${textOrNull(row?.[0], 'version') ?? ''}`;
  }

  dataVersion(): Promise<string | null> {
    return Promise.resolve(null);
  }

  async close(): Promise<void> {
    await Promise.all([this.#drop('asking'), this.#drop('paging')]);
  }

  /** The statement as COPY takes it, and the types of its columns; null where a cursor has to do. */
  async #copied(
    client: pg.Client,
    statement: Sql,
    signal: AbortSignal,
  ): Promise<{ readonly text: string; readonly types: readonly number[] } | null> {
    const text = renderWithoutValues(statement, 'postgres');
    if (text === null) return null;
    const known = this.#types.get(text);
    if (known !== undefined) return canCopy(known) ? { text, types: known } : null;
    const columns = (): Promise<pg.QueryArrayResult<unknown[]>> =>
      client.query<unknown[]>({ text: `SELECT * FROM (${text}) AS columns LIMIT 0`, rowMode: 'array' });
    const giveUp = (): void => void this.#drop('paging');
    const { fields } = await within(columns, QUESTION_MS, signal, this.#where, giveUp);
    const types = fields.map(({ dataTypeID }) => dataTypeID);
    if (this.#types.size >= MOST_STATEMENTS) this.#types.clear();
    this.#types.set(text, types);
    return canCopy(types) ? { text, types } : null;
  }

  async #cursor(
    client: pg.Client,
    statement: Sql,
    page: (rows: readonly Row[]) => Promise<void>,
    signal: AbortSignal,
  ): Promise<void> {
    const { text, values } = render(statement, 'postgres');
    const { default: Cursor } = await import('pg-cursor');
    const cursor = client.query(new Cursor<Row>(text, [...values], { rowMode: 'array' }));
    const giveUp = (): void => void this.#drop('paging');
    const read = (): Promise<Row[]> =>
      within(() => cursor.read(PAGE_ROWS), PAGE_MS, signal, this.#where, giveUp);
    let rows = await read();
    while (rows.length > 0) {
      // The server gets on with the next page while this one is worked on.
      const next = read();
      next.catch(() => undefined);
      await deliver(page, rows);
      rows = await next;
    }
    await cursor.close();
  }

  async #ask(statement: Sql, signal: AbortSignal): Promise<pg.QueryArrayResult<unknown[]>> {
    signal.throwIfAborted();
    try {
      const client = await this.#client('asking');
      const { text, values } = render(statement, 'postgres');
      const answer = () => client.query<unknown[]>({ text, values: [...values], rowMode: 'array' });
      return await within(answer, QUESTION_MS, signal, this.#where, () => void this.#drop('asking'));
    } catch (error) {
      const known = this.#mend(error, signal);
      if (signal.aborted || ('kind' in known && known.kind === 'unavailable')) await this.#drop('asking');
      throw known;
    }
  }

  #client(which: 'asking' | 'paging'): Promise<pg.Client> {
    const existing = which === 'asking' ? this.#asking : this.#paging;
    if (existing !== null) return existing;
    const opening = this.#connect(() => this.#forget(which, opening));
    opening.catch(() => this.#forget(which, opening));
    if (which === 'asking') this.#asking = opening;
    else this.#paging = opening;
    return opening;
  }

  async #connect(lost: () => void): Promise<pg.Client> {
    const { host, port, socket, user, password, database, schema, tls } = this.#config;
    const { default: driver } = await import('pg');
    const client = new driver.Client({
      host: socket ?? host,
      port,
      user,
      password,
      database,
      ssl: tlsOptions(tls, this.#baseDir) ?? false,
      connectionTimeoutMillis: CONNECT_MS,
      application_name: 'watchfloor-agent',
      keepAlive: true,
    });
    client.on('error', lost);
    client.on('end', lost);
    try {
      await client.connect();
      await client.query("SET bytea_output = 'hex'");
      if (schema !== undefined) {
        await client.query("SELECT set_config('search_path', quote_ident($1), false)", [schema]);
      }
      return client;
    } catch (error) {
      await client.end().catch(() => undefined);
      throw error;
    }
  }

  #forget(which: 'asking' | 'paging', client: Promise<pg.Client>): void {
    if (which === 'asking' && this.#asking === client) this.#asking = null;
    if (which === 'paging' && this.#paging === client) this.#paging = null;
  }

  /** Cuts the connection without waiting for a query that is still running on it. */
  async #drop(which: 'asking' | 'paging'): Promise<void> {
    const client = which === 'asking' ? this.#asking : this.#paging;
    if (client === null) return;
    this.#forget(which, client);
    await client
      .then((open) => {
        const ended = open.end();
        open.connection.stream.destroy();
        return ended;
      })
      .catch(() => undefined);
  }

  get #where(): string {
    const { host, port, socket, database } = this.#config;
    return `database ${database} at ${socket ?? host}:${String(port)}`;
  }

  #mend(error: unknown, signal: AbortSignal): Error {
    if (error instanceof ConsumerFailure && error.thrown instanceof Error) return error.thrown;
    if (signal.aborted && error === signal.reason && error instanceof Error) return error;
    return toStoreError(error, this.#where, this.#grants);
  }
}
