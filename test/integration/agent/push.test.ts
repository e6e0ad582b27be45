import { afterEach, beforeEach, expect, test } from 'vitest';
import type { TestAgent } from '#test/support/agent-in-process.ts';
import { startTestAgent, temporaryFolder } from '#test/support/agent-in-process.ts';
import type { MemoryStore } from '#test/support/memory-store.ts';
import { createMemoryStore } from '#test/support/memory-store.ts';
import type { TestConsole } from '#test/support/test-console.ts';
import { connectConsole } from '#test/support/test-console.ts';

const TOKEN = 'a-push-token-of-an-application-0123456789';
let folder: ReturnType<typeof temporaryFolder>;
let store: MemoryStore;
let agent: TestAgent;
let console: TestConsole;
beforeEach(async () => {
  folder = temporaryFolder();
  store = createMemoryStore({ events: false });
  store.put('raw-session-id', { account: 'ann' });
  agent = await startTestAgent(store, folder.path, { pushToken: TOKEN });
  console = await connectConsole(agent.url, agent.token().text);
  await console.subscribe();
  await console.until(() => console.sessions.size === 1, 'the snapshot');
});
afterEach(async () => {
  console.close();
  await agent.stop();
  folder.remove();
});
const push = async (body: unknown, token = TOKEN, path = '/v1/events') => {
  const response = await fetch(`${agent.url}${path}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}` },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
};

test('what the application tells is an event once, and completes the session', async () => {
  const event = {
    id: '1',
    action: 'login',
    account: { id: 'ann', name: 'ann' },
    session: 'raw-session-id',
    ip: '192.0.2.9',
    userAgent: 'Firefox',
  };
  expect(await push({ events: [event] })).toEqual({ status: 202, body: { accepted: 1, known: 0 } });
  expect(await push({ events: [event] })).toEqual({ status: 202, body: { accepted: 0, known: 1 } });
  await console.until(() => console.events.size === 1, 'the event');
  const [session] = [...console.sessions.values()];
  const told = [...console.events.values()][0];
  expect(told).toMatchObject({ action: 'login', sessionId: session?.id, attributes: { source: 'push' } });
  await console.until(() => [...console.sessions.values()][0]?.opened.ip === '192.0.2.9', 'the address');
  expect([...console.sessions.values()][0]).toMatchObject({
    opened: { userAgent: 'Firefox' },
    last: { ip: null },
  });
  expect(JSON.stringify([...console.events.values(), ...console.sessions.values()])).not.toContain(
    'raw-session-id',
  );
  // Reading the store again does not take it away.
  store.put('raw-session-id', { account: 'ann', attributes: { seen: 'again' } });
  await console.until(
    () => [...console.sessions.values()][0]?.attributes?.['seen'] === 'again',
    'the update',
  );
  expect([...console.sessions.values()][0]?.opened.ip).toBe('192.0.2.9');
});

test('a logout that was told explains the end; a second factor is a mark', async () => {
  await push({ events: [{ id: 'm', action: 'mfa', session: 'raw-session-id' }] });
  await console.until(() => [...console.sessions.values()][0]?.marks.includes('mfa') === true, 'the mark');
  const logout = {
    id: 'o',
    action: 'logout',
    session: 'raw-session-id',
    account: { id: 'ann', name: 'ann' },
  };
  expect(await push({ events: [logout] })).toMatchObject({ status: 202 });
  store.remove('raw-session-id');
  await console.until(() => console.sessions.size === 0, 'the end');
  expect(console.changes.find(({ kind }) => kind === 'session.closed')).toMatchObject({ reason: 'logout' });
});

test('refuses what is wrong, whole, and says where', async () => {
  expect(await push({ events: [] }, 'wrong')).toMatchObject({ status: 401 });
  expect(await push('{')).toMatchObject({ status: 400, body: { error: 'The body is not JSON.' } });
  const good = { id: 'g', action: 'login' };
  expect(await push({ events: [good, { id: 'b', action: 'login', useragent: 'x' }] })).toMatchObject({
    status: 400,
    body: { error: expect.stringContaining('events.1') as string },
  });
  expect(await push({ events: Array.from({ length: 501 }, () => good) })).toMatchObject({ status: 400 });
  expect(await push({ events: [good] }, TOKEN, '/v1/other')).toMatchObject({ status: 404 });
  const large = { events: [{ ...good, message: 'x'.repeat(2_000_000) }] };
  expect(await push(large)).toMatchObject({ status: 413 });
  expect(console.events.size).toBe(0);
});

test('what the store’s log and the application both tell is one event, with what either knows', async () => {
  const both = createMemoryStore();
  both.put('raw-session-id', { account: 'ann' });
  const other = temporaryFolder();
  const second = await startTestAgent(both, other.path, { pushToken: TOKEN });
  const watcher = await connectConsole(second.url, second.token().text);
  const tell = (event: Record<string, unknown>) =>
    fetch(`${second.url}/v1/events`, {
      method: 'POST',
      headers: { authorization: `Bearer ${TOKEN}` },
      body: JSON.stringify({ events: [{ action: 'login', ...event }] }),
    }).then((response) => response.json() as Promise<unknown>);
  const ann = { id: 'ann', name: 'ann' };
  try {
    await watcher.subscribe();
    await watcher.until(() => watcher.sessions.size === 1, 'the snapshot');
    const pushed = {
      id: 'p1',
      account: ann,
      session: 'raw-session-id',
      userAgent: 'Firefox',
      ip: '192.0.2.9',
    };
    expect(await tell(pushed)).toEqual({ accepted: 1, known: 0 });
    expect(await tell(pushed)).toEqual({ accepted: 0, known: 1 });
    both.event('row 1', {
      action: 'login',
      account: ann as never,
      ip: '192.0.2.9',
      message: 'Session opened',
    });
    await watcher.until(() => watcher.events.size === 1, 'one event');
    expect(watcher.events.get('row 1')).toMatchObject({
      account: ann,
      ip: '192.0.2.9',
      userAgent: 'Firefox',
      message: 'Session opened',
      sessionId: [...watcher.sessions.keys()][0],
      attributes: { source: 'store and push' },
    });
    expect(await tell(pushed)).toEqual({ accepted: 0, known: 1 });
    // The other way round: the store was first. Another address is another sign-in.
    both.event('row 2', { action: 'logout', account: ann as never });
    await watcher.until(() => watcher.events.has('row 2'), 'the second');
    expect(await tell({ id: 'p2', action: 'logout', account: ann, userAgent: 'Safari' })).toMatchObject({
      accepted: 1,
    });
    expect(await tell({ id: 'p2', action: 'logout', account: ann, userAgent: 'Safari' })).toMatchObject({
      known: 1,
    });
    await tell({ id: 'p3', account: ann, ip: '198.51.100.7' });
    await watcher.until(() => watcher.events.size === 3, 'a sign-in of which the store tells nothing');
    const history = await watcher.ask<'history'>('history', { limit: 10 });
    if (!history.ok) throw new Error('no history');
    expect(history.items.map(({ id, userAgent }) => [id, userAgent]).sort()).toEqual([
      ['push:p3', undefined],
      ['row 1', 'Firefox'],
      ['row 2', 'Safari'],
    ]);
  } finally {
    watcher.close();
    await second.stop();
    other.remove();
  }
});
