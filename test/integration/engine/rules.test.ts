import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { ConnectionId } from '#shared/domain/ids.ts';
import { epochMs } from '#shared/domain/units.ts';
import type { HistorySimulation, RulesOfEnvironment } from '#shared/ipc/rules-views.ts';
import { Rule } from '#shared/protocol/rules.ts';
import type { TestAgent, TestAgentOptions } from '#test/support/agent-in-process.ts';
import { startTestAgent, temporaryFolder } from '#test/support/agent-in-process.ts';
import type { MemoryStore } from '#test/support/memory-store.ts';
import { createMemoryStore } from '#test/support/memory-store.ts';
import type { TestEngine } from '#test/support/test-engine.ts';
import { startTestEngine } from '#test/support/test-engine.ts';

const DAY = 86_400_000;
const HOUR = 3_600_000;
let folders: ReturnType<typeof temporaryFolder>[] = [];
let agents: TestAgent[] = [];
let engine: TestEngine;
let store: MemoryStore;

beforeEach(() => {
  store = createMemoryStore();
  engine = startTestEngine(folder());
});
afterEach(async () => {
  await engine.stop();
  for (const agent of agents) await agent.stop();
  agents = [];
  for (const one of folders) one.remove();
  folders = [];
});
function folder(): string {
  const made = temporaryFolder();
  folders.push(made);
  return made.path;
}
async function connect(
  of: MemoryStore,
  options: TestAgentOptions = {},
  token: Parameters<TestAgent['token']>[0] = {},
): Promise<ConnectionId> {
  const agent = await startTestAgent(of, folder(), options);
  agents.push(agent);
  const { text } = agent.token({ accounts: ['ann'], ...token });
  const { connection } = await engine.call('environments.add', { url: agent.url, token: text });
  await engine.live(connection);
  return connection;
}
const rule = (own: Record<string, unknown> = {}) =>
  Rule.parse({
    id: 'limit',
    name: 'Two each',
    mode: 'enforce',
    brake: { perMinute: 100, percent: 100 },
    ...(own['kind'] === undefined
      ? { kind: 'concurrency', max: 2, per: 'account', end: 'oldest', ...own }
      : own),
  });
const opened = (account: string, ago: number, seen = 0, ip = '91.0.0.1') => ({
  account,
  opened: { at: epochMs(Date.now() - ago), ip, userAgent: null },
  last: { at: epochMs(Date.now() - seen), ip, userAgent: null },
});
const rulesOf = async (connection: ConnectionId) =>
  (await engine.call('rules.list', {})).find((one) => one.connection === connection) as Extract<
    RulesOfEnvironment,
    { is: 'ready' }
  >;
const mirrored = (count: number) =>
  engine.until('the sessions', async () => (await engine.sessions()).length === count);

test('written, simulated, observed, published to two, compared and rolled back', async () => {
  for (const [index, ago] of [9, 8, 7].entries()) store.put(`a${String(index)}`, opened('ann', ago * HOUR));
  for (const [index, ago] of [5, 4, 3].entries()) store.put(`b${String(index)}`, opened('ben', ago * HOUR));
  store.account('ben', { roles: ['admin'] });
  const other = createMemoryStore();
  other.put('c', opened('carl', HOUR));
  const first = await connect(store);
  const second = await connect(other, {}, { scopes: ['sessions:read', 'rules:read'] });
  await mirrored(7);
  expect(await rulesOf(first)).toMatchObject({ is: 'ready', version: 0, rules: [], canWrite: true });
  expect(await rulesOf(second)).toMatchObject({ canWrite: false });

  // A draft is kept until it is published.
  await engine.call('rules.saveDraft', { connection: first, rules: [rule()], basedOn: 0 });
  expect(await engine.call('rules.drafts', {})).toMatchObject([{ connection: first, basedOn: 0 }]);

  // Live: whom now, oneself first; the agent counts alike.
  const live = await engine.call('rules.simulateLive', { connection: first, rules: [rule()] });
  expect(live).toMatchObject({
    sessions: 6,
    problem: null,
    effects: [{ rule: 'limit', sessions: 2, accounts: 2, own: 1, privileged: 1, agent: { sessions: 2 } }],
  });
  expect(live.effects[0]?.hits.map(({ name, own }) => [name, own])).toEqual([
    ['ann', true],
    ['ben', false],
  ]);
  expect(live.effects[0]?.hits[0]?.reason).toContain('among the oldest');
  expect(store.keys()).toHaveLength(6);

  const put = (rules: readonly Rule[], one: number, two: number) =>
    engine.call('rules.publish', {
      items: [
        { connection: first, rules: [...rules], ifVersion: one },
        { connection: second, rules: [...rules], ifVersion: two },
      ],
    });
  expect(await put([rule({ mode: 'observe' })], 0, 0)).toMatchObject([
    { is: 'published', version: 1 },
    { is: 'refused', problem: { code: 'FORBIDDEN' } },
  ]);
  expect(await engine.call('rules.drafts', {})).toEqual([]);
  await engine.until('two observed', async () => (await rulesOf(first)).effects[0]?.observed === 2);
  expect(store.keys()).toHaveLength(6);
  expect(await put([rule()], 0, 0)).toMatchObject([
    { is: 'refused', problem: { code: 'STALE' } },
    { is: 'refused' },
  ]);
  expect(await put([rule()], 1, 0)).toMatchObject([{ is: 'published', version: 2 }, { is: 'refused' }]);
  await mirrored(5);
  expect(store.keys()).toHaveLength(4);
  // The window learns of it by the stream: end with cause, and the audit.
  const ended = await engine.sessions('ended');
  expect(ended.map(({ cause }) => cause)).toEqual(['rule', 'rule']);
  const audit = await engine.until('the audit', async () => {
    const page = await engine.call('audit.page', {
      filter: { action: 'rule-applied' },
      cursor: null,
      limit: 10,
    });
    return page.rows.length === 4 ? page.rows : null;
  });
  expect(audit.every(({ actor }) => actor === 'Two each')).toBe(true);

  const { items } = await engine.call('rules.versions', { connection: first, limit: 10 });
  expect(items.map(({ version, by, rules }) => [version, by, rules[0]?.mode])).toEqual([
    [2, 'alice', 'enforce'],
    [1, 'alice', 'observe'],
  ]);
  const back = await engine.call('rules.publish', {
    items: [{ connection: first, rules: [...(items[1]?.rules ?? [])], ifVersion: 2 }],
  });
  expect(back).toMatchObject([{ is: 'published', version: 3 }]);
  expect((await rulesOf(first)).rules).toEqual([rule({ mode: 'observe' })]);
  const journal = engine.rows("SELECT body FROM journal WHERE body LIKE '%rules-published%'");
  expect(journal.length).toBeGreaterThanOrEqual(4);
});

test('a rule that its brake stopped shows, and is decided from here', async () => {
  for (let index = 0; index < 12; index++)
    store.put(`s${String(index)}`, opened(`p${String(index)}`, 9 * HOUR, 9 * HOUR));
  const connection = await connect(store);
  const idle = rule({ kind: 'idle', afterMs: HOUR, brake: { perMinute: 5, percent: 100 } });
  await engine.call('rules.publish', { items: [{ connection, rules: [idle], ifVersion: 0 }] });
  const stopped = await engine.until(
    'the brake',
    async () => (await rulesOf(connection)).effects[0]?.stopped,
  );
  expect(stopped).toMatchObject({ state: 'waiting', held: 12, allowed: 5 });
  const waiting = await engine.call('respond.approvals', {});
  expect(waiting).toMatchObject([{ connection, item: { id: stopped.approval, kind: 'rules' } }]);
  await engine.call('respond.approve', { connection, id: stopped.approval, decision: 'approve' });
  await mirrored(0);
  expect(store.keys()).toEqual([]);
});

test('what a rule would have done: exact per day against sessions written by hand', async () => {
  // Ann opens a third session on each of four days; the oldest of three would go. Ben was idle for long twice.
  const now = Date.now();
  const hook = (key: string, account: string, from: number, to: number | null, seen: number) => {
    store.put(key, {
      account,
      opened: { at: epochMs(now - from), ip: '91.0.0.1', userAgent: null },
      last: { at: epochMs(now - seen), ip: '91.0.0.1', userAgent: null },
    });
    return to;
  };
  for (const day of [1, 2, 3, 4])
    for (const hour of [3, 2, 1])
      hook(`a${String(day)}-${String(hour)}`, 'ann', day * DAY + hour * HOUR, null, day * DAY);
  hook('b1', 'ben', 6 * DAY, null, 5 * DAY);
  const connection = await connect(store);
  await mirrored(13);
  const simulate = (own: Record<string, unknown>, days = 7): Promise<HistorySimulation> =>
    engine.call('rules.simulateHistory', { connection, rule: rule(own), days });
  // With at most two, each new session of Ann's ends the oldest: all but the last two, on the days they came.
  const limit = await simulate({});
  expect(limit).toMatchObject({ sessions: 13, ended: 10, accounts: 1, own: 10 });
  expect(limit.perDay).toEqual([0, 0, 1, 3, 3, 3, 0]);
  expect(limit.most).toMatchObject([{ name: 'ann', ended: 10 }]);
  // Idle for a day: everything was last seen at least a day ago but what ended its day just now.
  const idle = await simulate({ kind: 'idle', afterMs: DAY + HOUR });
  expect(idle.ended).toBe(10);
  expect(idle.most.map(({ name, ended }) => [name, ended])).toEqual([
    ['ann', 9],
    ['ben', 1],
  ]);
  const place = await simulate({ kind: 'place', deny: ['DE'], unknown: 'allow' });
  expect(place.ended).toBe(13);
  expect((await simulate({ kind: 'place', deny: ['US'], unknown: 'deny' })).ended).toBe(0);
  // Only what was there in the period counts.
  expect((await simulate({ kind: 'lifetime', afterMs: 6.5 * DAY })).ended).toBe(0);
  // A question that is taken back ends.
  const abort = new AbortController();
  const handler = engine.engine.handlers['rules.simulateHistory'];
  const asked = handler({ connection, rule: rule(), days: 30 }, abort.signal);
  abort.abort();
  await expect(asked).rejects.toThrow();
});

test('what a rule would have done goes by the roles, addresses and browsers of then', async () => {
  const now = Date.now();
  store.account('cleo', { roles: ['guest'] });
  const from = (ip: string, at: number) => ({ at: epochMs(now - at), ip, userAgent: null });
  const session = { account: 'cleo', opened: from('91.0.0.1', 4.5 * DAY) };
  store.put('c1', { ...session, last: from('91.0.0.1', 4.5 * DAY) });
  const connection = await connect(store);
  await mirrored(1);
  const simulate = (own: Record<string, unknown>): Promise<HistorySimulation> =>
    engine.call('rules.simulateHistory', { connection, rule: rule(own), days: 7 });
  const denied = { kind: 'place', deny: ['DE'], unknown: 'allow' };
  const editors = { ...denied, appliesTo: { roles: ['editor'] } };
  // In Germany for days as a guest, whom the rule does not mean.
  expect((await simulate(editors)).ended).toBe(0);
  expect((await simulate(denied)).ended).toBe(1);
  // Now she is an editor, and elsewhere: the rule means her from now on, and Germany is past.
  store.put('c1', { ...session, last: from('8.8.8.8', 0) });
  await engine.until('elsewhere', async () => (await engine.sessions()).some(({ ip }) => ip === '8.8.8.8'));
  store.account('cleo', { roles: ['editor'] });
  const roles = () => engine.rows('SELECT roles FROM account_change ORDER BY at').map((row) => row['roles']);
  await engine.until('an editor', () => Promise.resolve(roles().at(-1) === '["editor"]'));
  expect((await simulate(editors)).ended).toBe(0);
  const ended = await simulate(denied);
  expect(ended).toMatchObject({ ended: 1, most: [{ name: 'cleo' }] });
  expect(ended.perDay).toEqual([0, 0, 1, 0, 0, 0, 0]);
  const abroad = { ...denied, deny: ['US'] };
  // When she came to the United States she was a guest for a moment.
  expect((await simulate({ ...abroad, appliesTo: { roles: ['guest'] } })).ended).toBe(1);
  expect((await simulate({ ...abroad, appliesTo: { roles: ['editor'] } })).perDay.at(-1)).toBe(1);
});

test('an agent that is away, or knows no rules, is said and not hidden', async () => {
  const connection = await connect(store);
  await agents[0]?.stop();
  await engine.until('away', async () => (await engine.environment(connection)).state.is === 'waiting');
  expect(await engine.call('rules.list', {})).toMatchObject([{ is: 'unavailable', connection }]);
  const live = await engine.call('rules.simulateLive', { connection, rules: [rule()] });
  expect(live).toMatchObject({ effects: [{ sessions: 0, agent: null }], problem: { code: 'NO_ANSWER' } });
  const publish = { items: [{ connection, rules: [rule()], ifVersion: 0 }] };
  expect(await engine.call('rules.publish', publish)).toMatchObject([{ is: 'refused' }]);
  await expect(engine.call('rules.versions', { connection: randomUUID(), limit: 1 })).rejects.toMatchObject({
    problem: { code: 'NOT_FOUND' },
  });
});
