import { EventEmitter } from 'node:events';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { serveCalls } from '#main/serve-calls.ts';
import { method } from '#shared/ipc/contract.ts';
import type { CallAnswer } from '#shared/ipc/main-contract.ts';

const contract = { double: method<number>()(() => z.strictObject({ of: z.number() })) };
const silent = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
};
type Invoke = (event: unknown, raw: unknown) => Promise<CallAnswer>;

function served(): Invoke {
  let invoke: Invoke | undefined;
  const ipc = {
    handle: (_channel: string, handler: Invoke) => {
      invoke = handler;
    },
  };
  serveCalls(
    ipc as unknown as Parameters<typeof serveCalls>[0],
    contract,
    () => ({
      double: ({ of }) => (of > 100 ? Promise.reject(new Error('too much')) : Promise.resolve(of * 2)),
    }),
    silent,
  );
  if (invoke === undefined) throw new Error('nothing was registered');
  return invoke;
}
const page = { senderFrame: { url: 'app://watchfloor/index.html', parent: null } };

describe('calls from windows', () => {
  test('a good call is answered', async () => {
    expect(await served()(page, { name: 'double', request: { of: 4 } })).toEqual({ value: 8 });
  });

  test.each([
    ['another origin', { senderFrame: { url: 'https://example.org/', parent: null } }],
    ['an origin that only begins alike', { senderFrame: { url: 'app://watchfloor.example/', parent: null } }],
    ['a frame inside the page', { senderFrame: { url: 'app://watchfloor/x.html', parent: {} } }],
    ['a frame that is gone', { senderFrame: null }],
  ])('%s is refused', async (_what, event) => {
    const answer = await served()(event, { name: 'double', request: { of: 4 } });
    expect(answer).toMatchObject({ problem: { code: 'FORBIDDEN' } });
  });

  test.each([
    ['app://watchfloor/index.html', { value: 8 }],
    ['https://example.org/', { problem: { code: 'FORBIDDEN' } }],
    ['', { problem: { code: 'FORBIDDEN' } }],
  ])('a page that main has not heard of yet is waited for: %s', async (url, answer) => {
    const sender = new EventEmitter();
    const senderFrame = { url: '', parent: null };
    const called = served()({ senderFrame, sender }, { name: 'double', request: { of: 4 } });
    let answered = false;
    void called.then(() => {
      answered = true;
    });
    await new Promise((resolve) => setImmediate(resolve));
    expect(answered).toBe(false);
    senderFrame.url = url;
    sender.emit(url === '' ? 'destroyed' : 'did-navigate');
    expect(await called).toMatchObject(answer);
    expect(sender.eventNames()).toEqual([]);
  });

  test.each([
    ['an unknown method', { name: 'triple', request: { of: 4 } }],
    ['a method of Object', { name: 'constructor', request: {} }],
    ['a request of the wrong shape', { name: 'double', request: { of: '4' } }],
    ['an unknown member', { name: 'double', request: { of: 4, more: 1 } }],
    ['no call at all', 'double'],
  ])('%s is invalid', async (_what, raw) => {
    expect(await served()(page, raw)).toMatchObject({ problem: { code: 'INVALID' } });
  });

  test('an error becomes a problem in words', async () => {
    expect(await served()(page, { name: 'double', request: { of: 101 } })).toEqual({
      problem: { code: 'INTERNAL', message: 'too much' },
    });
  });
});
