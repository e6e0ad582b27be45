import { afterEach, beforeEach, expect, test } from 'vitest';
import { epochMs } from '#shared/domain/units.ts';
import type { TestAgent, TestAgentOptions } from '#test/support/agent-in-process.ts';
import { startTestAgent, temporaryFolder } from '#test/support/agent-in-process.ts';
import type { MemoryStore } from '#test/support/memory-store.ts';
import { createMemoryStore } from '#test/support/memory-store.ts';
import type { TestConsole } from '#test/support/test-console.ts';
import { connectConsole } from '#test/support/test-console.ts';

let folder: ReturnType<typeof temporaryFolder>;
let store: MemoryStore;
let agent: TestAgent | null = null;
let consoles: TestConsole[] = [];

beforeEach(() => {
  folder = temporaryFolder();
  store = createMemoryStore();
});
afterEach(async () => {
  for (const console of consoles) console.close();
  consoles = [];
  await agent?.stop();
  agent = null;
  folder.remove();
});
async function start(options: TestAgentOptions = {}): Promise<TestAgent> {
  agent = await startTestAgent(store, folder.path, options);
  return agent;
}
async function follow(running: TestAgent): Promise<TestConsole> {
  const console = await connectConsole(running.url, running.token().text);
  consoles.push(console);
  await console.subscribe();
  await console.until(() => console.parts.at(-1)?.last === true, 'the snapshot');
  return console;
}
const closings = (console: TestConsole) =>
  console.changes.flatMap((change) => (change.kind === 'session.closed' ? [change] : []));
const from = (ip: string, userAgent = 'Firefox') => ({ at: epochMs(Date.now()), ip, userAgent });

test('says why sessions end', async () => {
  for (const name of ['out', 'collected', 'renewed', 'changed', 'gone']) {
    store.put(name, {
      account: name,
      last: from('192.0.2.1'),
      expiresAt: name === 'collected' ? epochMs(Date.now() + 4_000) : null,
    });
  }
  store.account('changed', { credential: 'old hash' });
  const console = await follow(await start());
  store.event('e1', { action: 'logout', account: { id: 'out' as never, name: 'out' } });
  store.remove('out');
  store.remove('renewed');
  store.put('renewed-2', { account: 'renewed', opened: from('192.0.2.1'), last: from('192.0.2.1') });
  store.account('changed', { credential: 'new hash' });
  store.remove('changed');
  store.remove('gone');
  await console.until(() => closings(console).length === 4, 'four ends');
  await new Promise((resolve) => setTimeout(resolve, 4_200));
  // The store listed it for a while after its time.
  store.remove('collected');
  await console.until(() => closings(console).length === 5, 'five ends');
  const names = new Map<string, string | undefined>(
    console.parts.flatMap(({ sessions }) => sessions).map(({ id, account }) => [id, account?.name]),
  );
  const reasons = Object.fromEntries(
    closings(console).map(({ id, reason }) => [names.get(id) ?? '', reason]),
  );
  expect(reasons).toEqual({
    out: 'logout',
    collected: 'collected',
    renewed: 'replaced',
    changed: 'credential-change',
    gone: 'unknown',
  });
  const renewed = [...console.sessions.values()].find(({ account }) => account?.name === 'renewed');
  expect(names.get(renewed?.replaces ?? '')).toBe('renewed');
  const told = [...console.events.values()].find(({ action }) => action === 'password-changed');
  expect(told).toMatchObject({ account: { id: 'changed' } });
  expect(JSON.stringify([...console.events.values()])).not.toContain('hash');
});

test('an expired session ends although nothing in the store changed', async () => {
  const short = createMemoryStore();
  // The rule of a glance: it differs when a listing would, also when only time has passed.
  const glance = () => Promise.resolve(String(Date.now() < expires));
  store = { ...short, adapter: { ...short.adapter, glance } };
  short.put('a', { account: 'ann', expiresAt: epochMs(Date.now() + 300) });
  const keys = short.adapter.keys.bind(short.adapter);
  Object.assign(store.adapter, {
    keys: (page: (list: never[]) => Promise<void>, signal: AbortSignal) =>
      keys(async (list) => page(list.filter(() => Date.now() < expires) as never[]), signal),
  });
  const expires = Date.now() + 300;
  const console = await follow(await start());
  await console.until(() => closings(console).length === 1, 'the end');
  expect(closings(console)[0]?.reason).toBe('expired');
});

test('a store without positions is compared as a whole', async () => {
  store = createMemoryStore({ incremental: false });
  for (let n = 0; n < 20; n++) store.put(`a${String(n)}`, { account: 'ann' });
  const console = await follow(await start());
  store.remove('a3');
  store.put('b', { account: 'ben' });
  await console.until(() => closings(console).length === 1 && console.sessions.size === 20, 'the changes');
  expect(store.calls.keys).toBe(0);
});

test('accounts: roles, blocks and removal are told, privileged sessions marked', async () => {
  store.account('ann', { roles: ['editor'] });
  store.put('a', { account: 'ann' });
  const console = await follow(await start());
  expect([...console.sessions.values()][0]?.marks).toEqual([]);
  store.account('ann', { roles: ['editor', 'admin'] });
  await console.until(() => console.accounts.get('ann')?.privileged === true, 'the account');
  await console.until(
    () => [...console.sessions.values()][0]?.marks.includes('privileged') === true,
    'the mark',
  );
  const told = [...console.events.values()].find(({ action }) => action === 'role-changed');
  expect(told).toMatchObject({ account: { id: 'ann' }, attributes: { from: 'editor', to: 'editor, admin' } });
  store.account('ann', { status: 'blocked' });
  await console.until(
    () => [...console.events.values()].some(({ action }) => action === 'account-blocked'),
    'the block',
  );
  store.remove('a');
  store.removeAccount('ann');
  await console.until(() => !console.accounts.has('ann'), 'the removal');
});

test('a log that the store emptied is read anew, and its numbers do not hide new events', async () => {
  store.event('1', { action: 'login', account: { name: 'ann' } });
  const running = await start();
  await running.refresh();
  const console = await follow(running);
  store.clearEvents();
  store.event('1', { action: 'logout', account: { name: 'ben' } });
  await console.until(
    () => [...console.events.values()].some(({ action }) => action === 'logout'),
    'the event',
  );
  const history = await console.ask('history', { limit: 10 });
  expect(history.ok && history.items.map(({ action }) => action).sort()).toEqual(['login', 'logout']);
  await console.until(
    () => console.statuses.at(-1)?.warnings.some(({ id }) => id === 'log-cleared') === true,
    'the warning',
  );
});

test('an agent that starts while the store is down serves as soon as it is up', async () => {
  store.put('a', { account: 'ann' });
  store.down('connection refused');
  const running = await start();
  const console = await connectConsole(running.url, running.token().text);
  consoles.push(console);
  expect(console.hello.store.capabilities).toEqual([]);
  expect(console.statuses.at(-1)).toMatchObject({ store: 'down', error: 'connection refused' });
  expect(await console.subscribe()).toMatchObject({ ok: true, mode: 'snapshot', next: 1 });
  expect(console.parts).toEqual([]);
  store.down(null);
  // What the store can do is known now: the console is told to come again.
  await console.until(() => console.goodbyes.length > 0, 'the goodbye');
  expect(console.goodbyes[0]?.code).toBe('RESUBSCRIBE');
  const again = await follow(running);
  expect(again.sessions.size).toBe(1);
  expect(again.hello.store.capabilities).toContain('revoke.session');
});

test('a store that hangs is down, and recovers', async () => {
  store.put('a', { account: 'ann' });
  const glance = store.adapter.glance.bind(store.adapter);
  let hang = false;
  Object.assign(store.adapter, {
    glance: (signal: AbortSignal) => (hang ? new Promise(() => undefined) : glance(signal)),
  });
  const console = await follow(await start({ timing: { patienceMs: 200 } }));
  hang = true;
  await console.until(() => console.statuses.at(-1)?.store === 'down', 'down');
  expect(console.statuses.at(-1)?.error).toMatch(/did not answer/);
  hang = false;
  await console.until(() => console.statuses.at(-1)?.store === 'up', 'up');
});

test('hostile records are cut to the limits of the protocol', async () => {
  const long = 'ü😀'.repeat(4_000);
  store.put('a', {
    account: long,
    last: { at: null, ip: long, userAgent: long },
    marks: Array.from({ length: 100 }, (_, n) => `mark-${String(n)}`),
    attributes: { __proto__: 'x', [long]: long },
  });
  store.event('x'.repeat(1_000), { action: 'other', account: { name: long }, message: long, reason: long });
  const running = await start();
  await running.refresh();
  const console = await follow(running);
  const { Session, AuditEvent, Account } = await import('#shared/protocol/records.ts');
  expect([...console.sessions.values()].map((session) => Session.parse(session)).length).toBe(1);
  expect([...console.accounts.values()].map((account) => Account.parse(account)).length).toBe(1);
  const history = await console.ask('history', { limit: 10 });
  expect(history.ok && history.items.map((event) => AuditEvent.parse(event)).length).toBe(1);
});

test('follows two thousand changes a second, and the mirror is the store', { timeout: 60_000 }, async () => {
  for (let n = 0; n < 5_000; n++) store.put(`s${String(n)}`, { account: `user-${String(n % 900)}` });
  const running = await start({ poll: { intervalMs: 200, adaptive: false } });
  const console = await follow(running);
  let next = 5_000;
  for (let round = 0; round < 30; round++) {
    for (let n = 0; n < 150; n++) {
      store.put(`s${String(next)}`, { account: `user-${String(next % 900)}` });
      next += 1;
      store.remove(`s${String(next - 5_000)}`);
      store.event(`e${String(next)}`, { action: 'login', account: { name: 'x' } });
    }
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  await running.refresh();
  const handles = new Set<string>(store.keys().map((key) => running.state.keys.session(key as never)));
  const same = () =>
    console.sessions.size === handles.size && [...console.sessions.keys()].every((id) => handles.has(id));
  await console.until(() => console.events.size === 4_500 && same(), 'the same as the store');
  expect(console.goodbyes).toEqual([]);
});
