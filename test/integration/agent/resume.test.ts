import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
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

beforeEach(() => {
  folder = temporaryFolder();
  store = createMemoryStore();
});
afterEach(async () => {
  for (const console of consoles) console.close();
  consoles = [];
  await agent.stop();
  folder.remove();
});
async function start(options: TestAgentOptions = {}) {
  agent = await startTestAgent(store, folder.path, options);
  return agent;
}
async function connect(token = agent.token().text): Promise<TestConsole> {
  const console = await connectConsole(agent.url, token);
  consoles.push(console);
  return console;
}
/** Follows until `count` sessions are there, and returns the position to resume from. */
async function follow(count: number, token?: string) {
  const console = await connect(token);
  await console.subscribe();
  await console.until(
    () => console.parts.at(-1)?.last === true && console.sessions.size === count,
    'the sessions',
  );
  return console;
}

test('resumes after a restart of the agent, with what happened meanwhile', async () => {
  store.put('a', { account: 'ann' });
  await start();
  const { text } = agent.token();
  const first = await follow(1, text);
  const position = first.position();
  const [id] = first.sessions.keys();
  await agent.stop();
  expect(first.goodbyes.at(-1)?.code).toBe('SHUTTING_DOWN');

  store.put('b', { account: 'ben' });
  store.remove('a');
  await start();
  const second = await connect(text);
  const answer = await second.subscribe({ resume: position });
  expect(answer).toMatchObject({ ok: true, mode: 'resume', next: position.seq + 1 });
  await second.until(() => second.changes.some(({ kind }) => kind === 'session.closed'), 'the end');
  expect(second.parts).toEqual([]);
  expect(second.batches[0]?.from).toBe(position.seq + 1);
  const closed = second.changes.find((change) => change.kind === 'session.closed');
  expect(closed).toMatchObject({ id, reason: 'unknown' });
  expect([...second.sessions.values()].map(({ account }) => account?.name)).toEqual(['ben']);
});

test('a handle outlives a restart and is not the key', async () => {
  store.put('the-store-key', { account: 'ann' });
  await start();
  const [before] = (await follow(1)).sessions.keys();
  await agent.stop();
  await start();
  const [after] = (await follow(1)).sessions.keys();
  expect(after).toBe(before);
  expect(after).not.toContain('the-store-key');
});

test('a lost change log is a new epoch, and old positions get a snapshot', async () => {
  store.put('a', { account: 'ann' });
  await start();
  const position = (await follow(1)).position();
  await agent.stop();
  for (const name of ['agent.db', 'agent.db-wal', 'agent.db-shm'])
    rmSync(join(folder.path, name), { force: true });
  await start();
  const console = await connect();
  expect(console.hello.log.epoch).not.toBe(position.epoch);
  expect(await console.subscribe({ resume: position })).toMatchObject({ mode: 'snapshot' });
});

test('a lost handle key is a new epoch with new handles', async () => {
  store.put('a', { account: 'ann' });
  await start();
  const console = await follow(1);
  const [handle] = console.sessions.keys();
  const { epoch } = console.hello.log;
  await agent.stop();
  rmSync(join(folder.path, 'handle.key'));
  await start();
  const again = await follow(1);
  expect(again.hello.log.epoch).not.toBe(epoch);
  expect([...again.sessions.keys()]).not.toContain(handle);
});

test('a position behind the tail gets a snapshot', async () => {
  await start({ bounds: { maxAgeDays: 30, maxRows: 5, historyDays: 400 } });
  const { text } = agent.token();
  const console = await follow(0, text);
  const position = console.position();
  console.close();
  await console.until(() => agent.facts().connections === 0, 'the end of the connection');
  for (let n = 0; n < 50; n++) store.put(`key-${String(n)}`, { account: 'ann' });
  await agent.refresh();
  agent.trim();
  expect(agent.facts().tail).toBeGreaterThan(position.seq + 1);
  expect(agent.facts().head - agent.facts().tail).toBe(4);
  const again = await connect(text);
  expect(await again.subscribe({ resume: position })).toMatchObject({ mode: 'snapshot' });
  // The oldest position that can be resumed is the one before the tail.
  const edge = { epoch: again.hello.log.epoch, seq: agent.facts().tail - 1 };
  expect(await again.subscribe({ resume: edge })).toMatchObject({ mode: 'resume', next: edge.seq + 1 });
});

test('a connected console that the tail passes is told to subscribe again', async () => {
  await start({
    bounds: { maxAgeDays: 30, maxRows: 5, historyDays: 400 },
    limits: { batch: 1, inFlight: 1, targets: 10, unapproved: 5, historyPage: 10 },
  });
  const console = await follow(0);
  const caughtUp = console.position();
  console.answering(() => undefined);
  await console.subscribe({ resume: caughtUp });
  for (let n = 0; n < 50; n++) store.put(`key-${String(n)}`, { account: 'ann' });
  await agent.refresh();
  await console.until(() => console.batches.length > 0, 'a batch');
  agent.trim();
  await console.until(() => console.goodbyes.length > 0, 'a goodbye');
  expect(console.goodbyes[0]?.code).toBe('RESUBSCRIBE');
});

test('the log is kept for a console that still reads its snapshot', async () => {
  for (let n = 0; n < 4; n++) store.put(`old-${String(n)}`, { account: 'ann' });
  await start({
    bounds: { maxAgeDays: 30, maxRows: 5, historyDays: 400 },
    limits: { batch: 1, inFlight: 1, targets: 10, unapproved: 5, historyPage: 10 },
  });
  const console = await connect();
  const held: (() => void)[] = [];
  console.socket.off('snapshot');
  console.socket.on(
    'snapshot',
    (part: { part: number; sessions: { id: string }[] }, acknowledge: (answer: unknown) => void) => {
      for (const session of part.sessions) console.sessions.set(session.id, session as never);
      held.push(() => acknowledge({ ok: true, part: part.part }));
    },
  );
  await console.subscribe();
  await console.until(() => held.length > 0, 'the first part');
  for (let n = 0; n < 30; n++) store.put(`new-${String(n)}`, { account: 'ann' });
  await agent.refresh();
  agent.trim();
  expect(agent.facts().tail).toBe(1);
  const release = setInterval(() => held.shift()?.(), 5);
  await console.until(() => console.sessions.size === 34, 'everything');
  clearInterval(release);
  expect(console.goodbyes).toEqual([]);
  await console.until(
    () => console.changes.filter(({ kind }) => kind === 'session.opened').length === 30,
    'the changes',
  );
  await agent.refresh();
  agent.trim();
  expect(agent.facts().tail).toBeGreaterThan(1);
});

test('an acknowledgement that does not come ends the connection with SLOW', async () => {
  store.put('a', { account: 'ann' });
  await start({ timing: { ackTimeoutMs: 200 } });
  const console = await connect();
  console.answering(() => undefined);
  await console.subscribe();
  await console.until(() => console.goodbyes.length > 0 && !console.socket.connected, 'the goodbye');
  expect(console.goodbyes[0]?.code).toBe('SLOW');
  expect(console.goodbyes[0]?.retryAfterMs).toBeGreaterThan(0);
});

test('no more than inFlight batches are under way', async () => {
  for (let n = 0; n < 40; n++) store.put(`key-${String(n)}`, { account: 'ann' });
  await start({ limits: { batch: 2, inFlight: 3, targets: 10, unapproved: 5, historyPage: 10 } });
  const console = await connect();
  console.answering(() => undefined);
  await console.subscribe();
  await console.until(() => console.parts.length >= 3, 'three parts');
  // A request is answered after everything that was sent before it.
  await console.ask('approvals.list', {});
  expect(console.parts.length).toBe(3);
});

test('a refused batch ends the stream until the console subscribes again', async () => {
  await start({ limits: { batch: 10, inFlight: 1, targets: 10, unapproved: 5, historyPage: 10 } });
  const console = await follow(0);
  console.answering(() => ({ ok: false, error: { code: 'INVALID', message: 'a gap' } }));
  store.put('a', { account: 'ann' });
  await console.until(() => console.batches.length === 1, 'a batch');
  store.put('b', { account: 'ben' });
  await agent.refresh();
  await console.ask('approvals.list', {});
  expect(console.batches.length).toBe(1);
  console.answering(null);
  await console.subscribe();
  await console.until(() => console.sessions.size === 2, 'the snapshot');
});

test('a late acknowledgement of an ended subscription changes nothing', async () => {
  for (let n = 0; n < 10; n++) store.put(`key-${String(n)}`, { account: 'ann' });
  await start({ limits: { batch: 1, inFlight: 1, targets: 10, unapproved: 5, historyPage: 10 } });
  const console = await connect();
  const late: ((answer: unknown) => void)[] = [];
  console.socket.off('snapshot');
  console.socket.on('snapshot', (_part: unknown, acknowledge: (answer: unknown) => void) =>
    late.push(acknowledge),
  );
  await console.subscribe();
  await console.until(() => late.length === 1, 'a part');
  await console.subscribe();
  await console.until(() => late.length === 2, 'a part of the second');
  late[0]?.({ ok: true, part: 0 });
  await console.ask('approvals.list', {});
  expect(late.length).toBe(2);
  late[1]?.({ ok: true, part: 0 });
  await console.until(() => late.length === 3, 'the next part');
  expect(console.goodbyes).toEqual([]);
});

test('one change a session in five seconds, and the latest comes later', async () => {
  let now = 1_700_000_000_000;
  const clock = () => now as never;
  store = createMemoryStore({ clock });
  const seen = (at: number) => ({ at: at as never, ip: null, userAgent: null });
  store.put('a', { account: 'ann', last: seen(now) });
  await start({ clock });
  const console = await follow(1);
  const updates = () => console.changes.filter(({ kind }) => kind === 'session.updated');
  for (let n = 1; n <= 4; n++) {
    now += 1_000;
    store.put('a', { account: 'ann', last: seen(now) });
    await agent.refresh();
  }
  await console.until(() => updates().length > 0, 'the first update');
  expect(updates()).toMatchObject([{ session: { last: { at: 1_700_000_001_000 } } }]);
  now += 2_000;
  await agent.refresh();
  await console.until(() => updates().length > 1, 'the next update');
  expect(updates().slice(1)).toMatchObject([{ session: { last: { at: 1_700_000_004_000 } } }]);
});
