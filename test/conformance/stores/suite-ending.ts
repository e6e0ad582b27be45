import { expect, test } from 'vitest';
import { storeKey } from '#agent/stores/store-adapter.ts';
import type { AccountId } from '#shared/domain/ids.ts';
import { allKeys, end, listAll, never, only, person, visit } from './reading.ts';
import type { World } from './world.ts';

/** Sessions that end, are ended, and come back. */
export function endingTests(current: () => World): void {
  test('what ended is missing from the keys and cannot be looked up', async () => {
    const world = current();
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

  test('sessions of a blocked account are not live, although their rows are there', async () => {
    const world = current();
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
    const world = current();
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
    const world = current();
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
}
