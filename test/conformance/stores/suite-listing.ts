import { expect, test } from 'vitest';
import { storeKey, type StoreCursor, type StoreKey } from '#agent/stores/store-adapter.ts';
import {
  MINUTE,
  PEOPLE,
  allKeys,
  base,
  end,
  glanceChanges,
  listAll,
  never,
  only,
  person,
  visit,
} from './reading.ts';
import type { Visit, World } from './world.ts';

/** What a store’s listings say, and how they are followed. */
export function listingTests(current: () => World): void {
  test('says what it can do, and nothing it cannot', async () => {
    const world = current();
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
    const world = current();
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
    const world = current();
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
    const world = current();
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
      await glanceChanges(world, before);
    }
  });

  test('a swap of one session for another within the same second is noticed', async () => {
    const world = current();
    await world.adapter.open(never);
    const account = await world.addPerson(person(0));
    const gone = await world.signIn(account, visit(2));
    await world.signIn(account, visit(2));
    const { cursor } = await listAll(world.adapter);
    const before = await world.adapter.glance(never);
    await world.signOut(gone);
    const fresh = await world.signIn(account, visit(2));
    await glanceChanges(world, before);
    const { sessions } = await listAll(world.adapter, cursor);
    expect(sessions.map(({ key }) => key as string)).toContain(fresh);
    expect(await allKeys(world.adapter)).not.toContain(gone);
  });

  test('a later reading brings what is new and changed, and not everything again', async () => {
    const world = current();
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

  test('hostile, broken and huge session data is survived, and hides no session', async () => {
    const world = current();
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
}
