import { expect, test } from 'vitest';
import { StoreError, storeKey } from '#agent/stores/store-adapter.ts';
import { PostureCheck } from '#shared/protocol/posture.ts';
import { PEOPLE, allAccounts, allKeys, end, listAll, never, person, visit } from './reading.ts';
import type { World } from './world.ts';

/** Accounts, secrets, outages, cancellation and the doctor. */
export function keepingTests(current: () => World): void {
  test('accounts carry roles and status, and show that a credential changed without showing it', async () => {
    const world = current();
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

  test('no secret is in any record but the key itself', async () => {
    const world = current();
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
      await world.adapter.posture?.(never),
      world.adapter.warnings?.(),
    ]);
    expect(world.secrets().length).toBeGreaterThan(1);
    for (const secret of world.secrets()) expect(told.includes(secret), `told: ${secret}`).toBe(false);
  });

  test('posture is measured in the sessions, and says what it cannot know', async () => {
    const world = current();
    await world.adapter.open(never);
    const account = await world.addPerson(person(0));
    expect(((await world.adapter.posture?.(never)) ?? []).map(({ id }) => id)).toEqual([
      'identifier.entropy',
      'lifetime',
      'lifetime.absolute',
      'identifier.renewed',
      'password.ends-sessions',
    ]);
    for (let n = 0; n < 25; n += 1) await world.signIn(account, visit(1));
    const checks = (await world.adapter.posture?.(never)) ?? [];
    for (const check of checks) expect(() => PostureCheck.parse(check)).not.toThrow();
    const [identifier, lifetime] = checks;
    // Stores that hold hashes of the identifier say so; the others are measured.
    expect(identifier?.observed).toMatch(/hashes|characters, about \d+ bits/);
    expect(identifier?.status).toBe('pass');
    if (world.knows.expiresAt && (world.knows.lastAt || world.knows.openedAt))
      expect(lifetime?.observed).toMatch(/^\d+\.\d (?:hours|days)$/);
  });

  test('a store that is down is an error that says so, and everything works again when it is up', async () => {
    const world = current();
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
          world.adapter.events?.(null, 10, never) ?? Promise.reject(new StoreError('unavailable', 'no log')),
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
    const world = current();
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
    const world = current();
    const account = await world.addPerson(person(0));
    await world.signIn(account, visit(1));
    const findings = await world.doctor();
    expect(findings.length).toBeGreaterThan(2);
    expect(findings.filter(({ status }) => status === 'wrong')).toEqual([]);
    expect(new Set(findings.map(({ id }) => id)).size).toBe(findings.length);
    for (const finding of findings)
      if (finding.status !== 'ok') expect(finding.fix, finding.id).toBeDefined();
  });
}
