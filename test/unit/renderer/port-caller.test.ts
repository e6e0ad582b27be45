import { MessageChannel, type MessagePort as NodePort } from 'node:worker_threads';
import { afterEach, expect, test } from 'vitest';
import type { z } from 'zod';
import type { FrameToEngine, FrameToWindow, Method } from '#shared/ipc/contract.ts';
import { createPortCaller, type Port } from '#renderer/bridge/port-caller.ts';
import { ENGINE_AWAY, ProblemError } from '#renderer/bridge/problem-error.ts';

type Question = Method<z.ZodString, string>;
type Contract = Readonly<Record<'echo' | 'slow', Question>>;
const open: NodePort[] = [];

afterEach(() => {
  for (const port of open.splice(0)) port.close();
});

/** The other end of a port, with what it was sent. */
function engineEnd() {
  const { port1, port2 } = new MessageChannel();
  open.push(port1, port2);
  const frames: FrameToEngine[] = [];
  const waiting: (() => void)[] = [];
  port1.on('message', (frame: FrameToEngine) => {
    frames.push(frame);
    if (frame.type === 'call' && frame.method === 'echo') {
      send({ type: 'reply', id: frame.id, value: frame.request });
    }
    for (const wake of waiting.splice(0)) wake();
  });
  const send = (frame: FrameToWindow) => {
    port1.postMessage(frame);
  };
  const received = async (type: FrameToEngine['type'], count = 1) => {
    while (frames.filter((frame) => frame.type === type).length < count) {
      await new Promise<void>((resolve) => waiting.push(resolve));
    }
    return frames.filter((frame) => frame.type === type);
  };
  return { port: port2 as unknown as Port, send, received };
}

const codeOf = (error: unknown) => (error instanceof ProblemError ? error.problem.code : String(error));

test('answers find their question, in any order', async () => {
  const caller = createPortCaller<Contract, never>();
  const end = engineEnd();
  caller.attach(end.port);
  const first = caller.call('slow', 'a');
  const second = caller.call('slow', 'b');
  const [a, b] = await end.received('call', 2);
  end.send({ type: 'reply', id: b!.id, value: 'for b' });
  end.send({ type: 'reply', id: a!.id, value: 'for a' });
  expect(await Promise.all([first, second])).toEqual(['for a', 'for b']);
});

test('a problem arrives with its code and advice', async () => {
  const caller = createPortCaller<Contract, never>();
  const end = engineEnd();
  caller.attach(end.port);
  const asked = caller.call('slow', 'a');
  const [frame] = await end.received('call');
  end.send({
    type: 'failed',
    id: frame!.id,
    problem: { code: 'LIMIT', message: 'Too many.', advice: 'Fewer.' },
  });
  await expect(asked).rejects.toMatchObject({ problem: { code: 'LIMIT', advice: 'Fewer.' } });
});

test('withdrawing a question tells the engine, and a late answer changes nothing', async () => {
  const caller = createPortCaller<Contract, never>();
  const end = engineEnd();
  caller.attach(end.port);
  const abort = new AbortController();
  const asked = caller.call('slow', 'a', abort.signal);
  const [frame] = await end.received('call');
  abort.abort();
  await expect(asked).rejects.toMatchObject({ name: 'AbortError' });
  expect(await end.received('cancel')).toEqual([{ type: 'cancel', id: frame!.id }]);
  end.send({ type: 'reply', id: frame!.id, value: 'too late' });
  expect(await caller.call('echo', 'still works')).toBe('still works');
});

test('a new port rejects what was asked over the old one, and works', async () => {
  const caller = createPortCaller<Contract, never>();
  const before = engineEnd();
  const after = engineEnd();
  const attached: boolean[] = [];
  caller.onAttach((lost) => attached.push(lost));
  caller.attach(before.port);
  const lost = caller.call('slow', 'a').catch(codeOf);
  await before.received('call');
  caller.attach(after.port);
  expect(await lost).toBe(ENGINE_AWAY);
  expect(await caller.call('echo', 'hello')).toBe('hello');
  // What was asked over the first port is asked again over the second.
  expect(attached).toEqual([false, true]);
});

test('what is asked before the first port is answered over it, whatever the engine says of its start', async () => {
  const caller = createPortCaller<Contract, never>();
  const attached: boolean[] = [];
  caller.onAttach((lost) => attached.push(lost));
  const early = caller.call('echo', 'early');
  const withdrawn = new AbortController();
  const other = caller.call('echo', 'withdrawn', withdrawn.signal);
  withdrawn.abort();
  await expect(other).rejects.toMatchObject({ name: 'AbortError' });
  caller.detach();
  const end = engineEnd();
  caller.attach(end.port);
  expect(await early).toBe('early');
  expect((await end.received('call')).length).toBe(1);
  // So nothing needs to be asked again.
  expect(attached).toEqual([false]);
});

test('an engine that cannot start answers at once, and so does a second call', async () => {
  const caller = createPortCaller<Contract, never>();
  const early = caller.call('echo', 'a').catch(codeOf);
  caller.giveUp();
  expect(await early).toBe(ENGINE_AWAY);
  expect(await caller.call('echo', 'b').catch(codeOf)).toBe(ENGINE_AWAY);
  caller.attach(engineEnd().port);
  expect(await caller.call('echo', 'c')).toBe('c');
});

test('without a port nothing waits forever', async () => {
  const caller = createPortCaller<Contract, never>(20);
  expect(await caller.call('echo', 'a').catch(codeOf)).toBe(ENGINE_AWAY);
  caller.attach(engineEnd().port);
  const asked = caller.call('slow', 'a').catch(codeOf);
  caller.detach();
  expect(await asked).toBe(ENGINE_AWAY);
  expect(await caller.call('echo', 'after the first one').catch(codeOf)).toBe(ENGINE_AWAY);
});

test('events reach every listener until it is disposed', async () => {
  const caller = createPortCaller<Contract, string>();
  const end = engineEnd();
  caller.attach(end.port);
  const heard: string[] = [];
  const dispose = caller.onEvent((event) => heard.push(event));
  end.send({ type: 'event', event: 'one' });
  await caller.call('echo', '');
  dispose();
  end.send({ type: 'event', event: 'two' });
  await caller.call('echo', '');
  expect(heard).toEqual(['one']);
});

test('what was asked before the first port goes first, in its order, also where a listener asks at once', async () => {
  const caller = createPortCaller<Contract, never>();
  const end = engineEnd();
  caller.onAttach(() => void caller.call('slow', 'when attached').catch(() => undefined));
  void caller.call('slow', 'first').catch(() => undefined);
  void caller.call('slow', 'second').catch(() => undefined);
  caller.attach(end.port);
  const calls = await end.received('call', 3);
  expect(calls.map((frame) => 'request' in frame && frame.request)).toEqual([
    'first',
    'second',
    'when attached',
  ]);
});

test('what waits for the first port goes ahead of it, is answered over it, and is not asked twice', async () => {
  const caller = createPortCaller<Contract, never>();
  const end = engineEnd();
  const asked = caller.call('slow', 'early');
  const abort = new AbortController();
  const withdrawn = caller.call('slow', 'not wanted', abort.signal);
  let told: boolean | null = null;
  caller.onAttach((lost) => {
    told = lost;
  });
  // Whoever holds the port sends over it before it is the page's.
  caller.ahead((frame) => {
    end.port.postMessage(frame);
  });
  const calls = await end.received('call', 2);
  end.send({ type: 'reply', id: calls[0]!.id, value: 'answered' });
  abort.abort();
  await expect(withdrawn).rejects.toMatchObject({ name: 'AbortError' });
  caller.attach(end.port);
  expect(await asked).toBe('answered');
  expect(told).toBe(false);
  expect(await end.received('cancel')).toEqual([{ type: 'cancel', id: calls[1]!.id }]);
  expect(await end.received('call', 2)).toHaveLength(2);
});

test('what went ahead of a port that never came is refused when the engine is given up', async () => {
  const caller = createPortCaller<Contract, never>();
  const asked = caller.call('slow', 'early');
  caller.ahead(() => undefined);
  caller.giveUp();
  expect(codeOf(await asked.catch((error: unknown) => error))).toBe(ENGINE_AWAY);
});
