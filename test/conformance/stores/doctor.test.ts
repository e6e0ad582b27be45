import { afterAll, describe, expect, test } from 'vitest';
import mysql from 'mysql2/promise';
import { expressKind } from '#agent/stores/express/express-kind.ts';
import { checkConnection } from '#agent/stores/sql/checks.ts';
import { DatabaseConfig } from '#agent/stores/sql/database-config.ts';
import { openDatabase } from '#agent/stores/sql/open-database.ts';
import type { Finding } from '#agent/stores/store-kind.ts';
import { systemClock } from '#test/support/agent-in-process.ts';
import { startMariaDb } from '#test/support/servers/mariadb.ts';
import { startPostgres } from '#test/support/servers/postgres.ts';
import { freePort } from '#test/support/servers/server-process.ts';
import { tlsFiles } from '#test/support/servers/tls-files.ts';
import { disposeServers, type Engine, type TestDatabase } from './databases.ts';
import { fromConfig } from './make-adapter.ts';
import type { World } from './world.ts';
import { djangoWorld } from './worlds/django-world.ts';
import { drupalWorld } from './worlds/drupal-world.ts';
import { expressPostgresWorld } from './worlds/express-postgres-world.ts';
import { expressRedisWorld } from './worlds/express-redis-world.ts';
import { laravelWorld } from './worlds/laravel-world.ts';
import { wordpressWorld } from './worlds/wordpress-world.ts';

// Every fault is really there, on the real server; and what the doctor says mends it, mends it.

type SqlWorld = World & { readonly db: TestDatabase; readonly grants: string };
const never = new AbortController().signal;
const blocking = { blockAccounts: true };

/** Sessions table of each, and who may sign in to the server for the agent. */
const WORLDS: readonly (readonly [string, string, () => Promise<SqlWorld>])[] = [
  ['Drupal on MariaDB', 'site1_sessions', () => drupalWorld('mariadb', 'site1_')],
  ['Drupal on PostgreSQL', 'sessions', () => drupalWorld('postgres')],
  ['WordPress', 'wp_usermeta', () => wordpressWorld('wp_', true, blocking)],
  ['Laravel on MariaDB', 'sessions', () => laravelWorld('mariadb', 'php', blocking)],
  ['Laravel on PostgreSQL', 'app_sessions', () => laravelWorld('postgres', 'json', blocking)],
  ['Django on MariaDB', 'django_session', () => djangoWorld('mariadb', 'signed', blocking)],
  ['Django on PostgreSQL', 'django_session', () => djangoWorld('postgres', 'signed', blocking)],
  ['Express on PostgreSQL', 'session', () => expressPostgresWorld()],
];

afterAll(disposeServers);

const statuses = (findings: readonly Finding[]): Readonly<Record<string, string>> =>
  Object.fromEntries(findings.map(({ id, status }) => [id, status]));
const notOk = (findings: readonly Finding[]): readonly Finding[] =>
  findings.filter(({ status }) => status !== 'ok');

interface Right {
  readonly table: string;
  readonly right: string;
  readonly who: string;
}

/** Each right of each table that the grants name: `SELECT (a, b)` and `DELETE` are two. */
function rightsOf(grants: string): readonly Right[] {
  return grants.split('\n').flatMap((line) => {
    const found = /^GRANT (?<rights>(?:SELECT|UPDATE|DELETE).*) ON (?<table>\S+) TO (?<who>[^;]+);/.exec(
      line,
    );
    const { rights, table, who } = found?.groups ?? {};
    if (rights === undefined || table === undefined || who === undefined) return [];
    return [...rights.matchAll(/(?:SELECT|UPDATE|DELETE)(?: \([^)]*\))?/g)].map(([right]) => ({
      right,
      table,
      who,
    }));
  });
}

/** Name and leading column of every index that is not a key of the table. */
async function indexesOf(db: TestDatabase, table: string): Promise<readonly (readonly [string, string])[]> {
  const rows =
    db.engine === 'mariadb'
      ? await db.rows(
          `SELECT INDEX_NAME, COLUMN_NAME FROM information_schema.STATISTICS
           WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME = ? AND SEQ_IN_INDEX = 1 AND NON_UNIQUE = 1`,
          table,
        )
      : await db.rows(
          `SELECT c.relname, a.attname FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
           JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = i.indkey[0]
           WHERE i.indrelid = to_regclass(?) AND NOT i.indisunique`,
          table,
        );
  return rows.map(([name, column]) => [String(name), String(column)] as const);
}

describe.each(WORLDS)('what the doctor says of %s', (_label, sessions, makeWorld) => {
  test(
    'each right that is missing, each index, a wrong name, a clock: with what mends it',
    { timeout: 120_000 },
    async () => {
      const world = await makeWorld();
      const { db, grants } = world;
      const quoted = (name: string): string => (db.engine === 'mariadb' ? `\`${name}\`` : `"${name}"`);
      try {
        const anna = await world.addPerson({ name: 'anna', email: 'a@example.org', roles: [] });
        await world.signIn(anna, {
          at: Math.trunc(Date.now() / 1_000) * 1_000,
          ip: '192.0.2.1',
          userAgent: 'Lynx',
        });
        const healthy = statuses(await world.doctor());
        expect(Object.values(healthy)).not.toContain('wrong');

        const rights = rightsOf(grants);
        expect(rights.length).toBeGreaterThan(1);
        for (const { right, table, who } of rights) {
          await db.exec(`REVOKE ${right} ON ${table} FROM ${who}`);
          const sick = notOk(await world.doctor()).filter(({ id, status }) => healthy[id] !== status);
          expect(sick.length, `${right} ON ${table}`).toBeGreaterThan(0);
          const fix = sick[0]?.fix ?? '';
          expect(fix, `${right} ON ${table}`).toContain('GRANT');
          await db.grant(fix);
          expect(statuses(await world.doctor()), `${right} ON ${table} is given back`).toEqual(healthy);
        }

        for (const [name, column] of await indexesOf(db, sessions)) {
          const id = `store.index.${sessions}.${column}`;
          if (healthy[id] === undefined) continue;
          await db.exec(
            `DROP INDEX ${quoted(name)}${db.engine === 'mariadb' ? ` ON ${quoted(sessions)}` : ''}`,
          );
          const found = (await world.doctor()).find((finding) => finding.id === id);
          expect(found?.status, id).toBe('suspicious');
          await db.exec((found?.fix ?? '').replace(/;$/, ''));
          expect(statuses(await world.doctor())[id]).toBe('ok');
        }

        // Another prefix or name than the configuration says.
        await db.exec(`ALTER TABLE ${quoted(sessions)} RENAME TO ${quoted('elsewhere')}`);
        const lost = (await world.doctor()).find(({ id }) => id === `store.table.${sessions}`);
        expect(lost?.status).toBe('wrong');
        expect(lost?.message).toMatch(
          /missing: wrong database, schema or prefix\?.*no session can be seen; /,
        );
        await db.exec(`ALTER TABLE ${quoted('elsewhere')} RENAME TO ${quoted(sessions)}`);

        for (const [ahead, word] of [
          [3_600_000, 'behind'],
          [-3_600_000, 'ahead of'],
        ] as const) {
          const clock = (await world.doctor(ahead)).find(({ id }) => id === 'store.clock');
          expect(clock).toMatchObject({ status: 'suspicious' });
          expect(clock?.message).toMatch(
            new RegExp(`the database's clock is 3(?:599|600|601) s ${word} this machine's`),
          );
          expect(clock?.fix).toContain('timedatectl set-ntp true');
        }
        expect(statuses(await world.doctor())).toEqual(healthy);
      } finally {
        await world.adapter.close();
        await world.dispose();
      }
    },
  );
});

describe('what the doctor says of Express on Redis', () => {
  test('each right that is missing, events that are off, a clock', { timeout: 60_000 }, async () => {
    const world = await expressRedisWorld(true);
    try {
      const anna = await world.addPerson({ name: 'anna', email: 'a@example.org', roles: [] });
      await world.signIn(anna, { at: Date.now(), ip: '192.0.2.1', userAgent: 'Lynx' });
      const healthy = statuses(await world.doctor());
      expect(Object.values(healthy)).not.toContain('wrong');
      const admin = world.admin();
      const mend = async (fix: string): Promise<void> => {
        const [line = ''] = fix.split('\n').filter((text) => text.startsWith('ACL '));
        const words = line.replaceAll("'", '').replace('<password>', 'only-for-this-test').split(' ');
        expect(words.length).toBeGreaterThan(3);
        await admin.call(words[0] ?? '', ...words.slice(1));
      };
      const commands = [...world.grants.matchAll(/ \+(\w+)/g)].map(([, command]) => command ?? '');
      // Other databases than the first are chosen when connecting, and PTTL is for Redis before 7.
      for (const command of commands) {
        if (command === 'select') continue;
        await admin.call('ACL', 'SETUSER', 'watchfloor', `-${command}`);
        const sick = notOk(await world.doctor()).filter(({ id, status }) => healthy[id] !== status);
        expect(
          sick.map(({ status }) => status),
          command,
        ).toContain('wrong');
        await mend(sick[0]?.fix ?? '');
        expect(statuses(await world.doctor()), command).toEqual(healthy);
      }
      // Keys of another prefix only.
      await admin.call('ACL', 'SETUSER', 'watchfloor', 'resetkeys', '~other:*');
      const elsewhere = notOk(await world.doctor()).filter(({ status }) => status === 'wrong');
      expect(elsewhere.length).toBeGreaterThan(0);
      await mend(elsewhere[0]?.fix ?? '');
      expect(statuses(await world.doctor())).toEqual(healthy);

      const clock = (await world.doctor(3_600_000)).find(({ id }) => id === 'store.clock');
      expect(clock).toMatchObject({ status: 'suspicious' });
      expect(clock?.fix).toContain('timedatectl');
    } finally {
      await world.adapter.close();
      await world.dispose();
    }
  });

  test('Redis tells of nothing: said with the command that changes it', { timeout: 60_000 }, async () => {
    const world = await expressRedisWorld(false);
    try {
      // An administrator may ask; the agent's own user may not, and is told so.
      const asked = (await world.doctor()).find(({ id }) => id === 'store.keyspace-events');
      expect(asked).toMatchObject({ status: 'suspicious' });
      expect(asked?.message).toContain('must not ask');
      await world.admin().call('ACL', 'SETUSER', 'watchfloor', '+config|get');
      const off = (await world.doctor()).find(({ id }) => id === 'store.keyspace-events');
      expect(off).toMatchObject({ status: 'suspicious' });
      const command = /redis-cli (CONFIG SET \S+ \S+)/.exec(off?.fix ?? '')?.[1] ?? '';
      await world.admin().call('CONFIG', ...command.split(' ').slice(1));
      expect((await world.doctor()).find(({ id }) => id === 'store.keyspace-events')?.status).toBe('ok');
    } finally {
      await world.adapter.close();
      await world.dispose();
    }
  });

  test('over the network without TLS', async () => {
    const world = await expressRedisWorld(true);
    try {
      const port = await freePort();
      await world.admin().config('SET', 'port', String(port));
      const { doctor } = fromConfig(expressKind, {
        // Not a name of this machine to the doctor, although it leads here.
        database: {
          driver: 'redis',
          host: '0.0.0.0',
          port,
          user: 'watchfloor',
          password: 'only-for-this-test',
        },
        mapping: { user: ['/user/id'] },
      });
      const findings = await doctor();
      expect(statuses(findings)['store.connection']).toBe('ok');
      const tls = findings.find(({ id }) => id === 'store.tls');
      expect(tls).toMatchObject({ status: 'suspicious' });
      expect(tls?.fix).toContain('store.database.tls: true');
    } finally {
      await world.adapter.close();
      await world.dispose();
    }
  });
});

test.each(['mariadb', 'postgres'] as const)(
  '%s: what crosses the network in the clear is said, and what to set',
  { timeout: 60_000 },
  async (engine: Engine) => {
    const files = await tlsFiles();
    const server = engine === 'mariadb' ? await startMariaDb(files) : await startPostgres(files);
    try {
      if (engine === 'mariadb') {
        const admin = await mysql.createConnection({ socketPath: server.socket, user: server.user });
        await admin.query(`CREATE USER far@'%'`);
        await admin.query(`CREATE DATABASE postgres`);
        await admin.query(`GRANT ALL ON postgres.* TO far@'%'`);
        await admin.end();
      }
      const examine = async (more: object): Promise<readonly Finding[]> => {
        const user = engine === 'mariadb' ? 'far' : server.user;
        const config = DatabaseConfig.parse({
          driver: engine,
          port: files.port,
          database: 'postgres',
          user,
          ...more,
        });
        const access = openDatabase(config, '/', '');
        try {
          return await checkConnection({ access, config, clock: systemClock, grants: '', signal: never });
        } finally {
          await access.close();
        }
      };
      // Not a name of this machine to the doctor, although it leads here.
      const open = await examine({ host: '0.0.0.0' });
      expect(statuses(open)).toEqual({ 'store.connection': 'ok', 'store.tls': 'suspicious' });
      expect(open.find(({ id }) => id === 'store.tls')?.fix).toContain('store.database.tls: true');
      expect(statuses(await examine({ host: 'localhost', tls: { ca: files.cert } }))).toEqual({
        'store.connection': 'ok',
        'store.tls': 'ok',
      });
      // A certificate that nobody vouches for; nobody there.
      for (const [more, says] of [
        [
          { host: 'localhost', tls: true },
          /TLS could not be agreed on: check the certificate and store\.database\.tls/,
        ],
        [{ host: '127.0.0.1', port: 1 }, /cannot be reached/],
      ] as const) {
        const [found] = await examine(more);
        expect(found).toMatchObject({ id: 'store.connection', status: 'wrong' });
        expect(found?.message).toMatch(says);
        expect(found?.fix).toContain('correct store.database');
      }
    } finally {
      await server.dispose();
      files.folder.remove();
    }
  },
);
