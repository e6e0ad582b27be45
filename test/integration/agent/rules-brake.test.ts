import { randomUUID } from 'node:crypto';
import { expect, describe, test } from 'vitest';
import { oneAgent } from './parts/one-agent.ts';
import { closedBy, idle, openedBy, put, rule, rulesOf, waitingFor } from './parts/rules.ts';

const here = oneAgent();
const opened = openedBy(here);

describe('the brake', () => {
  const many = (count: number) => {
    for (let index = 0; index < count; index++)
      here.store.put(`s${String(index)}`, opened(`p${String(index)}`, 7_200_000, 7_200_000));
  };
  const wrong = idle({ brake: { perMinute: 1_000, percent: 10 } });

  test('a rule that would empty the application ends nobody and asks; approved it ends those, and only those that still match', async () => {
    many(30);
    await here.start();
    const console = await here.follow();
    await put(console, [wrong], 0);
    await console.until(() => waitingFor(console).length === 1, 'the request');
    expect(here.store.keys()).toHaveLength(30);
    const [item] = waitingFor(console);
    expect(item).toMatchObject({ kind: 'rules', requestedBy: { id: 'rule:idle' }, reach: { sessions: 30 } });
    expect(item?.reason).toContain('would have ended 30 sessions within a minute and may end 3');
    expect((await rulesOf(console)).effects).toMatchObject([
      { ended: 0, stopped: { state: 'waiting', held: 30, wanted: 30, allowed: 3 } },
    ]);
    await console.until(
      () => console.statuses.at(-1)?.warnings.some(({ id }) => id === 'rule-stopped-idle') === true,
      'the warning',
    );
    // It stays stopped through a restart.
    await here.agent.stop();
    await here.start();
    const again = await here.follow();
    await here.looks();
    expect(here.store.keys()).toHaveLength(30);
    here.store.put('s0', opened('p0', 7_200_000, 0));
    await here.looks();
    const list = await again.ask<'approvals.list'>('approvals.list', {});
    expect(list).toMatchObject({ ok: true, items: [{ id: item?.id, reach: { sessions: 29 } }] });
    expect(await again.ask('approve', { id: item?.id, decision: 'approve' })).toMatchObject({
      ok: true,
      state: 'running',
      matched: 29,
    });
    await again.until(() => closedBy(again, 'idle').length === 29, 'the approved ends');
    expect(here.store.keys()).toEqual(['s0']);
    expect((await rulesOf(again)).effects).toMatchObject([{ ended: 29, stopped: null }]);
    // What was approved does not count: within the minute the rule may still end its own share.
    here.store.put('late', opened('late', 7_200_000, 7_200_000));
    await again.until(() => closedBy(again, 'idle').length === 30, 'one more within the share');
    expect(await again.ask('approve', { id: item?.id, decision: 'approve' })).toMatchObject({
      error: { code: 'NOT_FOUND' },
    });
  });

  test('rules that follow each other while everybody is judged: the last ones hold, for everybody', async () => {
    const people = 400;
    for (let n = 0; n < 3 * people; n += 1)
      here.store.put(`s${String(n)}`, opened(`u${String(n % people)}`, 60_000 - n));
    await here.start();
    const console = await here.follow();
    await console.until(() => console.sessions.size === 3 * people, 'everybody');
    const wide = { brake: { perMinute: 100_000, percent: 100 } };
    let version = 0;
    // The first ones mean nobody, and are still being judged when the next ones come.
    for (const max of [9, 8, 7, 2]) {
      const answer = await put(console, [rule({ ...wide, max })], version);
      expect(answer).toMatchObject({ ok: true, state: 'completed' });
      version += 1;
    }
    await console.until(() => console.sessions.size === 2 * people, 'two each');
    expect(here.store.keys()).toHaveLength(2 * people);
    expect(closedBy(console, 'limit')).toHaveLength(people);
  });

  test('denied, it rests until it is changed; within its share it ends without asking', async () => {
    many(30);
    await here.start();
    const console = await here.follow();
    await put(console, [wrong], 0);
    await console.until(() => waitingFor(console).length === 1, 'the request');
    const [item] = waitingFor(console);
    expect(await console.ask('approve', { id: item?.id, decision: 'deny' })).toMatchObject({
      state: 'denied',
    });
    await here.looks();
    expect(here.store.keys()).toHaveLength(30);
    expect((await rulesOf(console)).effects).toMatchObject([{ stopped: { state: 'denied', held: 0 } }]);
    await put(console, [{ ...wrong, appliesTo: { accounts: ['p1', 'p2'] } }], 1);
    await console.until(() => closedBy(console, 'idle').length === 2, 'the two');
    expect(here.store.keys()).toHaveLength(28);
    // One more within the minute is within the share of three, two more are not.
    await put(console, [{ ...wrong, appliesTo: { accounts: ['p3', 'p4'] } }], 2);
    await console.until(() => waitingFor(console).length === 2, 'the second request');
    expect(here.store.keys()).toHaveLength(28);
    here.pass(61_000);
    await put(console, [{ ...wrong, name: 'again', appliesTo: { accounts: ['p3', 'p4'] } }], 3);
    await console.until(() => closedBy(console, 'idle').length === 4, 'the next minute');
  });
});

describe('where two must agree', () => {
  const protectedAgent = { environment: { protected: true }, limits: undefined };
  test('enforcing what reaches many waits for another; nobody approves their own; deny, expiry and staleness close it', async () => {
    for (let index = 0; index < 30; index++)
      here.store.put(`s${String(index)}`, opened(`p${String(index)}`, 7_200_000, 7_200_000));
    await here.start({ environment: protectedAgent.environment });
    const alice = await here.follow();
    const bob = await here.follow({ operator: 'bob' });
    const request = { id: randomUUID(), rules: [idle()], ifVersion: 0 };
    expect(await alice.ask('rules.put', request)).toMatchObject({ state: 'pending-approval', version: 0 });
    await bob.until(() => waitingFor(bob).length === 1, 'the request');
    expect(waitingFor(bob)[0]).toMatchObject({ id: request.id, kind: 'rules', reach: { sessions: 30 } });
    await here.looks();
    expect(here.store.keys()).toHaveLength(30);
    expect(await alice.ask('approve', { id: request.id, decision: 'approve' })).toMatchObject({
      error: { code: 'FORBIDDEN' },
    });
    expect(await bob.ask('approve', { id: request.id, decision: 'approve' })).toMatchObject({ ok: true });
    await alice.until(() => closedBy(alice, 'idle').length === 30, 'the ends');
    expect(await alice.ask('rules.put', request)).toMatchObject({ state: 'completed', version: 1 });
    expect(await bob.ask('approve', { id: request.id, decision: 'deny' })).toMatchObject({
      error: { code: 'CONFLICT' },
    });
    // Rules that reach few need nobody; what was put before them is stale then.
    for (let index = 0; index < 30; index++)
      here.store.put(`t${String(index)}`, opened('ann', 60_000 + index, 0));
    await alice.until(() => alice.sessions.size === 30, 'thirty sessions');
    const second = { id: randomUUID(), rules: [idle(), rule({})], ifVersion: 1 };
    expect(await alice.ask('rules.put', second)).toMatchObject({ state: 'pending-approval' });
    expect(await put(alice, [idle({ mode: 'off' })], 1)).toMatchObject({ state: 'completed', version: 2 });
    expect(await bob.ask('approve', { id: second.id, decision: 'approve' })).toMatchObject({
      error: { code: 'STALE' },
    });
    const third = { ...second, id: randomUUID(), ifVersion: 2 };
    expect(await alice.ask('rules.put', third)).toMatchObject({ state: 'pending-approval' });
    here.pass(15 * 60_000);
    await bob.until(
      () =>
        bob.news.some(
          ({ event, payload }) =>
            event === 'approval.resolved' &&
            (payload as { id: string; decision: string }).id === third.id &&
            (payload as { decision: string }).decision === 'expired',
        ),
      'the expiry',
    );
    expect(await bob.ask('approve', { id: third.id, decision: 'approve' })).toMatchObject({
      error: { code: 'STALE' },
    });
    expect(here.store.keys()).toHaveLength(30);
  });
});

describe.each(['decided', 'acted', 'settled'] as const)('an agent that dies when it has %s', (point) => {
  test('ends exactly the same ones after its start, and tells each once', async () => {
    for (const [index, key] of ['a1', 'a2', 'a3', 'a4', 'a5'].entries())
      here.store.put(key, opened('ann', 10_000 - index));
    let dead = false;
    await here.start({
      timing: {
        ruleReached: (at) => {
          if (at !== point && !dead) return;
          dead = true;
          throw new Error('the process died here');
        },
      },
    });
    const console = await here.follow();
    await put(console, [rule({})], 0);
    await console.until(() => dead, 'the crash');
    await here.agent.stop();
    await here.start();
    const again = await here.follow();
    await here.looks();
    expect(here.store.keys()).toEqual(['a4', 'a5']);
    const history = await again.ask<'history'>('history', { limit: 100 });
    const told = history.ok ? history.items.filter(({ action }) => action === 'rule-applied') : [];
    expect(new Set(told.map(({ sessionId }) => sessionId)).size).toBe(3);
    expect(told).toHaveLength(3);
    expect(again.sessions.size).toBe(2);
    expect((await rulesOf(again)).effects).toMatchObject([{ ended: 3, stopped: null }]);
    const reasons = [...console.changes, ...again.changes]
      .filter((change) => change.kind === 'session.closed')
      .map(({ reason }) => reason);
    expect(reasons.every((reason) => reason === 'rule')).toBe(true);
  });
});
