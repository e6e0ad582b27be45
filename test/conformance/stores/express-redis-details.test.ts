import { describe, expect, test } from 'vitest';
import { expressKind } from '#agent/stores/express/express-kind.ts';
import {
  StoreError,
  storeKey,
  type StoreAdapter,
  type StoreCursor,
  type StoredAccount,
  type StoredSession,
} from '#agent/stores/store-adapter.ts';
import { fromConfig } from './make-adapter.ts';
import { allAccounts, allKeys, listAll } from './reading.ts';
import { MAPPING, MAX_AGE } from './worlds/express-application.ts';
import { expressRedisWorld, type ExpressRedisWorld } from './worlds/express-redis-world.ts';

const never = new AbortController().signal;
const at = Math.trunc(Date.now() / 1_000) * 1_000 - 60_000;
const visit = { at, ip: '203.0.113.9', userAgent: 'Firefox' };
const anna = { name: 'anna', email: '', roles: ['editor'] };

async function inWorld(
  work: (world: ExpressRedisWorld) => Promise<void>,
  ...options: Parameters<typeof expressRedisWorld>
): Promise<void> {
  const world = await expressRedisWorld(...options);
  try {
    await work(world);
  } finally {
    await world.adapter.close();
    await world.dispose();
  }
}
/** A later reading, with what it says of ends and accounts. */
async function listSince(adapter: StoreAdapter, from: StoreCursor | null) {
  const keys: string[] = [];
  const ended: string[] = [];
  const shown: StoredAccount[] = [];
  let everything = false;
  const cursor = await adapter.sessions(
    from,
    (page) => {
      keys.push(...page.map(({ key }) => key));
      return Promise.resolve();
    },
    never,
    {
      everything() {
        everything = true;
      },
      ended: (gone) => void ended.push(...gone),
      shown: (accounts) => void shown.push(...accounts),
    },
  );
  return { keys: keys.sort(), ended: ended.sort(), shown, everything, cursor };
}
const only = async (adapter: StoreAdapter): Promise<StoredSession> => {
  const { sessions } = await listAll(adapter);
  expect(sessions.length).toBe(1);
  return sessions[0] as StoredSession;
};

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

describe('times', () => {
  test('do not move while nothing happens, and follow a touch', () =>
    inWorld(async (world) => {
      await world.adapter.open(never);
      const key = await world.signIn(world.application.addPerson(anna), visit);
      const first = await only(world.adapter);
      expect(first.last.at).toBe(at);
      expect(first.expiresAt).toBe(at + MAX_AGE);
      for (let again = 0; again < 20; again += 1) expect(await only(world.adapter)).toEqual(first);
      await world.visit(key, { ...visit, at: at + 17_000 });
      expect((await only(world.adapter)).last.at).toBe(at + 17_000);
      // So late in a second that a millisecond on the way would make it the next one.
      await world.admin().pexpireat(`sess:${key}`, at + MAX_AGE + 18_999);
      for (let again = 0; again < 20; again += 1)
        expect((await only(world.adapter)).last.at).toBe(at + 18_000);
    }, false));

  test('of the last visit are unknown without maxAge, without expiry and without touch', async () => {
    await inWorld(async (world) => {
      await world.adapter.open(never);
      const user = { id: 'u', name: 'U' };
      const cookie = { originalMaxAge: null, expires: null, path: '/' };
      await world.admin().set('sess:no-max-age', JSON.stringify({ cookie, user }), 'EX', 86_400);
      await world.admin().set('sess:for-ever', JSON.stringify({ cookie: { originalMaxAge: 5 }, user }));
      const { sessions } = await listAll(world.adapter);
      expect(sessions.map(({ last }) => last.at)).toEqual([null, null]);
      const forEver = sessions.find(({ key }) => key === storeKey('for-ever'));
      expect(forEver?.expiresAt).toBeNull();
    }, false);
    await inWorld(
      async (world) => {
        const { capabilities } = await world.adapter.open(never);
        expect(capabilities).not.toContain('session.lastSeenAt');
        await world.signIn(world.application.addPerson(anna), visit);
        expect((await only(world.adapter)).last.at).toBeNull();
      },
      false,
      'sess:',
      { touch: false },
    );
  });
});

test('sessions too deep or too large to read are shown without an account, and can be ended', () =>
  inWorld(async (world) => {
    await world.adapter.open(never);
    const start = '{"cookie":{"originalMaxAge":1},"user":{"id":"u-1"},"x":';
    await world.admin().set('sess:deep', `${start}${'['.repeat(2_000)}${']'.repeat(2_000)}}`, 'EX', 100);
    await world.admin().set('sess:large', `${start}"${'y'.repeat(9 * 1024 * 1024)}"}`, 'EX', 100);
    const { sessions } = await listAll(world.adapter);
    expect(sessions.map(({ key, account }) => [key, account]).sort()).toEqual([
      ['deep', null],
      ['large', null],
    ]);
    expect(await allKeys(world.adapter)).toEqual(['deep', 'large']);
    expect([...(await allAccounts(world.adapter)).keys()]).toEqual([]);
    const targets = ['deep', 'large'].map((key) => ({ key: storeKey(key), account: null }));
    expect(await world.adapter.end(targets, 'sessions', never)).toEqual([
      { outcome: 'ended' },
      { outcome: 'ended' },
    ]);
    expect(await world.admin().dbsize()).toBe(0);
  }, false));

test('an account is as its latest session says', () =>
  inWorld(async (world) => {
    await world.adapter.open(never);
    const id = world.application.addPerson(anna);
    await world.signIn(id, { ...visit, at: at - 1_000 });
    world.application.people.set(id, { name: 'Anna Neu', email: '', roles: ['administrator'] });
    await world.signIn(id, visit);
    world.application.people.set(id, anna);
    await world.signIn(id, { ...visit, at: at - 2_000 });
    const accounts = [...(await allAccounts(world.adapter)).values()];
    expect(accounts).toEqual([{ id, name: 'Anna Neu', roles: ['administrator'], status: 'unknown' }]);
  }, false));

describe('what is wrong is said with what mends it', () => {
  const failure = async (adapter: StoreAdapter): Promise<StoreError> => {
    const error: unknown = await adapter.open(never).catch((caught: unknown) => caught);
    await adapter.close();
    expect(error).toBeInstanceOf(StoreError);
    return error as StoreError;
  };

  test('a wrong password, and a user without permissions', () =>
    inWorld(async (world) => {
      const socket = world.admin().options.path;
      const as = (user: string, password: string) =>
        fromConfig(expressKind, { database: { driver: 'redis', socket, user, password }, mapping: MAPPING });
      const refused = await failure(as('watchfloor', 'wrong-guess').adapter);
      expect(refused.kind).toBe('misconfigured');
      expect(refused.message).toContain('ACL SETUSER watchfloor');
      expect(refused.message).not.toContain('wrong-guess');
      await world.admin().call('ACL', 'SETUSER', 'poor', 'on', '>pw', '+ping', '+info');
      const poor = as('poor', 'pw');
      const lacking = await failure(poor.adapter);
      expect(lacking.kind).toBe('misconfigured');
      expect(lacking.message).toContain('lacks a permission');
      expect((await poor.doctor()).some(({ status, fix }) => status === 'wrong' && fix !== undefined)).toBe(
        true,
      );
    }, false));

  test('no right to unlink', () =>
    inWorld(async (world) => {
      await world.admin().call('ACL', 'SETUSER', 'watchfloor', '-unlink');
      const finding = (await world.doctor()).find(({ id }) => id === 'store.delete');
      expect(finding?.status).toBe('wrong');
      expect(finding?.fix).toContain('+unlink');
    }, false));

  test('a mapping that leads nowhere, with names of members and no values', () =>
    inWorld(
      async (world) => {
        await world.signIn(world.application.addPerson(anna), visit);
        const findings = await world.doctor();
        const user = findings.find(({ id }) => id === 'store.mapping.user');
        expect(user?.status).toBe('suspicious');
        expect(user?.message).toContain('/user/id');
        for (const secret of world.application.secrets)
          expect(JSON.stringify(findings)).not.toContain(secret);
      },
      false,
      'sess:',
      { mapping: { user: '/account/number' } },
    ));

  test('one entry that leads nowhere, everybody from one address, and changes that are not told', () =>
    inWorld(
      async (world) => {
        const account = world.application.addPerson(anna);
        await world.signInMany(account, 12, visit);
        const findings = new Map((await world.doctor()).map((finding) => [finding.id, finding]));
        expect(findings.get('store.mapping.email')?.status).toBe('suspicious');
        expect(findings.get('store.mapping.name')?.status).toBe('ok');
        expect(findings.get('store.addresses')?.status).toBe('suspicious');
        expect(findings.get('store.keyspace-events')?.fix).toContain('notify-keyspace-events');
      },
      false,
      'sess:',
      { mapping: { ...MAPPING, email: '/mail' } },
    ));
});
