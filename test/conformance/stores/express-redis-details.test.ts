import { describe, expect, test } from 'vitest';
import { expressKind } from '#agent/stores/express/express-kind.ts';
import { StoreError, storeKey, type StoreAdapter, type StoredSession } from '#agent/stores/store-adapter.ts';
import { anna, at, inWorld, visit } from './in-redis.ts';
import { fromConfig } from './make-adapter.ts';
import { allAccounts, allKeys, listAll, never } from './reading.ts';
import { MAPPING, MAX_AGE } from './worlds/express-application.ts';

const only = async (adapter: StoreAdapter): Promise<StoredSession> => {
  const { sessions } = await listAll(adapter);
  expect(sessions.length).toBe(1);
  return sessions[0] as StoredSession;
};

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
