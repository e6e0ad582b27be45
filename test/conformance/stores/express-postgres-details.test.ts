import pg from 'pg';
import { afterAll, expect, test } from 'vitest';
import { storeKey, type StoreCursor } from '#agent/stores/store-adapter.ts';
import { disposeServers } from './databases.ts';
import { allKeys, listAll } from './reading.ts';
import { MAX_AGE } from './worlds/express-application.ts';
import { expressPostgresWorld, type ExpressPostgresWorld } from './worlds/express-postgres-world.ts';

afterAll(disposeServers);
const never = new AbortController().signal;
const at = Math.trunc(Date.now() / 1_000) * 1_000 - 60_000;
const visit = { at, ip: '203.0.113.9', userAgent: 'Firefox' };
const anna = { name: 'anna', email: '', roles: [] };

async function inWorld(
  work: (world: ExpressPostgresWorld) => Promise<void>,
  ...options: Parameters<typeof expressPostgresWorld>
): Promise<void> {
  const world = await expressPostgresWorld(...options);
  try {
    await work(world);
  } finally {
    await world.adapter.close();
    await world.dispose();
  }
}
const keysOf = (sessions: readonly { readonly key: string }[]): string[] =>
  sessions.map(({ key }) => key).sort();

test('what is written with a shorter lifetime, or committed late, is not missed', () =>
  inWorld(async (world) => {
    await world.adapter.open(never);
    const account = world.application.addPerson(anna);
    const cookie = { originalMaxAge: 60_000 };
    const text = JSON.stringify({ cookie, user: { id: account } });
    await world.writeText('remembered', text, Date.now() + 30 * 86_400_000);
    await world.signInMany(account, 300, visit);
    const { socket, port, database } = world.db.config;
    const slow = new pg.Client({
      host: String(socket),
      port: Number(port),
      user: 'keeper',
      database: String(database),
    });
    await slow.connect();
    try {
      await slow.query('BEGIN');
      await slow.query("INSERT INTO session VALUES ('late', $1, to_timestamp($2))", [
        text,
        Math.trunc(Date.now() / 1_000) + 50,
      ]);
      // Others are written and read while that transaction is under way.
      const fresh = await world.signIn(account, visit);
      const first = await listAll(world.adapter);
      expect(keysOf(first.sessions)).toContain(fresh);
      expect(keysOf(first.sessions)).not.toContain('late');
      await slow.query('COMMIT');
      await world.writeText('short', text, Date.now() + 60_000);
      const second = await listAll(world.adapter, first.cursor);
      expect(keysOf(second.sessions)).toEqual(expect.arrayContaining(['late', 'short']));
      expect(second.sessions.length).toBeLessThan(10);
      const third = await listAll(world.adapter, second.cursor);
      expect(third.sessions).toEqual([]);
    } finally {
      await slow.end();
    }
  }));

test('a cursor of another database means reading everything', () =>
  inWorld(async (world) => {
    await world.adapter.open(never);
    await world.signIn(world.application.addPerson(anna), visit);
    for (const oldest of [1_000_000_000, 3_000_000_000, 2 ** 40]) {
      const later = JSON.stringify({ version: 1, oldest }) as StoreCursor;
      expect((await listAll(world.adapter, later)).sessions.length, String(oldest)).toBe(1);
    }
  }));

test('a later reading shows the accounts of what changed, and sessions say what they know of theirs', () =>
  inWorld(async (world) => {
    const { adapter, application } = world;
    await adapter.open(never);
    const account = application.addPerson(anna);
    const first = await world.signIn(account, visit);
    const { cursor } = await listAll(adapter);
    application.people.set(account, { ...anna, roles: ['administrator'] });
    const later = await world.signIn(account, { ...visit, at: visit.at + 30_000 });
    const shown: unknown[] = [];
    const notes = {
      everything: () => void shown.push('everything'),
      ended: () => void shown.push('ended'),
      shown: (accounts: readonly unknown[]) => void shown.push(...accounts),
    };
    const page = () => Promise.resolve();
    const now = { id: account, name: 'anna', roles: ['administrator'], status: 'unknown' };
    await adapter.sessions(cursor, page, never, notes);
    expect(shown.splice(0)).toEqual([now]);
    await adapter.sessions('of another store' as StoreCursor, page, never, notes);
    expect(shown).toEqual(['everything']);
    expect(await adapter.accountsOf?.([first, later].map(storeKey), never)).toEqual([now]);
    expect(await adapter.accountsOf?.([storeKey(first)], never)).toEqual([{ ...now, roles: [] }]);
  }));

test('a session whose change leaves its expiry alone is noticed', () =>
  inWorld(async (world) => {
    await world.adapter.open(never);
    const key = await world.signIn(world.application.addPerson(anna), visit);
    const { cursor } = await listAll(world.adapter);
    const before = await world.adapter.glance(never);
    const row = world.application.get(key);
    await world.writeText(
      key,
      JSON.stringify({ ...row.json, user: { id: 'u-1', name: 'Renamed' } }),
      row.at + MAX_AGE,
    );
    expect(await world.adapter.glance(never)).not.toBe(before);
    const { sessions } = await listAll(world.adapter, cursor);
    expect(sessions.map(({ account }) => account?.name)).toEqual(['Renamed']);
  }));

test('expiry is read in the time zone of the application’s connections', async () => {
  const zones: (string | undefined)[] = [
    undefined,
    'UTC',
    'America/New_York',
    'Asia/Kolkata',
    'Pacific/Auckland',
  ];
  for (const zone of zones) {
    await inWorld(
      async (world) => {
        await world.adapter.open(never);
        const key = await world.signIn(world.application.addPerson(anna), visit);
        const [session] = await world.adapter.lookUp([storeKey(key)], never);
        expect(session?.expiresAt, zone).toBe(at + MAX_AGE);
        expect(session?.last.at, zone).toBe(at);
        const findings = await world.doctor();
        expect(
          findings.some(({ id }) => id === 'store.time-zone'),
          zone,
        ).toBe(false);
      },
      'session',
      zone,
    );
  }
});

test('the doctor notices a wrong time zone, a missing index and a missing right', () =>
  inWorld(
    async (world) => {
      const account = world.application.addPerson(anna);
      const { sid, row } = world.application.signIn(account, visit);
      // Written by a connection in Tokyo, and read as New York's.
      await world.db.exec(
        `INSERT INTO session SELECT ?, ?, to_timestamp(?) AT TIME ZONE 'Asia/Tokyo'`,
        sid,
        JSON.stringify(row.json),
        Math.trunc((row.at + MAX_AGE) / 1_000),
      );
      await world.db.exec('DROP INDEX "IDX_session_expire"');
      await world.db.exec('REVOKE DELETE ON session FROM watchfloor');
      const findings = new Map((await world.doctor()).map((finding) => [finding.id, finding]));
      expect(findings.get('store.time-zone')?.fix).toContain('store.timeZone');
      expect(findings.get('store.index.session.expire')?.status).toBe('suspicious');
      expect(findings.get('store.delete.session')).toMatchObject({ status: 'wrong' });
      expect(findings.get('store.delete.session')?.fix).toContain('GRANT SELECT, DELETE');
    },
    'session',
    'America/New_York',
  ));

test('sessions too deep to read are shown without an account', () =>
  inWorld(async (world) => {
    await world.adapter.open(never);
    const deep = `{"cookie":{"originalMaxAge":1},"user":{"id":"u-1"},"x":${'['.repeat(500)}${']'.repeat(500)}}`;
    await world.writeText('deep', deep, Date.now() + MAX_AGE);
    expect((await listAll(world.adapter)).sessions.map(({ key, account }) => [key, account])).toEqual([
      ['deep', null],
    ]);
    expect(await allKeys(world.adapter)).toEqual(['deep']);
  }));

test('a glance differs once a session has expired, without anything being written', () =>
  inWorld(async (world) => {
    await world.adapter.open(never);
    await world.writeText(
      'short',
      '{"cookie":{"originalMaxAge":1000},"user":{"id":"u-1"}}',
      Date.now() + 1_500,
    );
    const before = await world.adapter.glance(never);
    expect(await allKeys(world.adapter)).toEqual(['short']);
    await expect.poll(() => world.adapter.glance(never), { timeout: 10_000, interval: 50 }).not.toBe(before);
    expect(await allKeys(world.adapter)).toEqual([]);
  }));
