import { expect, test } from 'vitest';
import type { Log } from '#shared/domain/log.ts';
import type { FrameToWindow, Handlers } from '#shared/ipc/contract.ts';
import type { EngineContract } from '#shared/ipc/engine-contract.ts';
import { ProblemError } from '#engine/problem-error.ts';
import { serveCalls } from '#engine/serve-calls.ts';

const quiet = () => undefined;
const log: Log = { debug: quiet, info: quiet, warn: quiet, error: quiet };

function served(handlers: Partial<Handlers<EngineContract>>, methods: readonly string[]) {
  const sent: FrameToWindow[] = [];
  const server = serveCalls({
    handlers: handlers as Handlers<EngineContract>,
    methods,
    send: (frame) => sent.push(frame),
    log,
  });
  const settled = async (count: number): Promise<readonly FrameToWindow[]> => {
    while (sent.length < count) await new Promise((resume) => setImmediate(resume));
    return sent;
  };
  return { server, sent, settled };
}
const call = (id: number, method: string, request: unknown = {}) => ({ type: 'call', id, method, request });

test('only what was allowed may be called, whatever name is used', async () => {
  const { server, settled } = served({ about: () => Promise.resolve({} as never) }, ['about', 'constructor']);
  for (const [id, name] of ['about', 'figures', 'constructor', '__proto__', 'toString'].entries()) {
    server.receive(call(id, name));
  }
  const frames = await settled(5);
  const codes = new Map(frames.map((frame) => ['id' in frame ? frame.id : -1, frame]));
  expect(codes.get(0)).toMatchObject({ type: 'reply' });
  for (const id of [1, 2, 3, 4])
    expect(codes.get(id)).toMatchObject({ type: 'failed', problem: { code: 'NOT_ALLOWED' } });
});

test('a request that does not fit its schema never reaches the handler, and the answer says where', async () => {
  let reached = 0;
  const { server, settled } = served(
    {
      'audit.page': () => {
        reached += 1;
        return Promise.resolve({ rows: [], next: null });
      },
    },
    ['audit.page'],
  );
  server.receive(call(1, 'audit.page', { filter: {}, cursor: null, limit: 5_000 }));
  server.receive(call(2, 'audit.page', { filter: { since: 'yesterday' }, cursor: null, limit: 5 }));
  server.receive(call(3, 'audit.page', { filter: {}, cursor: null, limit: 5, drop: 'tables' }));
  const frames = await settled(3);
  expect(reached).toBe(0);
  expect(frames[0]).toMatchObject({ type: 'failed', problem: { code: 'INVALID' } });
  expect(JSON.stringify(frames[0])).toContain('limit');
  expect(JSON.stringify(frames[1])).toContain('filter.since');
});

test('a flood of calls is bounded; what is running is still answered', async () => {
  let release = (): void => undefined;
  const held = new Promise<void>((resolve) => {
    release = resolve;
  });
  const { server, sent, settled } = served({ about: () => held.then(() => ({}) as never) }, ['about']);
  for (let id = 0; id < 1_000; id += 1) server.receive(call(id, 'about'));
  expect(sent).toHaveLength(936);
  expect(sent[0]).toMatchObject({ type: 'failed', problem: { code: 'TOO_MANY_CALLS' } });
  release();
  const frames = await settled(1_000);
  expect(frames.filter((frame) => frame.type === 'reply')).toHaveLength(64);
});

test('cancelling reaches the question, and closing cancels all of them', async () => {
  const aborted: string[] = [];
  const wait = (name: string) => (_request: unknown, signal: AbortSignal) =>
    new Promise<never>((_resolve, reject) => {
      signal.addEventListener('abort', () => {
        aborted.push(name);
        reject(new DOMException('x', 'AbortError'));
      });
    });
  const { server, settled } = served({ about: wait('about'), figures: wait('figures') }, [
    'about',
    'figures',
  ]);
  server.receive(call(1, 'about'));
  server.receive(call(2, 'figures'));
  server.receive({ type: 'cancel', id: 1 });
  expect(await settled(1)).toMatchObject([{ type: 'failed', id: 1, problem: { code: 'CANCELLED' } }]);
  server.close();
  await settled(2);
  expect(aborted).toEqual(['about', 'figures']);
});

test('problems cross as they are, other errors without their insides, garbage not at all', async () => {
  const problem = { code: 'X', message: 'in words', advice: 'do this' };
  const { server, sent, settled } = served(
    {
      about: () => Promise.reject(new ProblemError(problem)),
      figures: () => Promise.reject(new TypeError('undefined is not a function')),
    },
    ['about', 'figures'],
  );
  for (const garbage of [
    null,
    7,
    'call',
    { type: 'call' },
    { type: 'eval', id: 1 },
    [],
    { ...call(1, 'about'), extra: 1 },
  ]) {
    server.receive(garbage);
  }
  expect(sent).toEqual([]);
  server.receive(call(1, 'about'));
  server.receive(call(2, 'figures'));
  const frames = await settled(2);
  expect(frames[0]).toEqual({ type: 'failed', id: 1, problem });
  expect(frames[1]).toMatchObject({ type: 'failed', id: 2, problem: { code: 'INTERNAL' } });
});
