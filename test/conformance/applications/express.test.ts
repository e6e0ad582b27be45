import connectPgSimple from 'connect-pg-simple';
import { RedisStore } from 'connect-redis';
import session, { type Store } from 'express-session';
import { Redis } from 'ioredis';
import pg from 'pg';
import { afterAll, expect, test } from 'vitest';
import { expressKind } from '#agent/stores/express/express-kind.ts';
import { storeKey, type StoreAdapter } from '#agent/stores/store-adapter.ts';
import type { AccountId } from '#shared/domain/ids.ts';
import { startRedis } from '#test/support/servers/redis.ts';
import { disposeServers, testDatabase } from '../stores/databases.ts';
import { fromConfig } from '../stores/make-adapter.ts';
import { allKeys, listAll } from '../stores/reading.ts';
import { Browser } from './browser.ts';
import { startExpressApplication } from './express-application.ts';

afterAll(disposeServers);
const never = new AbortController().signal;
const MAPPING = {
  user: '/user/id',
  name: '/user/name',
  roles: '/user/roles',
  address: '/login/ip',
  userAgent: '/login/userAgent',
  openedAt: '/login/at',
};
const FIREFOX = 'Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0';
const CHROME = 'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/130.0.0.0 Safari/537.36';

interface Setup {
  readonly store: Store;
  readonly adapter: StoreAdapter;
  readonly dispose: () => Promise<void>;
}

async function onRedis(): Promise<Setup> {
  const server = await startRedis();
  const client = new Redis({ path: server.socket });
  await client.config('SET', 'notify-keyspace-events', 'KA');
  await client.set('cache:sess:decoy', '1');
  const { adapter, grants } = fromConfig(expressKind, {
    database: { driver: 'redis', socket: server.socket, user: 'watchfloor', password: 'pw' },
    keyspaceEvents: 'on',
    mapping: MAPPING,
  });
  const [command = '', ...words] = grants.replaceAll("'", '').replace('<password>', 'pw').split(' ');
  await client.call(command, ...words);
  return {
    store: new RedisStore({ client }),
    adapter,
    dispose: async () => {
      expect(await client.get('cache:sess:decoy')).toBe('1');
      client.disconnect();
      await server.dispose();
    },
  };
}

async function onPostgres(): Promise<Setup> {
  const db = await testDatabase('postgres');
  const { socket, port, database } = db.config;
  const pool = new pg.Pool({
    host: String(socket),
    port: Number(port),
    user: 'keeper',
    database: String(database),
  });
  const PgStore = connectPgSimple(session);
  const store = new PgStore({ pool, createTableIfMissing: true, pruneSessionInterval: false });
  // The store makes its table when it is first asked.
  await new Promise((resolve) => {
    store.get('nobody', resolve);
  });
  const { adapter, grants } = fromConfig(expressKind, { database: db.config, mapping: MAPPING });
  await db.grant(grants);
  return {
    store,
    adapter,
    dispose: async () => {
      store.close();
      await pool.end();
      await db.dispose();
    },
  };
}

test.each([
  ['connect-redis', onRedis],
  ['connect-pg-simple', onPostgres],
])(
  'an Express application with %s: ending a session signs that browser out, and no other',
  async (_name, setUp) => {
    const { store, adapter, dispose } = await setUp();
    const application = await startExpressApplication(store);
    try {
      await adapter.open(never);
      const [firefox, chrome, other, guest] = [
        new Browser(application.origin, FIREFOX),
        new Browser(application.origin, CHROME),
        new Browser(application.origin, FIREFOX),
        new Browser(application.origin, CHROME),
      ];
      const before = Date.now();
      await guest.get('/cart');
      await firefox.post('/login', { name: 'anna' });
      await chrome.post('/login', { name: 'anna' });
      await other.post('/login', { name: 'joerg' });
      expect((await guest.post('/login', { name: 'mallory' })).status).toBe(403);

      // Who is signed in, and from where.
      const { sessions } = await listAll(adapter);
      expect(
        sessions.map(({ account, opened }) => [account?.name, opened.ip, opened.userAgent]).sort(),
      ).toEqual(
        [
          ['Anna Ünal', '127.0.0.1', FIREFOX],
          ['Anna Ünal', '127.0.0.1', CHROME],
          ['Jörg', '127.0.0.1', FIREFOX],
        ].sort(),
      );
      for (const { opened, last, expiresAt } of sessions) {
        // To the second, and lifetimes are rounded up to one.
        for (const at of [opened.at, last.at, (expiresAt ?? 0) - 7_200_000]) {
          expect(at).toBeGreaterThanOrEqual(before - 1_000);
          expect(at).toBeLessThanOrEqual(Date.now() + 1_000);
        }
      }
      const keyOf = (name: string, agent: string) =>
        sessions.find(({ account, opened }) => account?.name === name && opened.userAgent === agent)?.key ??
        storeKey('none');
      const target = { key: keyOf('Anna Ünal', FIREFOX), account: '7' as AccountId };

      // One ended: its next request is anonymous, everybody else's is not.
      expect(await adapter.end([target], 'sessions', never)).toEqual([{ outcome: 'ended' }]);
      expect((await firefox.get('/me')).text).toBe('anonymous');
      expect((await chrome.get('/me')).text).toBe('Anna Ünal');
      expect((await other.get('/me')).text).toBe('Jörg');
      expect(await adapter.lookUp([target.key], never)).toEqual([]);

      // A request under way while its session is ended brings it back; looking again finds it.
      const second = { key: keyOf('Anna Ünal', CHROME), account: '7' as AccountId };
      const underWay = application.slowRequest();
      const slow = chrome.get('/slow');
      const goOn = await underWay;
      expect(await adapter.end([second], 'sessions', never)).toEqual([{ outcome: 'ended' }]);
      expect(await adapter.lookUp([second.key], never)).toEqual([]);
      goOn();
      expect((await slow).status).toBe(200);
      const back = await adapter.lookUp([second.key], never);
      expect(back.map(({ key, account }) => [key, account?.id])).toEqual([[second.key, '7']]);
      expect((await chrome.get('/me')).text).toBe('Anna Ünal');
      expect(await adapter.end([second], 'sessions', never)).toEqual([{ outcome: 'ended' }]);
      expect((await chrome.get('/me')).text).toBe('anonymous');
      expect(await adapter.lookUp([second.key], never)).toEqual([]);

      // What is left is the other person's, and the guest still has what was put into the cart.
      expect(await allKeys(adapter)).toEqual([keyOf('Jörg', FIREFOX)]);
      expect((await other.get('/me')).text).toBe('Jörg');

      // Signing in again makes another session, which is noticed.
      const glance = await adapter.glance(never);
      await firefox.post('/login', { name: 'anna' });
      expect(await adapter.glance(never)).not.toBe(glance);
      expect((await firefox.get('/me')).text).toBe('Anna Ünal');
      expect(await allKeys(adapter)).not.toContain(target.key);
      expect((await allKeys(adapter)).length).toBe(2);
    } finally {
      await application.stop();
      await adapter.close();
      await dispose();
    }
  },
);
