import { afterAll, afterEach, beforeEach, describe, expect, test } from 'vitest';
import {
  StoreError,
  storeKey,
  type StoreAdapter,
  type StoreCursor,
  type StoreKey,
  type StoredAccount,
  type StoredSession,
} from '#agent/stores/store-adapter.ts';
import type { AccountId } from '#shared/domain/ids.ts';
import { disposeServers } from './databases.ts';
import type { Person, Visit, World } from './world.ts';

const MINUTE = 60_000;
const never = new AbortController().signal;

/** Names that break parsers, SQL and terminals. */
const PEOPLE: readonly Person[] = [
  { name: 'anna', email: 'anna@example.org', roles: ['editor', 'reviewer'] },
  { name: 'Jörg Müller-Lüdenscheidt 🦉', email: 'joerg@example.org', roles: ['administrator'] },
  { name: `O'Brien"; DROP TABLE users; -- \\ %s {$x} <b>`, email: 'obrien@example.org', roles: [] },
];
const BROWSERS = [
  'Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0',
  'curl/8 "\\\' ü 🦉;}{|:',
] as const;

export async function listAll(adapter: StoreAdapter, cursor: StoreCursor | null = null) {
  const sessions: StoredSession[] = [];
  let largest = 0;
  const next = await adapter.sessions(
    cursor,
    (page) => {
      largest = Math.max(largest, page.length);
      sessions.push(...page);
      return Promise.resolve();
    },
    never,
  );
  return { sessions, cursor: next, largest };
}
export async function allKeys(adapter: StoreAdapter): Promise<string[]> {
  const keys: string[] = [];
  await adapter.keys((page) => {
    keys.push(...page);
    return Promise.resolve();
  }, never);
  return keys.sort();
}
export async function allAccounts(adapter: StoreAdapter): Promise<Map<string, StoredAccount>> {
  const accounts = new Map<string, StoredAccount>();
  await adapter.accounts((page) => {
    for (const account of page) accounts.set(account.id, account);
    return Promise.resolve();
  }, never);
  return accounts;
}
const only = (sessions: readonly StoredSession[], key: string): StoredSession => {
  const found = sessions.filter((session) => session.key === key);
  expect(found.length, 'sessions with this key').toBe(1);
  return found[0] as StoredSession;
};
const end = (
  adapter: StoreAdapter,
  keys: readonly string[],
  account: string | null = null,
  scope: 'sessions' | 'accounts' = 'sessions',
) =>
  adapter.end(
    keys.map((key) => ({ key: storeKey(key), account: account as AccountId | null })),
    scope,
    never,
  );

/** Proves an adapter against a store; the same for every kind. */
export function conformance(label: string, makeWorld: () => Promise<World>): void {
  describe(label, () => {
    let world: World;
    const base = Math.trunc(Date.now() / 1000) * 1000 - 10 * MINUTE;
    const visit = (minutes: number, ip = '203.0.113.7', browser = 0): Visit => ({
      at: base + minutes * MINUTE,
      ip,
      userAgent: BROWSERS[browser] ?? BROWSERS[0],
    });
    const person = (index: number): Person =>
      PEOPLE[index] ?? { name: `p${String(index)}`, email: '', roles: [] };
    /** Waits until a glance tells of a change: what costs much to look at is looked at less often. */
    const glanceChanges = async (before: string | null): Promise<void> => {
      if (!world.knows.glance) return;
      await expect.poll(() => world.adapter.glance(never), { timeout: 5_000, interval: 20 }).not.toBe(before);
    };

    beforeEach(async () => {
      world = await makeWorld();
    });
    afterEach(async () => {
      await world.adapter.close();
      await world.dispose();
    });
    afterAll(disposeServers);

    test('says what it can do, and nothing it cannot', async () => {
      const { capabilities, longestRequestMs } = await world.adapter.open(never);
      const { knows } = world;
      const claims = {
        'session.openedAt': knows.openedAt,
        'session.lastSeenAt': knows.lastAt,
        'session.expiresAt': knows.expiresAt,
        'session.ip.opened': knows.openedIp,
        'session.ip.last': knows.lastIp,
        'session.userAgent.opened': knows.openedUserAgent,
        'session.userAgent.last': knows.lastUserAgent,
        'account.roles': knows.roles,
        'account.block': knows.blocking,
        'audit.credential': knows.credential,
        'revoke.session': true,
        'revoke.account': true,
        'revoke.all': true,
        'sessions.clientSide': false,
      };
      for (const [claim, expected] of Object.entries(claims))
        expect(capabilities.includes(claim), claim).toBe(expected);
      expect(longestRequestMs).toBeGreaterThan(0);
      expect(new Set(capabilities).size).toBe(capabilities.length);
      expect(capabilities.includes('account.block')).toBe(world.adapter.setBlocked !== undefined);
    });

    test('lists who is signed in, with what the store knows and null for the rest', async () => {
      await world.adapter.open(never);
      const expected = new Map<string, { account: string; name: string; opened: Visit; last: Visit }>();
      for (const [index, someone] of PEOPLE.entries()) {
        const account = await world.addPerson(someone);
        for (const browser of [0, 1]) {
          const opened = visit(index, `198.51.100.${String(index + 1)}`, browser);
          const key = await world.signIn(account, opened);
          const last = visit(index + 4, '2001:db8::17', browser);
          if (browser === 1) await world.visit(key, last);
          expected.set(key, { account, name: someone.name, opened, last: browser === 1 ? last : opened });
        }
      }
      await world.addNoise();
      const { sessions } = await listAll(world.adapter);
      expect(sessions.map(({ key }) => key as string).sort()).toEqual([...expected.keys()].sort());
      expect(await allKeys(world.adapter)).toEqual([...expected.keys()].sort());
      const { knows } = world;
      for (const [key, { account, name, opened, last }] of expected) {
        const session = only(sessions, key);
        expect(session.account).toEqual({ id: account, name });
        expect(session.opened).toEqual({
          at: knows.openedAt ? opened.at : null,
          ip: knows.openedIp ? opened.ip : null,
          userAgent: knows.openedUserAgent ? opened.userAgent : null,
        });
        // Where the time of the last visit is worked out from a remaining lifetime, it is right to the second.
        if (knows.lastAt) expect(Math.abs((session.last.at ?? 0) - last.at)).toBeLessThanOrEqual(2_000);
        else expect(session.last.at).toBeNull();
        expect(session.last.ip).toBe(knows.lastIp ? last.ip : null);
        expect(session.last.userAgent).toBe(knows.lastUserAgent ? last.userAgent : null);
        if (knows.expiresAt) expect(session.expiresAt).toBeGreaterThan(Date.now());
        else expect(session.expiresAt).toBeNull();
        expect(session.via).toBeUndefined();
        expect(session.replaces).toBeUndefined();
      }
      const looked = await world.adapter.lookUp(
        [...[...expected.keys()].map(storeKey), storeKey('not there')],
        never,
      );
      expect(looked.map(({ key }) => key as string).sort()).toEqual([...expected.keys()].sort());
      // Two readings a moment apart may differ by the rounding of remaining lifetimes only.
      for (const session of looked) expect(session.account).toEqual(only(sessions, session.key).account);
    });

    test('reads more than a page without loss, doubles or large pages', async () => {
      await world.adapter.open(never);
      const account = await world.addPerson(person(0));
      await world.signInMany(account, 2_345, visit(1));
      const { sessions, largest } = await listAll(world.adapter);
      expect(new Set(sessions.map(({ key }) => key)).size).toBe(2_345);
      expect(sessions.length).toBe(2_345);
      expect(largest).toBeLessThanOrEqual(1_000);
      expect((await allKeys(world.adapter)).length).toBe(2_345);
      // While a page is being worked on, the store can be asked other things, and sessions ended.
      let pages = 0;
      await world.adapter.sessions(
        null,
        async (page) => {
          pages += 1;
          if (pages === 1) {
            const [first] = page;
            expect((await world.adapter.lookUp([first?.key as StoreKey], never)).length).toBe(1);
            expect(await end(world.adapter, [first?.key ?? ''], account)).toEqual([{ outcome: 'ended' }]);
          }
        },
        never,
      );
      expect(pages).toBeGreaterThan(1);
      const keys = await allKeys(world.adapter);
      const results = await end(world.adapter, keys, account);
      expect(results.every(({ outcome }) => outcome === 'ended')).toBe(true);
      expect(await allKeys(world.adapter)).toEqual([]);
    });

    test('a glance is equal while nothing happens and differs after anything does', async () => {
      await world.adapter.open(never);
      const account = await world.addPerson(person(0));
      const first = await world.signIn(account, visit(1));
      await world.signIn(account, visit(2));
      const look = () => world.adapter.glance(never);
      if (!world.knows.glance) {
        expect(await look()).toBeNull();
        return;
      }
      await listAll(world.adapter);
      await allKeys(world.adapter);
      const quiet = await look();
      expect(quiet).not.toBeNull();
      expect(await look()).toBe(quiet);
      const steps: (() => Promise<unknown>)[] = [
        () => world.signIn(account, visit(2)),
        () => world.signOut(first),
      ];
      if (world.knows.accounts) steps.push(() => world.addPerson(person(1)));
      if (world.knows.lastAt) {
        const again = await world.signIn(account, visit(2));
        steps.push(() => world.visit(again, visit(3)));
      }
      if (world.setRoles) steps.push(() => world.setRoles?.(account, ['auditor']) ?? Promise.resolve());
      if (world.setPassword) steps.push(() => world.setPassword?.(account) ?? Promise.resolve());
      if (world.block) steps.push(() => world.block?.(account) ?? Promise.resolve());
      for (const step of steps) {
        await listAll(world.adapter);
        const before = await look();
        await step();
        await glanceChanges(before);
      }
    });

    test('a swap of one session for another within the same second is noticed', async () => {
      await world.adapter.open(never);
      const account = await world.addPerson(person(0));
      const gone = await world.signIn(account, visit(2));
      await world.signIn(account, visit(2));
      const { cursor } = await listAll(world.adapter);
      const before = await world.adapter.glance(never);
      await world.signOut(gone);
      const fresh = await world.signIn(account, visit(2));
      await glanceChanges(before);
      const { sessions } = await listAll(world.adapter, cursor);
      expect(sessions.map(({ key }) => key as string)).toContain(fresh);
      expect(await allKeys(world.adapter)).not.toContain(gone);
    });

    test('a later reading brings what is new and changed, and not everything again', async () => {
      await world.adapter.open(never);
      const [anna, joerg] = [await world.addPerson(person(0)), await world.addPerson(person(1))];
      await world.signInMany(anna, 300, visit(0));
      const old = await world.signIn(joerg, visit(0, '192.0.2.1'));
      await world.signIn(joerg, visit(4));
      const { cursor } = await listAll(world.adapter);
      await world.visit(old, visit(6, '192.0.2.99', 1));
      const fresh = await world.signIn(joerg, visit(6));
      // Late: written by a server whose clock is behind, or by a transaction that committed later.
      const late = await world.signIn(joerg, { ...visit(6), at: base + 4 * MINUTE - 10_000 });
      const { sessions, cursor: next } = await listAll(world.adapter, cursor);
      const keys = sessions.map(({ key }) => key as string);
      expect(keys).toContain(fresh);
      expect(keys).toContain(late);
      if (world.knows.lastAt) {
        expect(keys).toContain(old);
        expect(Math.abs((only(sessions, old).last.at ?? 0) - visit(6).at)).toBeLessThanOrEqual(2_000);
      }
      if (world.knows.lastIp) expect(only(sessions, old).last.ip).toBe('192.0.2.99');
      if (world.knows.incremental) {
        expect(sessions.length).toBeLessThan(300);
        expect((await listAll(world.adapter, next)).sessions.length).toBeLessThan(300);
      }
      // A cursor of another version, or of a lost agent, means reading anew and never an error.
      for (const strange of ['{"version":99}', 'not JSON', '[]']) {
        expect((await listAll(world.adapter, strange as StoreCursor)).sessions.length).toBe(304);
      }
    });

    test('what ended is missing from the keys and cannot be looked up', async () => {
      await world.adapter.open(never);
      const account = await world.addPerson(person(1));
      const [out, old, stays] = [
        await world.signIn(account, visit(1)),
        await world.signIn(account, visit(2)),
        await world.signIn(account, visit(3)),
      ];
      await world.signOut(out);
      const dead = [out];
      if (world.expire) {
        await world.expire(old);
        dead.push(old);
      }
      expect(await allKeys(world.adapter)).toEqual(world.expire ? [stays] : [old, stays].sort());
      expect(await world.adapter.lookUp(dead.map(storeKey), never)).toEqual([]);
      const { sessions } = await listAll(world.adapter);
      for (const key of dead) expect(sessions.map((session) => session.key as string)).not.toContain(key);
    });

    test('accounts carry roles and status, and show that a credential changed without showing it', async () => {
      await world.adapter.open(never);
      const ids = [];
      for (const someone of PEOPLE) {
        const id = await world.addPerson(someone);
        await world.signIn(id, visit(1));
        ids.push(id);
      }
      const [anna = '', joerg = ''] = ids;
      const before = await allAccounts(world.adapter);
      expect([...before.keys()].sort()).toEqual([...ids].sort());
      for (const [index, id] of ids.entries()) {
        expect(before.get(id)?.name).toBe(person(index).name);
        if (world.knows.roles) expect(before.get(id)?.roles).toEqual([...person(index).roles].sort());
        if (world.knows.accounts) expect(before.get(id)?.email).toBe(person(index).email);
      }
      if (world.setRoles) {
        await world.setRoles(anna, ['auditor', 'Prüfer ü']);
        expect((await allAccounts(world.adapter)).get(anna)?.roles).toEqual(['Prüfer ü', 'auditor'].sort());
      }
      expect(world.setPassword !== undefined).toBe(world.knows.credential);
      if (world.setPassword) {
        await world.setPassword(joerg);
        const after = await allAccounts(world.adapter);
        expect(after.get(joerg)?.credential).not.toBe(before.get(joerg)?.credential);
        expect(after.get(anna)?.credential).toBe(before.get(anna)?.credential);
      }
      if (world.block) {
        await world.block(anna);
        expect((await allAccounts(world.adapter)).get(anna)?.status).toBe('blocked');
      }
    });

    test('sessions of a blocked account are not live, although their rows are there', async () => {
      await world.adapter.open(never);
      if (!world.block) {
        expect(world.knows.blocking).toBe(false);
        return;
      }
      const [anna, joerg] = [await world.addPerson(person(0)), await world.addPerson(person(1))];
      const blocked = await world.signIn(anna, visit(1));
      const stays = await world.signIn(joerg, visit(1));
      await world.block(anna);
      expect(await allKeys(world.adapter)).toEqual([stays]);
      expect(await world.adapter.lookUp([storeKey(blocked)], never)).toEqual([]);
      if (world.adapter.setBlocked) {
        await world.adapter.setBlocked([anna as AccountId], false, never);
        expect(await allKeys(world.adapter)).toEqual([blocked, stays].sort());
        await world.adapter.setBlocked([joerg as AccountId], true, never);
        expect(await allKeys(world.adapter)).toEqual([blocked]);
      }
    });

    test('ends one session, an account but for one, and everybody, and touches nothing else', async () => {
      await world.adapter.open(never);
      const [anna, joerg] = [await world.addPerson(person(0)), await world.addPerson(person(1))];
      const annas = [
        await world.signIn(anna, visit(1)),
        await world.signIn(anna, visit(2, '192.0.2.2', 1)),
        await world.signIn(anna, visit(3)),
      ];
      const joergs = [await world.signIn(joerg, visit(1)), await world.signIn(joerg, visit(2))];
      await world.addNoise();
      const noise = await world.noise();
      expect(noise).not.toBe('');
      const [one = '', two = '', three = ''] = annas;

      expect(await end(world.adapter, [one], anna)).toEqual([{ outcome: 'ended' }]);
      expect(await allKeys(world.adapter)).toEqual([two, three, ...joergs].sort());

      expect(await end(world.adapter, [one, two, 'never was'], anna)).toEqual([
        { outcome: 'already-gone' },
        { outcome: 'ended' },
        { outcome: 'already-gone' },
      ]);
      expect(await allKeys(world.adapter)).toEqual([three, ...joergs].sort());
      expect(only((await listAll(world.adapter)).sessions, three).account?.id).toBe(anna);

      const rest = await allKeys(world.adapter);
      const targets = rest.map((key) => ({
        key: storeKey(key),
        account: (key === three ? anna : joerg) as AccountId,
      }));
      expect(await world.adapter.end(targets, 'accounts', never)).toEqual(
        rest.map(() => ({ outcome: 'ended' })),
      );
      expect(await allKeys(world.adapter)).toEqual([]);
      expect(await world.noise()).toBe(noise);
      expect(await world.adapter.end([], 'sessions', never)).toEqual([]);
    });

    test('a session that a request in flight wrote back is found again and ended again', async () => {
      await world.adapter.open(never);
      const account = await world.addPerson(person(0));
      const key = await world.signIn(account, visit(1));
      const other = await world.signIn(account, visit(2));
      expect(await end(world.adapter, [key], account)).toEqual([{ outcome: 'ended' }]);
      expect(await world.adapter.lookUp([storeKey(key)], never)).toEqual([]);
      await world.writeBack(key);
      const back = await world.adapter.lookUp([storeKey(key)], never);
      expect(back.map((session) => session.key as string)).toEqual(world.writtenBackIsAlive ? [key] : []);
      if (world.writtenBackIsAlive) {
        expect(await end(world.adapter, [key], account)).toEqual([{ outcome: 'ended' }]);
        expect(await world.adapter.lookUp([storeKey(key)], never)).toEqual([]);
      }
      expect(await allKeys(world.adapter)).toEqual([other]);
    });

    test('hostile, broken and huge session data is survived, and hides no session', async () => {
      await world.adapter.open(never);
      const account = await world.addPerson(person(2));
      const plain = await world.signIn(account, visit(1));
      const hostile = await world.addHostile(account, visit(2));
      expect(hostile.length).toBeGreaterThan(2);
      const { sessions } = await listAll(world.adapter);
      expect(sessions.map(({ key }) => key as string).sort()).toEqual([plain, ...hostile].sort());
      for (const key of hostile) {
        const session = only(sessions, key);
        expect(session.account).toEqual({ id: account, name: person(2).name });
        world.checkHostile?.(session);
      }
      expect(await end(world.adapter, hostile, account)).toEqual(hostile.map(() => ({ outcome: 'ended' })));
      expect(await allKeys(world.adapter)).toEqual([plain]);
      expect(Object.hasOwn(Object.prototype, 'polluted')).toBe(false);
    });

    test('no secret is in any record but the key itself', async () => {
      await world.adapter.open(never);
      const account = await world.addPerson(person(0));
      await world.signIn(account, visit(1));
      await world.addNoise();
      await world.addHostile(account, visit(2));
      const { sessions } = await listAll(world.adapter);
      const accounts = [...(await allAccounts(world.adapter)).values()];
      const page = await world.adapter.events?.(null, 1_000, never);
      const told = JSON.stringify([
        sessions.map((session) => ({ ...session, key: '' })),
        accounts.map((one) => ({ ...one, credential: '' })),
        page?.events,
        page?.cursor,
        await world.adapter.glance(never),
        await world.doctor(),
      ]);
      expect(world.secrets().length).toBeGreaterThan(1);
      for (const secret of world.secrets()) expect(told.includes(secret), `told: ${secret}`).toBe(false);
    });

    test('a store that is down is an error that says so, and everything works again when it is up', async () => {
      await world.adapter.open(never);
      const account = await world.addPerson(person(0));
      const key = await world.signIn(account, visit(1));
      const { cursor } = await listAll(world.adapter);
      await world.down();
      try {
        const attempts: (() => Promise<unknown>)[] = [
          () => world.adapter.glance(never),
          () => listAll(world.adapter),
          () => listAll(world.adapter, cursor),
          () => allKeys(world.adapter),
          () => world.adapter.lookUp([storeKey(key)], never),
          () => allAccounts(world.adapter),
          () => end(world.adapter, [key], account),
          () => world.adapter.open(never),
          () =>
            world.adapter.events?.(null, 10, never) ??
            Promise.reject(new StoreError('unavailable', 'no log')),
        ];
        for (const attempt of attempts) {
          const error: unknown = await attempt().catch((caught: unknown) => caught);
          expect(error).toBeInstanceOf(StoreError);
          expect((error as StoreError).kind, (error as StoreError).message).toBe('unavailable');
        }
        expect((await world.doctor()).some(({ status }) => status === 'wrong')).toBe(true);
      } finally {
        await world.up();
      }
      await world.adapter.open(never);
      // What lived in memory only (Redis without persistence) is gone with its server.
      const after = await allKeys(world.adapter);
      if (after.length === 0) expect(await world.signIn(account, visit(1))).not.toBe('');
      else expect(after).toEqual([key]);
      expect((await listAll(world.adapter)).sessions.length).toBe(1);
    });

    test('reading can be cancelled at any page, and goes on afterwards', async () => {
      await world.adapter.open(never);
      const account = await world.addPerson(person(0));
      await world.signInMany(account, 2_100, visit(1));
      const stop = new AbortController();
      const reading = world.adapter.sessions(
        null,
        () => {
          stop.abort(new Error('enough'));
          return Promise.resolve();
        },
        stop.signal,
      );
      await expect(reading).rejects.toThrow('enough');
      await expect(
        world.adapter.keys(() => Promise.resolve(), AbortSignal.abort(new Error('at once'))),
      ).rejects.toThrow('at once');
      const thrown = world.adapter.sessions(
        null,
        () => Promise.reject(new Error('the consumer failed')),
        never,
      );
      await expect(thrown).rejects.toThrow('the consumer failed');
      expect((await allKeys(world.adapter)).length).toBe(2_100);
    });

    test('the doctor finds nothing wrong with a store that is set up as the README says', async () => {
      const account = await world.addPerson(person(0));
      await world.signIn(account, visit(1));
      const findings = await world.doctor();
      expect(findings.length).toBeGreaterThan(2);
      expect(findings.filter(({ status }) => status === 'wrong')).toEqual([]);
      expect(new Set(findings.map(({ id }) => id)).size).toBe(findings.length);
      for (const finding of findings)
        if (finding.status !== 'ok') expect(finding.fix, finding.id).toBeDefined();
    });
  });
}
