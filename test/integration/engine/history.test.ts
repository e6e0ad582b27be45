import { expect, test } from 'vitest';
import type { AuditEvent } from '#shared/protocol/records.ts';
import { fakeEvent, fakeHello, fakeSession, opened } from '#test/support/fake-agent/fake-records.ts';
import { closing } from './cleanups.ts';

const open = closing();
interface Asked {
  since?: number;
  until?: number;
  cursor?: string;
  limit: number;
}

/** Pages as the protocol says: newest first by (at, id), since inclusive, until exclusive. */
function historian(events: readonly AuditEvent[], pageSize = 3) {
  const asked: Asked[] = [];
  const answer = (event: string, payload: Asked): unknown => {
    if (event !== 'history') return { ok: false, error: { code: 'UNSUPPORTED', message: '' } };
    asked.push(payload);
    const sorted = [...events]
      .filter((one) => one.at >= (payload.since ?? 0) && one.at < (payload.until ?? Infinity))
      .sort((a, b) => b.at - a.at || (a.id < b.id ? 1 : -1));
    const from = payload.cursor === undefined ? 0 : Number(payload.cursor);
    const size = Math.min(pageSize, payload.limit);
    const next = from + size < sorted.length ? String(from + size) : undefined;
    return { ok: true, items: sorted.slice(from, from + size), ...(next === undefined ? {} : { next }) };
  };
  return { asked, answer };
}

test('the past is read backwards, and sessions that ended before anybody watched are rebuilt', async () => {
  const ben = { id: 'ben', name: 'ben' };
  const events = [
    fakeEvent('l1', { at: 1_000, sessionId: 'old', account: ben, ip: '91.0.0.1' }),
    fakeEvent('a1', { at: 2_000, sessionId: 'old', account: ben, action: 'activity' }),
    fakeEvent('o1', { at: 3_000, sessionId: 'old', account: ben, action: 'logout' }),
    fakeEvent('l2', { at: 4_000, sessionId: 'lost', account: ben }),
    fakeEvent('a2', { at: 5_000, sessionId: 'lost', account: ben, action: 'activity' }),
    fakeEvent('l3', { at: 6_000, sessionId: 'live', account: ben }),
    fakeEvent('f', { at: 7_000, outcome: 'failure', account: { name: 'nobody' } }),
  ];
  const { asked, answer } = historian(events);
  const agent = await open.agent({ answer });
  const engine = open.engine(open.folder());
  await engine.call('environments.add', { url: agent.url, token: 't' });
  const console = await agent.console();
  await agent.until('subscribed', () => console.subscriptions.length > 0);
  await console.snapshot({ sessions: [fakeSession('live')] });
  const view = await engine.until('history', async () => {
    const one = await engine.environment();
    return one.history.is === 'done' ? one : null;
  });
  expect(view.history.events).toBe(7);
  expect(asked.map((one) => one.cursor)).toEqual([undefined, '3', '6']);
  const ended = await engine.sessions('ended');
  expect(ended.map((row) => [row.id, row.cause, row.openedAt, row.endedAt, row.account?.name])).toEqual([
    ['old', 'logout', 1_000, 3_000, 'ben'],
    ['lost', 'unknown', 4_000, 5_000, 'ben'],
  ]);
  expect(ended[0]?.place?.country).toBe('DE');
  expect((await engine.sessions()).map((row) => row.id)).toEqual(['live']);
  const detail = await engine.call('sessions.get', { connection: view.connection, id: 'old' });
  expect(detail?.audit.map((row) => row.id)).toEqual(['o1', 'a1', 'l1']);
});

test('history goes on where it stood after a restart, and events that the stream brought too count once', async () => {
  const events = Array.from({ length: 9 }, (_, at) => fakeEvent(`e${String(at)}`, { at: 1_000 + at }));
  const { asked, answer } = historian(events);
  let pages = 0;
  const agent = await open.agent({
    answer: (event, payload) => {
      pages += 1;
      // The third page never comes.
      return pages === 3 ? undefined : answer(event, payload);
    },
  });
  const profile = open.folder();
  const first = open.engine(profile);
  const { connection } = await first.call('environments.add', { url: agent.url, token: 't' });
  const console = await agent.console();
  await agent.until('subscribed', () => console.subscriptions.length > 0);
  await console.snapshot();
  await agent.until('two pages', () => pages === 3);
  await first.stop();
  const second = open.engine(profile, { tokens: { [connection]: 't' } });
  await agent.until('came back', () => agent.consoles.length === 2);
  const again = await agent.console();
  await agent.until('subscribed', () => again.subscriptions.length > 0);
  expect(again.subscriptions[0]?.resume).toEqual({ epoch: 'e1', seq: 0 });
  await second.until('history', async () => (await second.environment()).history.is === 'done');
  // The engine was away, and the stream went on where it had stood.
  const { coverage } = await second.call('query.audit', {});
  expect(coverage[0]?.gaps).toMatchObject([{ to: expect.any(Number) as number, filled: 'stream' }]);
  expect(asked.at(-1)?.cursor).toBe('6');
  expect(second.rows('SELECT count(*) AS n, count(DISTINCT id) AS d FROM audit')).toEqual([{ n: 9, d: 9 }]);
});

test('an agent that pretends to have more for ever is left after a while', async () => {
  const same = [fakeEvent('e1', { at: 1_000 })];
  let pages = 0;
  const agent = await open.agent({
    answer: () => {
      pages += 1;
      return { ok: true, items: same, next: 'more' };
    },
  });
  const engine = open.engine(open.folder());
  await engine.call('environments.add', { url: agent.url, token: 't' });
  const console = await agent.console();
  await agent.until('subscribed', () => console.subscriptions.length > 0);
  await console.snapshot();
  await engine.until('given up', async () => (await engine.environment()).history.is === 'done');
  expect(pages).toBeLessThan(40);
  expect(engine.rows('SELECT note FROM history WHERE note IS NOT NULL')).toHaveLength(1);
});

test('after an absence that the stream cannot bridge, the gap is read again and only the gap', async () => {
  const now = Date.now();
  const events = [fakeEvent('before', { at: now - 86_400_000 })];
  const { asked, answer } = historian(events);
  const agent = await open.agent({ answer });
  const engine = open.engine(open.folder());
  await engine.call('environments.add', { url: agent.url, token: 't' });
  const console = await agent.console();
  await agent.until('subscribed', () => console.subscriptions.length > 0);
  await console.snapshot();
  await engine.until('history', async () => (await engine.environment()).history.is === 'done');
  await console.changes([opened(1, fakeSession('one'))]);
  // While the console was away: a sign-in and a sign-out that no stream will tell of any more.
  events.push(
    fakeEvent('in', { at: now - 1_000, sessionId: 'short', account: { id: 'cy', name: 'cy' } }),
    fakeEvent('out', {
      at: now - 500,
      sessionId: 'short',
      action: 'logout',
      account: { id: 'cy', name: 'cy' },
    }),
  );
  agent.script.hello = () => fakeHello({ log: { epoch: 'e2' } });
  agent.drop();
  await agent.until('came back', () => agent.consoles.length === 2);
  const again = await agent.console();
  await agent.until('subscribed', () => again.subscriptions.length > 0);
  await again.snapshot({ epoch: 'e2', sessions: [fakeSession('one')] });
  await engine.until('the short session', async () =>
    (await engine.sessions('ended')).some((row) => row.id === 'short' && row.cause === 'logout'),
  );
  const [said] = await engine.until('the gap is said to be read', async () => {
    const { coverage } = await engine.call('query.audit', {});
    return coverage[0]?.gaps.every(({ filled }) => filled === 'history') === true && coverage[0].gaps;
  });
  expect(said).toMatchObject({ filled: 'history' });
  const since = asked.at(-1)?.since ?? 0;
  expect(since).toBeGreaterThan(now - 86_400_000);
  expect(since).toBeLessThanOrEqual(now - 1_000);
});
