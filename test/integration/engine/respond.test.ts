import { expect, test } from 'vitest';
import type { FakeAgent, FakeConsole, FakeScript } from '#test/support/fake-agent/fake-agent.ts';
import { fakeHello, fakeSession, type HelloOver } from '#test/support/fake-agent/fake-records.ts';
import type { TestEngine, TestEngineOptions } from '#test/support/test-engine.ts';
import { epochMs, MINUTE } from '#shared/domain/units.ts';
import { CAPABILITIES } from '#shared/protocol/handshake.ts';
import { closing } from './cleanups.ts';

const open = closing();

interface Sent {
  id: string;
  dryRun?: boolean;
  preview?: string;
  selector: Record<string, unknown>;
  confirm?: string;
  [key: string]: unknown;
}
const reach = (sessions: number) => ({
  sessions,
  accounts: sessions,
  privileged: 0,
  service: 0,
  own: 0,
  byRole: { editor: sessions },
  clientSide: 0,
});
const done = (id: string, over: Record<string, unknown> = {}) => ({
  ok: true,
  id,
  state: 'completed',
  matched: 1,
  ended: 1,
  alreadyGone: 0,
  failedCount: 0,
  failed: [],
  replayed: false,
  ...over,
});
/** An agent whose dry runs always reach one session; real commands go to `act`. */
const commands = (act: (sent: Sent, event: string) => unknown, sent: Sent[]): FakeScript => ({
  answer: (event, payload: Sent) => {
    if (event !== 'command' && event !== 'command.get') return { ok: true, items: [] };
    if (payload.dryRun === true) {
      sent.push(payload);
      return {
        ok: true,
        preview: `p${String(sent.length)}`,
        expiresAt: Date.now() + 600_000,
        reach: reach(1),
        sample: [],
      };
    }
    if (event === 'command') sent.push(payload);
    return act(payload, event);
  },
});

async function live(
  script: FakeScript,
  hello: HelloOver = {},
  sessions: readonly unknown[] = [
    fakeSession('one'),
    fakeSession('mine', { account: { id: 'me', name: 'me' } }),
  ],
  options: TestEngineOptions = {},
): Promise<{
  agent: FakeAgent;
  engine: TestEngine;
  console: FakeConsole;
  connection: string;
  profile: string;
}> {
  const agent = await open.agent(script, { hello });
  const profile = open.folder();
  const engine = open.engine(profile, options);
  const { connection } = await engine.call('environments.add', { url: agent.url, token: 't', name: 'Fake' });
  const console = await agent.console();
  await agent.until('subscribed', () => console.subscriptions.length > 0);
  await console.snapshot({ sessions });
  await engine.live();
  return { agent, engine, console, connection, profile };
}
const first = async (engine: TestEngine) => {
  const [operation] = await engine.call('respond.operations', { limit: 1 });
  return operation?.commands[0];
};

test('only what was previewed is ended: the preview is named, the selector is the same, one id for every try', async () => {
  const sent: Sent[] = [];
  const { engine, connection } = await live(commands((one) => done(one.id), sent));
  const preview = await engine.call('respond.preview', {
    selection: { targets: [{ connection, selector: { sessions: ['one'] } }] },
  });
  await engine.call('respond.execute', { operation: preview.operation, reason: 'stolen laptop' });
  await engine.until('receipt', async () => (await first(engine))?.state === 'completed');
  const [dry, real] = sent;
  expect(dry).toMatchObject({ dryRun: true, kind: 'revoke', selector: { sessions: ['one'] } });
  expect(real).toMatchObject({
    kind: 'revoke',
    preview: 'p1',
    operation: preview.operation,
    reason: 'stolen laptop',
    selector: { sessions: ['one'] },
    claim: { name: 'Tess Ter' },
  });
  expect(real?.id).not.toBe(dry?.id);
  await expect(
    engine.call('respond.execute', { operation: '00000000-0000-4000-8000-000000000000', reason: 'x' }),
  ).rejects.toMatchObject({ problem: { code: 'NOT_FOUND' } });
});

/** As older agents greet, and those of others. */
const WITHOUT_KEEPING = CAPABILITIES.filter(
  (one) => one !== 'sessions.clientSide' && one !== 'command.keepOwn',
);

test.each([
  ['named by the console', WITHOUT_KEEPING, { selector: { all: true, except: ['mine'] } }],
  ['left by the agent', undefined, { selector: { all: true }, keepOwn: true }],
])('terminate-all keeps the operator’s own sessions, %s, and wants the name typed', async (_, can, asked) => {
  const sent: Sent[] = [];
  const { engine, connection } = await live(
    commands((one) => done(one.id), sent),
    { accounts: ['me'], ...(can === undefined ? {} : { capabilities: can }) },
  );
  const preview = await engine.call('respond.preview', {
    selection: { targets: [{ connection, selector: { all: true } }] },
  });
  expect(preview.parts[0]).toMatchObject({ needsConfirmation: 'Fake', mirrored: 1 });
  expect(sent[0]).toMatchObject({ dryRun: true, ...asked });
  expect(sent[0]?.selector).toEqual(asked.selector);
  const execute = (confirm: Record<string, string>) =>
    engine.call('respond.execute', { operation: preview.operation, reason: 'leak', confirm });
  await expect(execute({})).rejects.toMatchObject({ problem: { code: 'CONFIRMATION_REQUIRED' } });
  await expect(execute({ [connection]: 'fake' })).rejects.toMatchObject({
    problem: { code: 'CONFIRMATION_REQUIRED' },
  });
  expect(sent).toHaveLength(1);
  await execute({ [connection]: 'Fake' });
  await engine.until('receipt', async () => (await first(engine))?.state === 'completed');
  expect(sent[1]).toMatchObject({ confirm: 'fake', ...asked });
  expect(sent[1]?.selector).toEqual(asked.selector);
});

test('an account that is the operator’s own and named is not kept', async () => {
  const sent: Sent[] = [];
  const { engine, connection } = await live(
    commands((one) => done(one.id), sent),
    { accounts: ['me'], capabilities: WITHOUT_KEEPING },
  );
  await engine.call('respond.preview', {
    selection: { targets: [{ connection, selector: { accounts: ['me'] } }] },
  });
  await engine.call('respond.preview', {
    selection: { targets: [{ connection, selector: { accounts: ['account-one'] } }] },
  });
  expect(sent.map((one) => one.selector)).toEqual([
    { accounts: ['me'] },
    { accounts: ['account-one'], except: ['mine'] },
  ]);
});

test('more targets than an agent takes go in chunks, each previewed and sent by itself', async () => {
  const sent: Sent[] = [];
  const { engine, connection } = await live(
    commands((one) => done(one.id), sent),
    { limits: { targets: 2 } },
  );
  const preview = await engine.call('respond.preview', {
    selection: { targets: [{ connection, selector: { sessions: ['a', 'b', 'c', 'd', 'e'] } }] },
  });
  expect(sent.map((one) => one.selector)).toEqual([
    { sessions: ['a', 'b'] },
    { sessions: ['c', 'd'] },
    { sessions: ['e'] },
  ]);
  expect(preview.parts[0]).toMatchObject({ reach: { sessions: 3 } });
  await engine.call('respond.execute', { operation: preview.operation, reason: 'x' });
  await engine.until('three receipts', async () => {
    const [operation] = await engine.call('respond.operations', { limit: 1 });
    return operation?.commands.every((command) => command.state === 'completed') === true;
  });
  expect(
    sent
      .slice(3)
      .map((one) => one.preview)
      .sort(),
  ).toEqual(['p1', 'p2', 'p3']);
});

test('an agent that dies before it answers is asked what became of it, not told again', async () => {
  const sent: Sent[] = [];
  let journalled: string | null = null;
  const script = commands((one, event) => {
    if (event === 'command') {
      journalled = one.id;
      // It has journalled the command, and its answer is lost.
      return undefined;
    }
    return journalled === one.id
      ? { ...done(one.id), proofs: [] }
      : { ok: false, error: { code: 'NOT_FOUND', message: '' } };
  }, sent);
  const { agent, engine, connection } = await live(script);
  const preview = await engine.call('respond.preview', {
    selection: { targets: [{ connection, selector: { sessions: ['one'] } }] },
  });
  await engine.call('respond.execute', { operation: preview.operation, reason: 'x' });
  await agent.until('journalled', () => journalled !== null);
  agent.drop();
  await engine.until('learnt', async () => (await first(engine))?.state === 'completed');
  expect(sent.filter((one) => one.dryRun !== true)).toHaveLength(1);
});

test('an agent that lost its state knows nothing of what it was doing: that is said, and it is not told again', async () => {
  const sent: Sent[] = [];
  let forgotten = false;
  let ahead = 0;
  const script = commands(
    ({ id }) =>
      forgotten
        ? { ok: false, error: { code: 'NOT_FOUND', message: '' } }
        : done(id, { state: 'running', ended: 0, proofs: [] }),
    sent,
  );
  const { engine, connection } = await live(script, {}, [fakeSession('one')], {
    clock: () => epochMs(Date.now() + ahead),
    respondTimes: { poll: 20 },
  });
  const preview = await engine.call('respond.preview', {
    selection: { targets: [{ connection, selector: { sessions: ['one'] } }] },
  });
  await engine.call('respond.execute', { operation: preview.operation, reason: 'x' });
  await engine.until('under way', async () => (await first(engine))?.state === 'running');
  forgotten = true;
  ahead = 16 * MINUTE;
  const command = await engine.until('over', async () => {
    const one = await first(engine);
    return typeof one?.finishedAt === 'number' ? one : null;
  });
  expect(command).toMatchObject({ state: 'unreachable', ended: 0, problem: { code: 'FORGOTTEN' } });
  expect(sent.filter((one) => one.dryRun !== true)).toHaveLength(1);
});

test('a crash of the engine between intent and sending: the same id goes out once it is back', async () => {
  const sent: Sent[] = [];
  const script = commands(
    (one, event) =>
      event === 'command.get' ? { ok: false, error: { code: 'NOT_FOUND', message: '' } } : done(one.id),
    sent,
  );
  const { agent, engine, connection, profile } = await live(script);
  const preview = await engine.call('respond.preview', {
    selection: { targets: [{ connection, selector: { sessions: ['one'] } }] },
  });
  agent.script.refuse = () => ({ code: 'RATE_LIMITED', message: '', retryAfterMs: 1 });
  agent.drop();
  await engine.until('offline', async () => (await engine.environment()).state.is !== 'live');
  const view = await engine.call('respond.execute', { operation: preview.operation, reason: 'x' });
  const id = view.commands[0]?.id;
  await engine.until('said', async () => (await first(engine))?.state === 'unreachable');
  await engine.stop();
  expect(sent).toHaveLength(1);
  agent.script.refuse = () => null;
  const second = open.engine(profile, { tokens: { [connection]: 't' } });
  await second.until('receipt', async () => (await first(second))?.state === 'completed');
  expect(sent.slice(1).map((one) => one.id)).toEqual([id]);
});

test('refusals are said in words and end the command; a busy agent is tried again', async () => {
  const sent: Sent[] = [];
  let answers = 0;
  const { engine, connection } = await live(
    commands((one, event) => {
      if (event === 'command.get') return { ok: false, error: { code: 'NOT_FOUND', message: '' } };
      answers += 1;
      return answers === 1
        ? { ok: false, error: { code: 'RATE_LIMITED', message: 'wait', details: { retryAfterMs: 1 } } }
        : { ok: false, error: { code: 'STALE', message: 'preview expired' } };
    }, sent),
  );
  const preview = await engine.call('respond.preview', {
    selection: { targets: [{ connection, selector: { sessions: ['one'] } }] },
  });
  await engine.call('respond.execute', { operation: preview.operation, reason: 'x' });
  const command = await engine.until('refused', async () => {
    const one = await first(engine);
    return one?.state === 'refused' ? one : null;
  });
  expect(command.problem).toMatchObject({ code: 'STALE' });
  expect(command.problem?.advice).toMatch(/Preview again/);
  expect(command.finishedAt).not.toBeNull();
  expect(new Set(sent.slice(1).map((one) => JSON.stringify(one))).size).toBe(1);
});

test('progress and proofs of the agent reach the receipt; those of another connection do not', async () => {
  const sent: Sent[] = [];
  const { engine, console, connection } = await live(
    commands((one) => ({ ...done(one.id), state: 'running', matched: 10, ended: 0, proofs: [] }), sent),
  );
  const preview = await engine.call('respond.preview', {
    selection: { targets: [{ connection, selector: { sessions: ['one'] } }] },
  });
  const view = await engine.call('respond.execute', { operation: preview.operation, reason: 'x' });
  const id = view.commands[0]?.id;
  await engine.until('running', async () => (await first(engine))?.state === 'running');
  console.socket.emit('command.progress', { id, done: 4, total: 10 });
  await engine.until('progress', async () => (await first(engine))?.done === 4);
  const proof = {
    id,
    at: 5,
    final: true,
    stillGone: 9,
    cameBack: [{ id: 'x', cause: 'remember-me', endedAgain: true }],
  };
  console.socket.emit('command.proof', proof);
  console.socket.emit('command.proof', proof);
  const command = await engine.until('proof', async () => {
    const one = await first(engine);
    return one !== undefined && one.proofs.length > 0 ? one : null;
  });
  expect(command.proofs).toEqual([proof]);
});

test('an environment that is away is said to be unavailable, the others are previewed', async () => {
  const sent: Sent[] = [];
  const { agent, engine, connection } = await live(commands((one) => done(one.id), sent));
  const other = await open.agent({ refuse: () => ({ code: 'RATE_LIMITED', message: '' }) });
  const away = await engine.call('environments.add', { url: other.url, token: 't', name: 'Away' });
  const preview = await engine.call('respond.preview', {
    selection: {
      targets: [
        { connection: away.connection, selector: { all: true } },
        { connection, selector: { sessions: ['one'] } },
      ],
    },
  });
  expect(preview.parts.map((part) => part.is)).toEqual(['unavailable', 'ready']);
  expect(agent.url).not.toBe(other.url);
  expect(fakeHello().protocol).toBe('1');
});
