import mysql from 'mysql2/promise';
import { expect, test } from 'vitest';
import { StoreError } from '#agent/stores/store-adapter.ts';
import { DatabaseConfig } from '#agent/stores/sql/database-config.ts';
import { openDatabase } from '#agent/stores/sql/open-database.ts';
import { sql } from '#agent/stores/sql/sql-text.ts';
import { startMariaDb } from '#test/support/servers/mariadb.ts';
import { startPostgres } from '#test/support/servers/postgres.ts';
import { tlsFiles } from '#test/support/servers/tls-files.ts';

const never = new AbortController().signal;

test.each(['mariadb', 'postgres'] as const)(
  '%s over TLS: only to the server that the certificate names',
  async (engine) => {
    const files = await tlsFiles();
    const server = engine === 'mariadb' ? await startMariaDb(files) : await startPostgres(files);
    try {
      if (engine === 'mariadb') {
        const admin = await mysql.createConnection({ socketPath: server.socket, user: server.user });
        await admin.query(`CREATE USER far@'%' REQUIRE SSL`);
        await admin.query(`CREATE DATABASE postgres`);
        await admin.query(`GRANT ALL ON postgres.* TO far@'%'`);
        await admin.end();
      }
      const connect = async (more: object): Promise<unknown> => {
        const user = engine === 'mariadb' ? 'far' : server.user;
        const raw = { driver: engine, port: files.port, database: 'postgres', user, ...more };
        const access = openDatabase(DatabaseConfig.parse(raw), '/', '');
        const cipher =
          engine === 'mariadb'
            ? sql`SHOW SESSION STATUS LIKE 'Ssl_cipher'`
            : sql`SELECT 'cipher', cipher FROM pg_stat_ssl WHERE pid = pg_backend_pid()`;
        try {
          return (await access.rows(cipher, never))[0]?.[1];
        } catch (error) {
          return error;
        } finally {
          await access.close();
        }
      };
      const trusted = { ca: files.cert };
      expect(await connect({ host: 'localhost', tls: trusted })).toMatch(/^TLS_|GCM|CHACHA/);
      // Nobody vouches for it; the certificate is for another name; the file cannot be read.
      for (const refused of [
        { host: 'localhost', tls: true },
        { host: 'localhost', tls: { ca: '/nonexistent.pem' } },
        { host: '127.0.0.1', tls: trusted },
      ]) {
        const error = await connect(refused);
        expect(error).toBeInstanceOf(StoreError);
        expect((error as StoreError).kind, (error as StoreError).message).toBe('misconfigured');
      }
    } finally {
      await server.dispose();
      files.folder.remove();
    }
  },
);
