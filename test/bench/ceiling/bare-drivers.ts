import mysql from 'mysql2/promise';
import { createConnection } from 'mysql2';
import pg from 'pg';
import Cursor from 'pg-cursor';
import type { TestDatabase } from '#test/conformance/stores/databases.ts';

/** The best that is possible: the drivers alone, with the statements one would write by hand. */
export interface BareDriver {
  /** Streams every live session with its account's name; counts rows and looks at no column. */
  listing(): Promise<number>;
  /** The questions that tell whether anything changed. */
  glance(): Promise<void>;
  /** Deletes by key, 500 at a time. */
  remove(sids: readonly string[]): Promise<void>;
  /** Keys of some sessions. */
  some(count: number): Promise<readonly string[]>;
}

const listing = (quote: string, select: string): string =>
  `${select} s.sid, s.uid, u.name, s.hostname, s.${quote}timestamp${quote}, s.session FROM sessions s
   JOIN users_field_data u ON u.uid = s.uid AND u.default_langcode = 1 WHERE s.uid > 0 AND u.status = 1`;
const BATCH = 500;
const batches = (sids: readonly string[]): readonly (readonly string[])[] =>
  Array.from({ length: Math.ceil(sids.length / BATCH) }, (_, at) => sids.slice(at * BATCH, (at + 1) * BATCH));

export function bareDriver(db: TestDatabase): BareDriver {
  return db.engine === 'mariadb' ? bareMysql(db) : barePostgres(db);
}

interface Where {
  readonly socket: string;
  readonly port: number;
  readonly user: string;
  readonly password: string;
  readonly database: string;
}

function bareMysql(db: TestDatabase): BareDriver {
  const { socket: socketPath, user, password, database } = db.config as unknown as Where;
  const options = { socketPath, user, password, database, charset: 'utf8mb4', supportBigNumbers: true };
  const withConnection = async <T>(work: (connection: mysql.Connection) => Promise<T>): Promise<T> => {
    const connection = await mysql.createConnection(options);
    try {
      return await work(connection);
    } finally {
      await connection.end();
    }
  };
  return {
    listing: () =>
      new Promise((resolve, reject) => {
        const connection = createConnection(options);
        let rows = 0;
        const query = connection.query({ sql: listing('`', 'SELECT STRAIGHT_JOIN'), rowsAsArray: true });
        query.on('result', () => {
          rows += 1;
        });
        query.on('error', reject);
        query.on('end', () => {
          connection.destroy();
          resolve(rows);
        });
      }),
    glance: () =>
      withConnection(async (connection) => {
        await connection.query(
          'SELECT COUNT(*), SUM(CRC32(sid)), BIT_XOR(CRC32(sid)) FROM sessions WHERE uid > 0',
        );
        await connection.query('SELECT COUNT(*), SUM(timestamp) FROM sessions');
      }),
    remove: (sids) =>
      withConnection(async (connection) => {
        for (const batch of batches(sids))
          await connection.query('DELETE FROM sessions WHERE sid IN (?)', [batch]);
      }),
    some: (count) =>
      withConnection(async (connection) => {
        const [rows] = await connection.query<mysql.RowDataPacket[][]>({
          sql: `SELECT sid FROM sessions LIMIT ${String(count)}`,
          rowsAsArray: true,
        });
        return rows.map((row) => row[0] as unknown as string);
      }),
  };
}

function barePostgres(db: TestDatabase): BareDriver {
  const { socket: host, port, user, password, database } = db.config as unknown as Where;
  const withClient = async <T>(work: (client: pg.Client) => Promise<T>): Promise<T> => {
    const client = new pg.Client({ host, port, user, password, database });
    await client.connect();
    try {
      return await work(client);
    } finally {
      await client.end();
    }
  };
  return {
    listing: () =>
      withClient(async (client) => {
        const cursor = client.query(new Cursor(listing('"', 'SELECT'), [], { rowMode: 'array' }));
        let rows = 0;
        for (;;) {
          const page = await cursor.read(1_000);
          if (page.length === 0) return rows;
          rows += page.length;
        }
      }),
    glance: () =>
      withClient(async (client) => {
        await client.query(
          'SELECT COUNT(*), SUM(timestamp), SUM(hashtextextended(sid, 0)) FROM sessions WHERE uid > 0',
        );
      }),
    remove: (sids) =>
      withClient(async (client) => {
        for (const batch of batches(sids))
          await client.query('DELETE FROM sessions WHERE sid = ANY($1)', [batch]);
      }),
    some: (count) =>
      withClient(async (client) => {
        const { rows } = await client.query<{ sid: string }>(
          `SELECT sid FROM sessions LIMIT ${String(count)}`,
        );
        return rows.map(({ sid }) => sid);
      }),
  };
}
