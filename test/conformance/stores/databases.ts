import { existsSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import mysql from 'mysql2/promise';
import pg from 'pg';
import { startMariaDb, type PrivateMariaDb } from '#test/support/servers/mariadb.ts';
import { startPostgres, type PrivatePostgres } from '#test/support/servers/postgres.ts';

export type Engine = 'mariadb' | 'postgres' | 'sqlite';
export type Value = string | number | bigint | Buffer | null;

/** A database of its own for one test, and an administrator's way into it. */
export interface TestDatabase {
  readonly engine: Engine;
  /** `store.database` for the agent's own, least privileged user. */
  readonly config: Record<string, unknown>;
  /** Runs statements as the application does; `?` for values. */
  exec(text: string, ...values: readonly Value[]): Promise<void>;
  rows(text: string, ...values: readonly Value[]): Promise<readonly (readonly unknown[])[]>;
  /** Pastes what `--print-grants` prints. */
  grant(statements: string): Promise<void>;
  down(): Promise<void>;
  up(): Promise<void>;
  dispose(): Promise<void>;
}

let mariadb: Promise<PrivateMariaDb> | null = null;
let postgres: Promise<PrivatePostgres> | null = null;
let made = 0;
let durable = false;

/** The servers of this process keep what they confirm, as they do where they are installed; call before the first. */
export function useDurableServers(): void {
  durable = true;
}

/** Ends the servers that this test file started. */
export async function disposeServers(): Promise<void> {
  await (await mariadb)?.dispose();
  await (await postgres)?.dispose();
  mariadb = null;
  postgres = null;
}

export function testDatabase(engine: Engine): Promise<TestDatabase> {
  made += 1;
  const database = `app_${String(made)}`;
  if (engine === 'mariadb') return mariaDatabase(database);
  return engine === 'postgres' ? postgresDatabase(database) : Promise.resolve(sqliteDatabase(database));
}

const PASSWORD = 'only for this test';
const withPassword = (statements: string): readonly string[] =>
  statements
    .replaceAll('<password>', PASSWORD)
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('--'));

async function mariaDatabase(database: string): Promise<TestDatabase> {
  mariadb ??= startMariaDb(undefined, durable);
  const server = await mariadb;
  let admin: mysql.Connection | null = null;
  const connection = async (): Promise<mysql.Connection> => {
    admin ??= await mysql.createConnection({
      socketPath: server.socket,
      user: server.user,
      charset: 'utf8mb4',
      rowsAsArray: true,
    });
    return admin;
  };
  await (
    await connection()
  ).query(`CREATE DATABASE ${database} CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci`);
  await (await connection()).query(`USE ${database}`);
  const query = async (text: string, values: readonly Value[]) =>
    (await (await connection()).query(text, [...values]))[0];
  const close = async (): Promise<void> => {
    await admin?.end();
    admin = null;
  };
  return {
    engine: 'mariadb',
    config: { driver: 'mariadb', socket: server.socket, database, user: 'watchfloor', password: PASSWORD },
    exec: async (text, ...values) => {
      await query(text, values);
    },
    rows: async (text, ...values) => (await query(text, values)) as unknown as unknown[][],
    grant: async (statements) => {
      for (const statement of withPassword(statements)) await query(statement, []);
    },
    down: async () => {
      await close();
      await server.stop();
    },
    up: async () => {
      await server.start();
      await (await connection()).query(`USE ${database}`);
    },
    dispose: async () => {
      await query(`DROP DATABASE ${database}`, []);
      await close();
    },
  };
}

async function postgresDatabase(database: string): Promise<TestDatabase> {
  postgres ??= startPostgres(undefined, durable);
  const server = await postgres;
  const open = async (name: string): Promise<pg.Client> => {
    const client = new pg.Client({
      host: server.socket,
      port: server.port,
      user: server.user,
      database: name,
    });
    client.on('error', () => undefined);
    await client.connect();
    return client;
  };
  const maintenance = await open('postgres');
  await maintenance.query(`CREATE DATABASE ${database}`);
  await maintenance.end();
  let admin: pg.Client | null = null;
  const query = async (text: string, values: readonly Value[]): Promise<unknown[][]> => {
    admin ??= await open(database);
    let count = 0;
    const numbered = text.replaceAll('?', () => `$${String((count += 1))}`);
    return (await admin.query<unknown[]>({ text: numbered, values: [...values], rowMode: 'array' })).rows;
  };
  return {
    engine: 'postgres',
    config: {
      driver: 'postgres',
      socket: server.socket,
      port: server.port,
      database,
      user: 'watchfloor',
      password: PASSWORD,
    },
    exec: async (text, ...values) => {
      await query(text, values);
    },
    rows: (text, ...values) => query(text, values),
    grant: async (statements) => {
      for (const statement of withPassword(statements)) {
        const exists =
          statement.startsWith('CREATE ROLE') &&
          (await query("SELECT 1 FROM pg_roles WHERE rolname = 'watchfloor'", [])).length > 0;
        if (!exists) await query(statement, []);
      }
    },
    down: async () => {
      await admin?.end();
      admin = null;
      await server.stop();
    },
    up: () => server.start(),
    dispose: async () => {
      await admin?.end();
      const last = await open('postgres');
      await last.query(`DROP DATABASE ${database} WITH (FORCE)`);
      await last.end();
    },
  };
}

function sqliteDatabase(database: string): TestDatabase {
  const folder = mkdtempSync(join(tmpdir(), 'wf-sqlite-'));
  const file = join(folder, `${database}.sqlite`);
  const open = new Database(file);
  open.pragma('journal_mode = WAL');
  return {
    engine: 'sqlite',
    config: { driver: 'sqlite', file },
    exec: (text, ...values) => {
      if (values.length === 0) open.exec(text);
      else open.prepare<Value[]>(text).run(...values);
      return Promise.resolve();
    },
    rows: (text, ...values) =>
      Promise.resolve(
        open
          .prepare<Value[], unknown[]>(text)
          .raw()
          .all(...values),
      ),
    grant: () => Promise.resolve(),
    down: () => {
      open.pragma('wal_checkpoint(TRUNCATE)');
      renameSync(file, `${file}.away`);
      return Promise.resolve();
    },
    up: () => {
      if (existsSync(`${file}.away`)) renameSync(`${file}.away`, file);
      return Promise.resolve();
    },
    dispose: () => {
      open.close();
      rmSync(folder, { recursive: true, force: true });
      return Promise.resolve();
    },
  };
}
