import { expect, test } from 'vitest';
import type { FakeAgent, FakeConsole } from '#test/support/fake-agent/fake-agent.ts';
import {
  audited,
  closed,
  fakeEvent,
  fakeHello,
  fakeSession,
  opened,
} from '#test/support/fake-agent/fake-records.ts';
import type { TestEngine } from '#test/support/test-engine.ts';
import { closing } from './cleanups.ts';

const open = closing();

const add = (engine: TestEngine, agent: FakeAgent, name = 'fake') =>
  engine.call('environments.add', { url: agent.url, token: 'token', name });
const problem = (engine: TestEngine, code: string) =>
  engine.until(`problem ${code}`, async () => {
    const { state } = await engine.environment();
    return 'problem' in state && state.problem.code === code ? state : null;
  });

/** Greeted, snapshot of these sessions delivered, live. */
async function streaming(
  sessions: readonly unknown[] = [],
  options: Parameters<typeof open.agent>[1] = {},
): Promise<{ engine: TestEngine; agent: FakeAgent; console: FakeConsole; profile: string }> {
  const agent = await open.agent({}, options);
  const profile = open.folder();
  const engine = open.engine(profile);
  await add(engine, agent);
  const console = await agent.console();
  await agent.until('subscribed', () => console.subscriptions.length > 0);
  expect(await console.snapshot({ sessions })).toMatchObject({ ok: true, part: 0 });
  await engine.live();
  return { engine, agent, console, profile };
}

test('acknowledgements come after the commit: what was acknowledged is in the file', async () => {
  const { engine, console } = await streaming();
  expect(await console.changes([opened(1, fakeSession('one')), audited(2, fakeEvent('login'))])).toEqual({
    ok: true,
    seq: 2,
  });
  expect(engine.rows('SELECT count(*) AS n FROM session')).toEqual([{ n: 1 }]);
  expect(engine.rows('SELECT seq FROM cursor')).toEqual([{ seq: 2 }]);
  expect(engine.rows('SELECT count(*) AS n FROM audit')).toEqual([{ n: 1 }]);
});

test('a duplicated batch is acknowledged again and changes nothing', async () => {
  const { engine, console } = await streaming();
  const items = [opened(1, fakeSession('one')), closed(2, 'one'), audited(3, fakeEvent('login'))];
  await console.changes(items);
  expect(await console.changes(items)).toEqual({ ok: true, seq: 3 });
  expect((await engine.sessions('ended')).map((row) => row.cause)).toEqual(['logout']);
  expect(engine.rows('SELECT count(*) AS n FROM audit')).toEqual([{ n: 1 }]);
  expect(engine.rows('SELECT sign_ins FROM tally')).toEqual([{ sign_ins: 1 }]);
});

test.each([
  ['a gap', { from: 5, to: 6 }],
  ['another epoch', { epoch: 'e9' }],
])('%s is INVALID; the console subscribes again where it stands and goes on', async (_what, over) => {
  const { engine, agent, console } = await streaming();
  await console.changes([opened(1, fakeSession('one'))]);
  expect(await console.changes([opened(2, fakeSession('two'))], over)).toMatchObject({
    ok: false,
    error: { code: 'INVALID' },
  });
  await agent.until('subscribed again', () => console.subscriptions.length === 2);
  expect(console.subscriptions[1]?.resume).toEqual({ epoch: 'e1', seq: 1 });
  expect(await console.changes([opened(2, fakeSession('two'))])).toEqual({ ok: true, seq: 2 });
  expect(await engine.sessions()).toHaveLength(2);
  const late = await console.changes([opened(3, fakeSession('three'))], { subscription: 's1' });
  expect(late).toMatchObject({ ok: false });
  expect(console.subscriptions).toHaveLength(2);
  expect(await engine.sessions()).toHaveLength(2);
});

test('one bad record is set aside, counted and kept; the rest of the batch is written', async () => {
  const { engine, console } = await streaming();
  const bad = { seq: 2, at: 1, kind: 'session.opened', session: { id: 'broken', account: 7 } };
  const strange = { seq: 3, at: 1, kind: 'moon.risen', phase: 'full' };
  const answer = await console.changes([
    opened(1, fakeSession('one')),
    bad as never,
    strange as never,
    opened(4, fakeSession('four')),
  ]);
  expect(answer).toEqual({ ok: true, seq: 4 });
  expect((await engine.sessions()).map((row) => row.id)).toEqual(['one', 'four']);
  expect((await engine.environment()).setAside).toBe(1);
  const [row] = engine.rows('SELECT problem, sample FROM set_aside');
  expect(String(row?.['problem'])).toContain('session.account');
  expect(String(row?.['sample'])).toContain('broken');
});

test('a snapshot that is interrupted leaves no trace; the next one is applied whole', async () => {
  const agent = await open.agent();
  const engine = open.engine(open.folder());
  await add(engine, agent);
  const first = await agent.console();
  await agent.until('subscribed', () => first.subscriptions.length > 0);
  expect(await first.snapshot({ sessions: [fakeSession('one')], last: false, asOf: 7 })).toEqual({
    ok: true,
    part: 0,
  });
  agent.drop();
  await agent.until('came back', () => agent.consoles.length === 2);
  expect(await engine.sessions()).toEqual([]);
  const second = await agent.console();
  await agent.until('subscribed', () => second.subscriptions.length > 0);
  expect(second.subscriptions[0]?.resume).toBeNull();
  await second.snapshot({ sessions: [fakeSession('two')], last: false, asOf: 9 });
  await second.snapshot({ sessions: [fakeSession('three')], part: 1, asOf: 9 });
  await engine.live();
  expect((await engine.sessions()).map((row) => row.id).sort()).toEqual(['three', 'two']);
  expect(engine.rows('SELECT count(*) AS n FROM session')).toEqual([{ n: 2 }]);
});

test('a new epoch: a snapshot closes with unknown what it does not name', async () => {
  const { engine, agent, console } = await streaming([fakeSession('stays'), fakeSession('goes')]);
  agent.script.hello = () => fakeHello({ log: { epoch: 'e2', head: 3 } });
  console.socket.emit('goodbye', { code: 'SHUTTING_DOWN', message: 'restart', retryAfterMs: 1 });
  await agent.until('came back', () => agent.consoles.length === 2);
  const next = await agent.console();
  await agent.until('subscribed', () => next.subscriptions.length > 0);
  expect(next.subscriptions[0]?.resume).toBeNull();
  const broken = { ...fakeSession('broken'), account: 'nobody' };
  await next.snapshot({ epoch: 'e2', asOf: 3, sessions: [fakeSession('stays'), broken] });
  await engine.live();
  expect((await engine.sessions()).map((row) => row.id)).toEqual(['stays']);
  expect((await engine.sessions('ended')).map((row) => [row.id, row.cause])).toEqual([['goes', 'unknown']]);
});

test('another view does not close what it cannot see', async () => {
  const { engine, agent, console } = await streaming([fakeSession('one')]);
  agent.script.hello = () => fakeHello({ scopes: ['sessions:own'], accounts: ['me'] });
  console.socket.emit('goodbye', { code: 'SCOPES_CHANGED', message: '', retryAfterMs: 1 });
  await agent.until('came back', () => agent.consoles.length === 2);
  const next = await agent.console();
  await agent.until('subscribed', () => next.subscriptions.length > 0);
  expect(next.subscriptions[0]?.resume).toBeNull();
  await next.snapshot({ sessions: [] });
  await engine.live();
  expect(engine.rows('SELECT ended_at FROM session')).toEqual([{ ended_at: null }]);
});

test('a message of more than a mebibyte ends the connection with words, and nothing of it is kept', async () => {
  const { engine, console } = await streaming();
  const big = fakeSession('big', { attributes: { padding: 'x'.repeat(1_100_000) } });
  console.socket.emit(
    'changes',
    { subscription: 's1', epoch: 'e1', from: 1, to: 1, items: [opened(1, big)] },
    () => undefined,
  );
  await problem(engine, 'OVERSIZE');
  expect(await engine.sessions()).toEqual([]);
});

test.each([
  ['an envelope that is none', { hello: 'there' }],
  ['a number', 7],
  ['a batch whose items are text', { subscription: 's1', epoch: 'e1', from: 1, to: 1, items: 'all' }],
])('garbage is INVALID and the stream is asked for again: %s', async (_what, payload) => {
  const { engine, agent, console } = await streaming();
  expect(await console.send('changes', payload)).toMatchObject({ ok: false, error: { code: 'INVALID' } });
  await agent.until('subscribed again', () => console.subscriptions.length === 2);
  expect(await console.changes([opened(1, fakeSession('one'))])).toEqual({ ok: true, seq: 1 });
  expect(await engine.sessions()).toHaveLength(1);
});

test('more unacknowledged batches than agreed, or endless chatter, end the connection', async () => {
  const { engine, console } = await streaming([], { hello: { limits: { inFlight: 1 } } });
  for (let seq = 1; seq <= 50; seq += 1)
    void console.changes([opened(seq, fakeSession(`s${String(seq)}`))], {}, 200);
  await problem(engine, 'FLOODING');
  const chatty = await streaming();
  for (let count = 0; count < 5_000; count += 1)
    chatty.console.socket.emit('command.progress', { nonsense: count });
  await problem(chatty.engine, 'FLOODING');
});

test.each([
  ['another protocol version', () => ({ ...fakeHello(), protocol: '2' }), 'PROTOCOL_UNSUPPORTED', 'refused'],
  [
    'another version that greets differently',
    () => ({ protocol: '9', moon: true }),
    'PROTOCOL_UNSUPPORTED',
    'refused',
  ],
  ['a greeting that is none', () => ({ protocol: '1' }), 'MALFORMED_HELLO', 'waiting'],
])('%s is said in words', async (_what, hello, code, state) => {
  const agent = await open.agent({ hello });
  const engine = open.engine(open.folder());
  await add(engine, agent);
  expect((await problem(engine, code)).is).toBe(state);
  expect(await engine.call('environments.test', { url: agent.url, token: 't' })).toMatchObject({ ok: false });
});

test.each(['UNAUTHENTICATED', 'FORBIDDEN', 'PROTOCOL_UNSUPPORTED'])(
  '%s waits for the person',
  async (code) => {
    let tries = 0;
    const agent = await open.agent({
      refuse: () => {
        tries += 1;
        return { code, message: 'no', supported: ['7'] };
      },
    });
    const engine = open.engine(open.folder());
    await add(engine, agent);
    expect((await problem(engine, code)).is).toBe('refused');
    expect(tries).toBe(1);
    agent.script.refuse = () => null;
    await engine.call('environments.retry', { connection: (await engine.environment()).connection });
    const console = await agent.console();
    await agent.until('subscribed', () => console.subscriptions.length > 0);
  },
);

test('RATE_LIMITED and TOO_MANY_CONNECTIONS are tried again by themselves', async () => {
  let refusals = 2;
  const agent = await open.agent({
    refuse: () => {
      refusals -= 1;
      return refusals < 0
        ? null
        : { code: refusals === 1 ? 'RATE_LIMITED' : 'TOO_MANY_CONNECTIONS', message: '', retryAfterMs: 1 };
    },
  });
  const engine = open.engine(open.folder());
  await add(engine, agent);
  await agent.console();
  expect(refusals).toBe(-1);
});

test('an agent that never answers subscribe or sends nothing hinders nobody else', async () => {
  const silent = await open.agent({ subscribe: undefined });
  const good = await open.agent({}, { hello: { environment: { id: 'good' } } });
  const engine = open.engine(open.folder());
  await add(engine, silent, 'silent');
  const { connection } = await add(engine, good, 'good');
  const console = await good.console();
  await good.until('subscribed', () => console.subscriptions.length > 0);
  await console.snapshot();
  await engine.live(connection);
  silent.drop();
  expect(await console.changes([opened(1, fakeSession('one'))])).toEqual({ ok: true, seq: 1 });
  expect((await engine.environment(connection)).liveSessions).toBe(1);
});

test('another environment behind the same address is not mixed in', async () => {
  const { engine, agent, console } = await streaming([fakeSession('one')]);
  agent.script.hello = () => fakeHello({ environment: { id: 'other' } });
  console.socket.emit('goodbye', { code: 'SHUTTING_DOWN', message: '', retryAfterMs: 1 });
  expect((await problem(engine, 'ENVIRONMENT_CHANGED')).is).toBe('refused');
  expect(await engine.sessions()).toHaveLength(1);
});
