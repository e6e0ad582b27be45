import { randomUUID } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { epochMs } from '#shared/domain/units.ts';
import type { ApprovalItem } from '#shared/protocol/approvals.ts';
import type { RulesGetAnswer } from '#shared/protocol/rules.ts';
import type { TestAgent, TestAgentOptions } from '#test/support/agent-in-process.ts';
import { startTestAgent, temporaryFolder } from '#test/support/agent-in-process.ts';
import type { MemoryStore } from '#test/support/memory-store.ts';
import { createMemoryStore } from '#test/support/memory-store.ts';
import type { TestConsole } from '#test/support/test-console.ts';
import { connectConsole } from '#test/support/test-console.ts';

let folder: ReturnType<typeof temporaryFolder>;
let store: MemoryStore;
let agent: TestAgent;
let consoles: TestConsole[] = [];
/** What the agent's clocks show beyond the real ones, ms. */
let ahead = { wall: 0, even: 0 };

const now = () => epochMs(Date.now() + ahead.wall);
beforeEach(() => {
  folder = temporaryFolder();
  ahead = { wall: 0, even: 0 };
  store = createMemoryStore({ clock: now });
});
afterEach(async () => {
  for (const console of consoles) console.close();
  consoles = [];
  await agent.stop();
  folder.remove();
});
const start = async (options: TestAgentOptions = {}) => {
  const monotonic = () => performance.now() + ahead.even;
  agent = await startTestAgent(store, folder.path, {
    clock: now,
    ...options,
    timing: { monotonic, ...options.timing },
  });
};
/** Both clocks go on: time passes. */
const pass = (ms: number) => {
  ahead = { wall: ahead.wall + ms, even: ahead.even + ms };
};
async function follow(token: Parameters<TestAgent['token']>[0] = {}): Promise<TestConsole> {
  const console = await connectConsole(agent.url, agent.token(token).text);
  consoles.push(console);
  await console.subscribe();
  await console.until(() => console.parts.at(-1)?.last === true, 'the snapshot');
  return console;
}
const rule = (own: Record<string, unknown>) => ({
  id: 'limit',
  name: 'Two each',
  mode: 'enforce',
  brake: { perMinute: 100, percent: 100 },
  kind: 'concurrency',
  max: 2,
  per: 'account',
  end: 'oldest',
  ...own,
});
const idle = (own: Record<string, unknown> = {}) => {
  const { max: _max, per: _per, end: _end, ...common } = rule({});
  return { ...common, id: 'idle', name: 'Half an hour', kind: 'idle', afterMs: 1_800_000, ...own };
};
const put = async (console: TestConsole, rules: readonly unknown[], ifVersion: number, more = {}) =>
  console.ask<'rules.put'>('rules.put', { id: randomUUID(), rules, ifVersion, ...more });
const rulesOf = async (console: TestConsole) =>
  (await console.ask<'rules.get'>('rules.get', {})) as Extract<RulesGetAnswer, { ok: true }>;
const applied = (console: TestConsole, mode = 'enforce') =>
  [...console.events.values()].filter(
    ({ action, attributes }) => action === 'rule-applied' && attributes?.['mode'] === mode,
  );
const opened = (account: string, ago: number, seen = 0) => ({
  account,
  opened: { at: epochMs(now() - ago), ip: null, userAgent: null },
  last: { at: epochMs(now() - seen), ip: '192.0.2.1', userAgent: null },
});
const closedBy = (console: TestConsole, id: string) =>
  console.changes.filter((change) => change.kind === 'session.closed' && change.ruleId === id);
const waitingFor = (console: TestConsole) =>
  console.news
    .filter(({ event }) => event === 'approval.requested')
    .map(({ payload }) => payload as ApprovalItem);
const looks = () => agent.refresh().then(() => agent.refresh());

describe('the rules themselves', () => {
  test('are kept in versions; the same id answers the same; an old version is refused', async () => {
    await start();
    const console = await follow();
    expect(console.hello.store.capabilities).toContain('rules');
    expect(await rulesOf(console)).toMatchObject({ ok: true, version: 0, rules: [], effects: [], lists: [] });
    const request = { id: randomUUID(), rules: [rule({ mode: 'off' })], ifVersion: 0 };
    const first = await console.ask('rules.put', request);
    expect(first).toMatchObject({ ok: true, version: 1, state: 'completed' });
    expect(await console.ask('rules.put', request)).toEqual(first);
    expect(await console.ask('rules.put', { ...request, rules: [] })).toMatchObject({
      error: { code: 'CONFLICT' },
    });
    expect(await put(console, [], 0)).toMatchObject({ error: { code: 'STALE', details: { version: 1 } } });
    expect(await put(console, [], 1)).toMatchObject({ version: 2 });
    await console.until(() => console.news.some(({ event }) => event === 'rules.changed'), 'the news');
    await console.until(
      () => [...console.events.values()].filter(({ action }) => action === 'rule-changed').length === 2,
      'both changes in the audit',
    );
    await agent.stop();
    await start();
    const again = await follow();
    expect(await rulesOf(again)).toMatchObject({ version: 2, rules: [] });
    const pages = await again.ask<'rules.versions'>('rules.versions', { limit: 1 });
    expect(pages).toMatchObject({ items: [{ version: 2, by: { id: 'alice' }, rules: [] }], next: 2 });
    expect(await again.ask('rules.versions', { limit: 5, before: 2 })).toMatchObject({
      items: [{ version: 1, rules: [{ id: 'limit', mode: 'off' }] }],
    });
  });

  test('bad ones are refused with their place, and who may not is refused', async () => {
    await start();
    const console = await follow();
    const refusal = async (rules: readonly unknown[]) => {
      const answer = await put(console, rules, 0);
      return answer.ok ? null : `${answer.error.code} ${answer.error.message}`;
    };
    expect(await refusal([rule({ max: 0 })])).toMatch(/^INVALID rules\.0\.max: /);
    expect(await refusal([rule({ forEver: true })])).toMatch(/^INVALID rules\.0: .*forEver/);
    expect(await refusal([rule({}), rule({ id: 'b' }), rule({})])).toMatch(/^INVALID rules\.2\.id: /);
    const hours = { timeZone: 'Mars/Olympus', windows: [{ days: [1], from: '07:00', to: '08:00' }] };
    expect(await refusal([{ ...idle(), kind: 'hours', afterMs: undefined, ...hours }])).toMatch(
      /^INVALID rules\.0\.timeZone: /,
    );
    const codes = async (scopes: Parameters<TestAgent['token']>[0]) => {
      const other = await follow(scopes);
      const answers = [
        await other.ask<'rules.get'>('rules.get', {}),
        await other.ask<'rules.versions'>('rules.versions', { limit: 1 }),
        await put(other, [], 0),
      ];
      return answers.map((answer) => (answer.ok ? 'ok' : answer.error.code));
    };
    const nothing = ['FORBIDDEN', 'FORBIDDEN', 'FORBIDDEN'];
    expect(await codes({ operator: 'r', scopes: ['sessions:read'] })).toEqual(nothing);
    expect(await codes({ operator: 's', scopes: ['sessions:read', 'rules:read'] })).toEqual([
      'ok',
      'ok',
      'FORBIDDEN',
    ]);
    expect(
      await codes({ operator: 'o', scopes: ['sessions:own', 'rules:write'], accounts: ['ann'] }),
    ).toEqual(nothing);
    expect(await rulesOf(console)).toMatchObject({ version: 0 });
  });

  test('a dry run says whom each would reach alone, and changes nothing', async () => {
    for (const [key, ago] of [
      ['a1', 3],
      ['a2', 2],
      ['a3', 1],
    ] as const)
      store.put(key, opened('ann', ago * 60_000, key === 'a1' ? 3_600_000 : 0));
    store.account('ann', { roles: ['admin'] });
    await start();
    const console = await follow({ accounts: ['ann'] });
    const answer = await put(console, [rule({}), idle({ mode: 'observe' })], 0, { dryRun: true });
    expect(answer).toMatchObject({
      ok: true,
      version: 0,
      reach: [
        { rule: 'limit', reach: { sessions: 1, accounts: 1, privileged: 1, own: 1, byRole: { admin: 1 } } },
        { rule: 'idle', reach: { sessions: 1 } },
      ],
    });
    expect(await put(console, [rule({ max: 1 })], 0, { expect: { max: 1 } })).toMatchObject({
      error: { code: 'CONFLICT', details: { matched: 2 } },
    });
    await looks();
    expect(store.keys()).toHaveLength(3);
    expect(await rulesOf(console)).toMatchObject({ version: 0 });
  });
});

describe('enforcing', () => {
  test('one session too many: the oldest ends, told with rule and reason; observing ends none and tells once', async () => {
    store.put('a1', opened('ann', 3_000));
    store.put('a2', opened('ann', 2_000));
    await start();
    const console = await follow();
    await put(console, [rule({ mode: 'observe' })], 0);
    store.put('a3', opened('ann', 1_000));
    await console.until(() => applied(console, 'observe').length === 1, 'the observation');
    await looks();
    expect(store.keys()).toEqual(['a1', 'a2', 'a3']);
    expect(applied(console, 'observe')).toHaveLength(1);
    await put(console, [rule({})], 1);
    await console.until(() => closedBy(console, 'limit').length === 1, 'the end');
    expect(store.keys()).toEqual(['a2', 'a3']);
    expect(closedBy(console, 'limit')).toMatchObject([{ reason: 'rule' }]);
    await console.until(() => applied(console).length === 1, 'the audit');
    expect(applied(console)[0]).toMatchObject({
      account: { id: 'ann' },
      actor: { id: 'limit', name: 'Two each' },
      message: 'ended: 3 sessions, 2 are allowed; this is among the oldest',
      attributes: { kind: 'concurrency', version: '2' },
    });
    expect((await rulesOf(console)).effects).toMatchObject([{ rule: 'limit', ended: 1, stopped: null }]);
    // A new one later: the next oldest goes; off: nothing does.
    store.put('a4', opened('ann', 0));
    await console.until(() => closedBy(console, 'limit').length === 2, 'the second end');
    expect(store.keys()).toEqual(['a3', 'a4']);
    await put(console, [rule({ mode: 'off' })], 2);
    store.put('a5', opened('ann', 0));
    await console.until(() => console.sessions.size === 3, 'the third session');
    await looks();
    expect(store.keys()).toHaveLength(3);
  });

  test('idle: when its time comes, not before; a session that is seen again stays; services and protected stay', async () => {
    store.put('a', opened('ann', 3_600_000, 1_700_000));
    store.put('b', opened('bob', 3_600_000, 1_700_000));
    store.put('bot', opened('robot', 3_600_000, 7_200_000));
    store.put('root', opened('root', 3_600_000, 7_200_000));
    await start({
      flags: { privileged: { roles: [], accounts: [] }, services: { roles: [], accounts: ['robot'] } },
      rules: { lists: {}, protect: { roles: [], accounts: ['root'] } },
    });
    const console = await follow();
    await put(console, [idle()], 0);
    await looks();
    expect(store.keys()).toHaveLength(4);
    pass(60_000);
    store.put('b', opened('bob', 3_600_000, 0));
    pass(60_000);
    await console.until(() => closedBy(console, 'idle').length === 1, 'the end of the idle one');
    expect(store.keys().toSorted()).toEqual(['b', 'bot', 'root']);
  });

  test('a clock that jumps makes rules about time wait; others go on', async () => {
    store.put('a', opened('ann', 60_000, 1_000));
    await start();
    const console = await follow();
    await put(console, [idle(), rule({ max: 1 })], 0);
    await looks();
    // Somebody set the clock a day ahead: only the time of day moved.
    ahead = { ...ahead, wall: ahead.wall + 86_400_000 };
    store.put('a2', opened('ann', 0, 0));
    await console.until(() => closedBy(console, 'limit').length === 1, 'concurrency goes on');
    store.put('old', opened('bob', 7_200_000, 7_200_000));
    await console.until(() => console.sessions.size === 2, 'the old session');
    await looks();
    expect(store.keys().toSorted()).toEqual(['a2', 'old']);
    await console.until(
      () => console.statuses.at(-1)?.warnings.some(({ id }) => id === 'rules-clock') === true,
      'the warning',
    );
    pass(125_000);
    await console.until(() => closedBy(console, 'idle').length === 1, 'the idle rule again');
    expect(store.keys()).toEqual(['a2']);
  });

  test('networks by list file, and countries: places are opened only for a rule that needs them', async () => {
    writeFileSync(join(folder.path, 'exits.txt'), '# exits\n203.0.113.0/24\nnonsense\n');
    let openings = 0;
    const openPlaces = () => {
      openings += 1;
      return Promise.resolve((ip: string) =>
        ip.startsWith('192.0.2.') ? { country: 'DE', region: null } : null,
      );
    };
    await start({
      openPlaces,
      rules: {
        lists: { exits: { file: 'exits.txt', use: 'deny' } },
        protect: { roles: [], accounts: [] },
      },
    });
    const from = (ip: string) => ({ ...opened('ann', 0), last: { at: now(), ip, userAgent: null } });
    const console = await follow();
    const { afterMs: _afterMs, ...common } = idle();
    const network = { ...common, id: 'net', kind: 'network', lists: ['exits'], unknown: 'allow' };
    expect(await put(console, [{ ...network, lists: ['nope'] }], 0)).toMatchObject({
      error: { code: 'INVALID', details: { path: 'rules.0.lists.0' } },
    });
    await put(console, [network], 0);
    store.put('tor', from('203.0.113.9'));
    store.put('home', from('192.0.2.9'));
    store.put('lan', from('10.0.0.1'));
    await console.until(() => closedBy(console, 'net').length === 1, 'the listed one');
    expect(store.keys().toSorted()).toEqual(['home', 'lan']);
    expect(openings).toBe(0);
    const place = { ...common, id: 'place', kind: 'place', deny: ['DE'], unknown: 'allow' };
    await put(console, [network, place], 1);
    await console.until(() => closedBy(console, 'place').length === 1, 'the one in DE');
    expect(store.keys()).toEqual(['lan']);
    expect(openings).toBe(1);
    await put(console, [network, { ...place, unknown: 'deny' }], 2);
    await console.until(() => closedBy(console, 'place').length === 2, 'the unknown one');
    expect(openings).toBe(1);
    expect(
      console.statuses.at(-1)?.warnings.some(({ message }) => message.includes('line 3: “nonsense”')),
    ).toBe(true);
  });

  test('a changed password ends the others, once; what a request writes back is ended again', async () => {
    store.put('old', opened('ann', 60_000, 60_000));
    store.put('here', opened('ann', 50_000, 0));
    store.event('p0', { action: 'password-changed', account: { id: 'ann' as never, name: 'ann' } });
    await start();
    const console = await follow();
    await looks();
    const { afterMs: _afterMs, ...common } = idle();
    await put(console, [{ ...common, id: 'cc', kind: 'credential-change', keep: 'changing-session' }], 0);
    await looks();
    // A change from before the rule was made does not count.
    expect(store.keys()).toHaveLength(2);
    store.event('p1', { action: 'password-changed', account: { id: 'ann' as never, name: 'ann' } });
    await console.until(() => closedBy(console, 'cc').length === 1, 'the end of the other');
    expect(store.keys()).toEqual(['here']);
    store.put('old', opened('ann', 60_000, 60_000));
    await console.until(() => applied(console).length === 2, 'the second end');
    expect(store.keys()).toEqual(['here']);
    // Signed in anew with the new password: stays.
    store.put('new', opened('ann', -10, 0));
    await console.until(() => console.sessions.size === 2, 'the new session');
    await looks();
    expect(store.keys().toSorted()).toEqual(['here', 'new']);
  });

  test('too many failed sign-ins, by name: sessions end, new ones are held out', async () => {
    store.put('a', opened('ann', 60_000));
    await start();
    const console = await follow();
    const { afterMs: _afterMs, ...common } = idle();
    await put(
      console,
      [{ ...common, id: 'fl', kind: 'failed-logins', max: 2, withinMs: 60_000, then: 'hold' }],
      0,
    );
    const fail = (id: string) =>
      store.event(id, { action: 'login', outcome: 'failure', account: { name: 'Ann' } });
    fail('f1');
    fail('f2');
    await looks();
    expect(store.keys()).toEqual(['a']);
    fail('f3');
    await console.until(() => closedBy(console, 'fl').length === 1, 'the end');
    store.put('b', opened('ann', 0));
    await console.until(
      () => [...console.events.values()].some(({ attributes }) => attributes?.['by'] === 'hold'),
      'the hold',
    );
    expect(store.keys()).toEqual([]);
    expect(applied(console)).toHaveLength(2);
  });
});

describe('the brake', () => {
  const many = (count: number) => {
    for (let index = 0; index < count; index++)
      store.put(`s${String(index)}`, opened(`p${String(index)}`, 7_200_000, 7_200_000));
  };
  const wrong = idle({ brake: { perMinute: 1_000, percent: 10 } });

  test('a rule that would empty the application ends nobody and asks; approved it ends those, and only those that still match', async () => {
    many(30);
    await start();
    const console = await follow();
    await put(console, [wrong], 0);
    await console.until(() => waitingFor(console).length === 1, 'the request');
    expect(store.keys()).toHaveLength(30);
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
    await agent.stop();
    await start();
    const again = await follow();
    await looks();
    expect(store.keys()).toHaveLength(30);
    store.put('s0', opened('p0', 7_200_000, 0));
    await looks();
    const list = await again.ask<'approvals.list'>('approvals.list', {});
    expect(list).toMatchObject({ ok: true, items: [{ id: item?.id, reach: { sessions: 29 } }] });
    expect(await again.ask('approve', { id: item?.id, decision: 'approve' })).toMatchObject({
      ok: true,
      state: 'running',
      matched: 29,
    });
    await again.until(() => closedBy(again, 'idle').length === 29, 'the approved ends');
    expect(store.keys()).toEqual(['s0']);
    expect((await rulesOf(again)).effects).toMatchObject([{ ended: 29, stopped: null }]);
    // What was approved does not count: within the minute the rule may still end its own share.
    store.put('late', opened('late', 7_200_000, 7_200_000));
    await again.until(() => closedBy(again, 'idle').length === 30, 'one more within the share');
    expect(await again.ask('approve', { id: item?.id, decision: 'approve' })).toMatchObject({
      error: { code: 'NOT_FOUND' },
    });
  });

  test('rules that follow each other while everybody is judged: the last ones hold, for everybody', async () => {
    const people = 400;
    for (let n = 0; n < 3 * people; n += 1)
      store.put(`s${String(n)}`, opened(`u${String(n % people)}`, 60_000 - n));
    await start();
    const console = await follow();
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
    expect(store.keys()).toHaveLength(2 * people);
    expect(closedBy(console, 'limit')).toHaveLength(people);
  });

  test('denied, it rests until it is changed; within its share it ends without asking', async () => {
    many(30);
    await start();
    const console = await follow();
    await put(console, [wrong], 0);
    await console.until(() => waitingFor(console).length === 1, 'the request');
    const [item] = waitingFor(console);
    expect(await console.ask('approve', { id: item?.id, decision: 'deny' })).toMatchObject({
      state: 'denied',
    });
    await looks();
    expect(store.keys()).toHaveLength(30);
    expect((await rulesOf(console)).effects).toMatchObject([{ stopped: { state: 'denied', held: 0 } }]);
    await put(console, [{ ...wrong, appliesTo: { accounts: ['p1', 'p2'] } }], 1);
    await console.until(() => closedBy(console, 'idle').length === 2, 'the two');
    expect(store.keys()).toHaveLength(28);
    // One more within the minute is within the share of three, two more are not.
    await put(console, [{ ...wrong, appliesTo: { accounts: ['p3', 'p4'] } }], 2);
    await console.until(() => waitingFor(console).length === 2, 'the second request');
    expect(store.keys()).toHaveLength(28);
    pass(61_000);
    await put(console, [{ ...wrong, name: 'again', appliesTo: { accounts: ['p3', 'p4'] } }], 3);
    await console.until(() => closedBy(console, 'idle').length === 4, 'the next minute');
  });
});

describe('where two must agree', () => {
  const protectedAgent = { environment: { protected: true }, limits: undefined };
  test('enforcing what reaches many waits for another; nobody approves their own; deny, expiry and staleness close it', async () => {
    for (let index = 0; index < 30; index++)
      store.put(`s${String(index)}`, opened(`p${String(index)}`, 7_200_000, 7_200_000));
    await start({ environment: protectedAgent.environment });
    const alice = await follow();
    const bob = await follow({ operator: 'bob' });
    const request = { id: randomUUID(), rules: [idle()], ifVersion: 0 };
    expect(await alice.ask('rules.put', request)).toMatchObject({ state: 'pending-approval', version: 0 });
    await bob.until(() => waitingFor(bob).length === 1, 'the request');
    expect(waitingFor(bob)[0]).toMatchObject({ id: request.id, kind: 'rules', reach: { sessions: 30 } });
    await looks();
    expect(store.keys()).toHaveLength(30);
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
    for (let index = 0; index < 30; index++) store.put(`t${String(index)}`, opened('ann', 60_000 + index, 0));
    await alice.until(() => alice.sessions.size === 30, 'thirty sessions');
    const second = { id: randomUUID(), rules: [idle(), rule({})], ifVersion: 1 };
    expect(await alice.ask('rules.put', second)).toMatchObject({ state: 'pending-approval' });
    expect(await put(alice, [idle({ mode: 'off' })], 1)).toMatchObject({ state: 'completed', version: 2 });
    expect(await bob.ask('approve', { id: second.id, decision: 'approve' })).toMatchObject({
      error: { code: 'STALE' },
    });
    const third = { ...second, id: randomUUID(), ifVersion: 2 };
    expect(await alice.ask('rules.put', third)).toMatchObject({ state: 'pending-approval' });
    pass(15 * 60_000);
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
    expect(store.keys()).toHaveLength(30);
  });
});

describe.each(['decided', 'acted', 'settled'] as const)('an agent that dies when it has %s', (point) => {
  test('ends exactly the same ones after its start, and tells each once', async () => {
    for (const [index, key] of ['a1', 'a2', 'a3', 'a4', 'a5'].entries())
      store.put(key, opened('ann', 10_000 - index));
    let dead = false;
    await start({
      timing: {
        ruleReached: (at) => {
          if (at !== point && !dead) return;
          dead = true;
          throw new Error('the process died here');
        },
      },
    });
    const console = await follow();
    await put(console, [rule({})], 0);
    await console.until(() => dead, 'the crash');
    await agent.stop();
    await start();
    const again = await follow();
    await looks();
    expect(store.keys()).toEqual(['a4', 'a5']);
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
