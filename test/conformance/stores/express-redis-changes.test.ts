import { describe, expect, test } from 'vitest';
import { storeKey, type StoreCursor } from '#agent/stores/store-adapter.ts';
import { anna, at, inWorld, listSince, visit } from './in-redis.ts';
import { allKeys, listAll, never } from './reading.ts';
import { MAX_AGE } from './worlds/express-application.ts';

describe('Redis that tells of changes', () => {
  test('and has told nothing yet, although the configuration says so, is looked through at every poll', () =>
    inWorld(async (world) => {
      await world.admin().config('SET', 'notify-keyspace-events', '');
      await world.adapter.open(never);
      const account = world.application.addPerson(anna);
      const old = await world.signIn(account, visit);
      const { cursor } = await listAll(world.adapter);
      const quiet = await world.adapter.glance(never);
      expect(await world.adapter.glance(never)).toBe(quiet);
      const fresh = await world.signIn(account, visit);
      await world.signOut(old);
      expect(await world.adapter.glance(never)).not.toBe(quiet);
      const { keys, ended, everything } = await listSince(world.adapter, cursor);
      expect([keys, ended, everything]).toEqual([[fresh], [old], false]);
    }, true));

  test('is believed once it tells something, and nothing of before is missed', () =>
    inWorld(async (world) => {
      await world.admin().config('SET', 'notify-keyspace-events', '');
      await world.adapter.open(never);
      const account = world.application.addPerson(anna);
      await world.signInMany(account, 9_000, visit);
      const { cursor } = await listAll(world.adapter);
      // Before it tells anything: one that is visited, one that goes, one that comes.
      const keys = await allKeys(world.adapter);
      const later = { ...visit, at: at + 30_000 };
      await Promise.all(keys.slice(0, 200).map((key) => world.visit(key, later)));
      await world.signOut(keys[200] ?? '');
      const fresh = await world.signIn(account, visit);
      await world.admin().config('SET', 'notify-keyspace-events', 'KA');
      await world.visit(keys[201] ?? '', later);
      const found = new Set<string>();
      const ended: string[] = [];
      let from = cursor;
      for (let look = 0; look < 6; look += 1) {
        await world.adapter.glance(never);
        const reading = await listSince(world.adapter, from);
        expect(reading.everything).toBe(false);
        for (const key of reading.keys) found.add(key);
        ended.push(...reading.ended);
        from = reading.cursor;
      }
      expect([...found].sort()).toEqual([...keys.slice(0, 200), keys[201], fresh].sort());
      expect(ended).toEqual([keys[200]]);
    }, true));

  test('is found out by asking, where asking is allowed', () =>
    inWorld(async (world) => {
      await world.admin().call('ACL', 'SETUSER', 'watchfloor', '+config|get');
      await world.admin().config('SET', 'notify-keyspace-events', 'Kg$x');
      await world.adapter.open(never);
      await world.signIn(world.application.addPerson(anna), visit);
      const quiet = await world.adapter.glance(never);
      expect(quiet).not.toBeNull();
      expect(await world.adapter.glance(never)).toBe(quiet);
      expect((await world.doctor()).find(({ id }) => id === 'store.keyspace-events')?.status).toBe('ok');
    }, false));

  test('and is told to stop, is looked through from then on, where asking is allowed', async () => {
    let ahead = 0;
    await inWorld(
      async (world) => {
        await world.admin().call('ACL', 'SETUSER', 'watchfloor', '+config|get');
        await world.admin().config('SET', 'notify-keyspace-events', 'KA');
        await world.adapter.open(never);
        const account = world.application.addPerson(anna);
        await world.signIn(account, visit);
        const { cursor } = await listAll(world.adapter);
        await world.admin().config('SET', 'notify-keyspace-events', '');
        const unheard = await world.signIn(account, visit);
        ahead = 61_000;
        await world.adapter.glance(never);
        const found = await listSince(world.adapter, cursor);
        expect([found.everything, found.keys]).toEqual([false, [unheard]]);
        const next = await world.signIn(account, visit);
        expect((await listSince(world.adapter, found.cursor)).keys).toEqual([next]);
      },
      false,
      'sess:',
      {},
      () => ahead,
    );
  });

  test('is read anew after the subscription was lost, with what happened meanwhile', () =>
    inWorld(async (world) => {
      await world.adapter.open(never);
      const account = world.application.addPerson(anna);
      await world.signIn(account, visit);
      await world.signIn(account, visit);
      const { cursor } = await listAll(world.adapter);
      const before = await world.adapter.glance(never);
      expect((await listAll(world.adapter, cursor)).sessions).toEqual([]);
      await world.admin().call('CLIENT', 'KILL', 'TYPE', 'pubsub');
      const unheard = await world.signIn(account, visit);
      await expect.poll(() => world.adapter.glance(never).catch(() => before)).not.toBe(before);
      const { sessions } = await listAll(world.adapter, cursor);
      expect(sessions.length).toBe(3);
      expect(sessions.map(({ key }) => key as string)).toContain(unheard);
    }, true));

  test('names only the sessions that changed, and only of its own prefix and database', () =>
    inWorld(async (world) => {
      await world.adapter.open(never);
      const account = world.application.addPerson(anna);
      const first = await world.signIn(account, visit);
      await world.signIn(account, visit);
      const { cursor } = await listAll(world.adapter);
      const before = await world.adapter.glance(never);
      await world.admin().set('cache:sess:x', '1');
      await world.admin().set('other', '1');
      await world.admin().select(1);
      await world.admin().set('sess:x', '1');
      await world.admin().select(0);
      expect(await world.adapter.glance(never)).toBe(before);
      await world.visit(first, { ...visit, at: at + 30_000 });
      const { sessions, cursor: next } = await listAll(world.adapter, cursor);
      expect(sessions.map(({ key, last }) => [key, last.at])).toEqual([[first, at + 30_000]]);
      await world.signOut(first);
      expect((await listAll(world.adapter, next)).sessions).toEqual([]);
      expect((await allKeys(world.adapter)).length).toBe(1);
    }, true));
});

describe.each([
  ['that tells of changes', true],
  ['that does not', false],
])('Redis %s', (_name, events) => {
  test('names what came, changed and ended, and what that shows of accounts', () =>
    inWorld(async (world) => {
      const { application, adapter } = world;
      await adapter.open(never);
      const account = application.addPerson(anna);
      const [stays, goes, visited] = [
        await world.signIn(account, visit),
        await world.signIn(account, visit),
        await world.signIn(account, visit),
      ];
      const { cursor } = await listAll(adapter);
      // Guests, and what is no session at all, are neither reported nor a change that goes on.
      await world.addNoise();
      const fresh = await world.signIn(account, visit);
      await world.signOut(goes);
      await world.visit(visited, { ...visit, at: at + 30_000 });
      const later = await listSince(adapter, cursor);
      expect(later.everything).toBe(false);
      expect(later.keys).toEqual([fresh, visited].sort());
      expect(later.ended).toContain(goes);
      expect(later.ended).not.toContain(stays);
      expect(later.shown).toEqual([{ id: account, name: 'anna', roles: ['editor'], status: 'unknown' }]);
      const quiet = await adapter.glance(never);
      expect(await adapter.glance(never)).toBe(quiet);
      const again = await listSince(adapter, later.cursor);
      expect([again.keys, again.ended, again.shown]).toEqual([[], [], []]);
      // A session that becomes a guest's has ended, although its key stays.
      await world.admin().set(`sess:${stays}`, application.guest(Date.now()), 'KEEPTTL');
      expect((await listSince(adapter, again.cursor)).ended).toEqual([stays]);
      application.people.set(account, { name: 'Anna Neu', email: '', roles: ['administrator'] });
      const newest = await world.signIn(account, { ...visit, at: at + 50_000 });
      const asked = [fresh, newest, 'not there'].map(storeKey);
      expect(await adapter.accountsOf?.(asked, never)).toEqual([
        { id: account, name: 'Anna Neu', roles: ['administrator'], status: 'unknown' },
      ]);
    }, events));
});

test('thousands that changed at once mean reading everything, and so does a Redis that was emptied', () =>
  inWorld(async (world) => {
    await world.adapter.open(never);
    const account = world.application.addPerson(anna);
    await world.signIn(account, visit);
    const { cursor } = await listAll(world.adapter);
    await world.signInMany(account, 20_500, visit);
    const { everything, keys, cursor: next } = await listSince(world.adapter, cursor);
    expect([everything, keys.length]).toEqual([true, 20_501]);
    await world.admin().flushdb();
    const emptied = await listSince(world.adapter, next);
    expect([emptied.everything, emptied.keys]).toEqual([true, []]);
  }, false));

test('of many keys some are read at each look: a change of what stands under one is known after a round', () =>
  inWorld(async (world) => {
    await world.adapter.open(never);
    const account = world.application.addPerson(anna);
    await world.signInMany(account, 9_000, visit);
    const { cursor } = await listAll(world.adapter);
    const key = await world.signIn(account, visit);
    const { cursor: known } = await listSince(world.adapter, cursor);
    await world.visit(key, { ...visit, at: at + 30_000 });
    const found: string[] = [];
    let from = known;
    for (let look = 0; look < 6; look += 1) {
      const { keys, cursor: next } = await listSince(world.adapter, from);
      found.push(...keys);
      from = next;
    }
    expect(found).toEqual([key]);
  }, false));

test('what Redis does not tell of is found on the way round all keys', () =>
  inWorld(async (world) => {
    await world.adapter.open(never);
    const account = world.application.addPerson(anna);
    await world.signInMany(account, 3_000, visit);
    const before = (await listAll(world.adapter)).cursor;
    // What comes while it is silent, although the configuration says that it tells.
    await world.admin().config('SET', 'notify-keyspace-events', '');
    const unheard = await world.signIn(account, visit);
    const after = async (from: StoreCursor | null) => {
      for (let look = 0; look < 12; look += 1) await world.adapter.glance(never);
      return listSince(world.adapter, from);
    };
    const found = await after(before);
    expect([found.everything, found.keys, found.ended]).toEqual([false, [unheard], []]);
    // Nobody is told that a database is emptied.
    await world.admin().config('SET', 'notify-keyspace-events', 'KA');
    await world.admin().flushdb();
    const emptied = await after(found.cursor);
    expect([emptied.everything, emptied.keys, emptied.ended.length]).toEqual([false, [], 3_001]);
  }, true));

test('Redis is made to tell of sessions whose time is over', () =>
  inWorld(async (world) => {
    await world.admin().config('SET', 'notify-keyspace-events', 'KA');
    // By itself it takes nothing out any more.
    await world.admin().call('DEBUG', 'SET-ACTIVE-EXPIRE', '0');
    await world.adapter.open(never);
    const account = world.application.addPerson(anna);
    const short = await world.signIn(account, { ...visit, at: Date.now() - MAX_AGE + 500 });
    const { cursor } = await listAll(world.adapter);
    await expect
      .poll(async () => {
        await world.adapter.glance(never);
        return (await listSince(world.adapter, cursor)).ended;
      })
      .toEqual([short]);
  }, true));

test('a glance has counted everything that was written before it', () =>
  inWorld(async (world) => {
    await world.adapter.open(never);
    const account = world.application.addPerson(anna);
    await world.signIn(account, visit);
    const before = await world.adapter.glance(never);
    for (let round = 0; round < 20; round += 1) {
      const looked = await world.adapter.glance(never);
      await world.signIn(account, visit);
      expect(await world.adapter.glance(never)).not.toBe(looked);
    }
    // SET with an expiry tells of two things.
    expect(Number(/\d+$/.exec((await world.adapter.glance(never)) ?? '')?.[0])).toBe(
      Number(/\d+$/.exec(before ?? '')?.[0]) + 40,
    );
  }, true));
