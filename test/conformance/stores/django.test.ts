import { afterAll, expect, test } from 'vitest';
import { storeKey } from '#agent/stores/store-adapter.ts';
import { disposeServers, type Engine } from './databases.ts';
import { allAccounts, allKeys, listAll } from './reading.ts';
import { conformance } from './suite.ts';
import { djangoWorld } from './worlds/django-world.ts';

conformance('Django on MariaDB, saving at every request', () => djangoWorld('mariadb', 'signed'));
conformance('Django on PostgreSQL', () => djangoWorld('postgres', 'signed'));
conformance('Django on SQLite, sessions of before 3.1', () => djangoWorld('sqlite', 'before 3.1'));

afterAll(disposeServers);
const never = new AbortController().signal;
const visit = {
  at: Math.trunc(Date.now() / 1_000) * 1_000 - 60_000,
  ip: '203.0.113.9',
  userAgent: 'Firefox',
};

test.each<Engine>(['mariadb', 'postgres', 'sqlite'])(
  'on %s, sessions of before a new password are dead although their rows stay',
  async (engine) => {
    const world = await djangoWorld(engine, 'signed');
    try {
      const [anna, joerg] = [
        await world.addPerson({ name: 'anna', email: '', roles: [] }),
        await world.addPerson({ name: 'jörg', email: '', roles: [] }),
      ];
      const old = [await world.signIn(anna, visit), await world.signIn(anna, visit)];
      const other = await world.signIn(joerg, visit);
      expect(await allKeys(world.adapter)).toEqual([...old, other].sort());
      await world.setPassword?.(anna);
      const changing = await world.signIn(anna, visit);
      expect(await allKeys(world.adapter)).toEqual([changing, other].sort());
      expect((await listAll(world.adapter)).sessions.length).toBe(2);
      expect(await world.adapter.lookUp(old.map(storeKey), never)).toEqual([]);
      await world.setPassword?.(anna);
      expect(await allKeys(world.adapter)).toEqual([other]);
    } finally {
      await world.adapter.close();
      await world.dispose();
    }
  },
);

test.each<Engine>(['mariadb', 'postgres', 'sqlite'])(
  'on %s, times are read as the moments they are',
  async (engine) => {
    const world = await djangoWorld(engine, 'signed', { saveTimeMeans: 'sign-in' });
    try {
      const account = await world.addPerson({ name: 'anna', email: '', roles: [] });
      await world.signIn(account, visit);
      const [session] = (await listAll(world.adapter)).sessions;
      expect(session).toMatchObject({
        opened: { at: visit.at, ip: null, userAgent: null },
        last: { at: null },
        expiresAt: visit.at + 14 * 86_400_000,
        attributes: { savedAt: new Date(visit.at).toISOString() },
      });
      const created = (await allAccounts(world.adapter)).get(account);
      expect(created).toMatchObject({ createdAt: Date.UTC(2020, 1, 3, 4, 5, 6), status: 'active' });
      expect(created?.lastLoginAt).toBeUndefined();
    } finally {
      await world.adapter.close();
      await world.dispose();
    }
  },
);

test.each<Engine>(['mariadb', 'postgres', 'sqlite'])(
  'on %s, a password that was changed while the agent was off is noticed when it is back',
  async (engine) => {
    const world = await djangoWorld(engine, 'signed');
    const later = world.again();
    try {
      const anna = await world.addPerson({ name: 'anna', email: '', roles: [] });
      const joerg = await world.addPerson({ name: 'jörg', email: '', roles: [] });
      await world.signIn(anna, visit);
      const other = await world.signIn(joerg, visit);
      expect((await listAll(world.adapter)).sessions.length).toBe(2);
      await world.setPassword?.(anna);
      const changing = await world.signIn(anna, visit);
      await later.open(never);
      expect((await listAll(later)).sessions.map(({ key }) => key as string).sort()).toEqual(
        [changing, other].sort(),
      );
      expect(world.kept().length).toBeGreaterThan(50);
      for (const secret of world.secrets()) expect(world.kept().includes(secret)).toBe(false);
    } finally {
      await later.close();
      await world.adapter.close();
      await world.dispose();
    }
  },
);

test('sessions that cannot be read are counted and told, until they are gone', async () => {
  const world = await djangoWorld('sqlite', 'signed');
  try {
    const anna = await world.addPerson({ name: 'anna', email: '', roles: [] });
    const shown = await world.signIn(anna, visit);
    const foreign = 'f'.repeat(32);
    // What PickleSerializer wrote: signed like the others, and no JSON.
    const pickled = `${Buffer.from('\x80\x04}q\x00.', 'latin1').toString('base64url')}:1abcde:signature`;
    const insert = 'INSERT INTO django_session (session_key, session_data, expire_date) VALUES (?, ?, ?)';
    await world.db.exec(insert, foreign, pickled, '2999-01-01 00:00:00');
    await world.db.exec(insert, 'e'.repeat(32), 'no session at all', '2999-01-01 00:00:00');
    expect((await listAll(world.adapter)).sessions.map(({ key }) => key as string)).toEqual([shown]);
    const [warning] = world.adapter.warnings?.() ?? [];
    expect(warning).toMatchObject({ id: 'unreadable-sessions' });
    expect(warning?.message).toMatch(/^2 sessions cannot be read and are not shown/);
    expect(warning?.message).not.toContain(foreign);
    await world.db.exec('DELETE FROM django_session WHERE session_key <> ?', shown);
    await allKeys(world.adapter);
    expect(world.adapter.warnings?.()).toEqual([]);
  } finally {
    await world.adapter.close();
    await world.dispose();
  }
});
