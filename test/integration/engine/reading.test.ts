import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Server } from 'socket.io';
import { afterEach, expect, test } from 'vitest';
import { openSocket, type Acknowledge, type AgentSocket } from '#engine/connections/socket.ts';
import { NAMESPACE } from '#shared/protocol/limits.ts';
import { fakeEvent, fakeHello } from '#test/support/fake-agent/fake-records.ts';

const later: (() => void)[] = [];
afterEach(() => {
  for (const end of later.splice(0)) end();
});

test('what waits to be written keeps a connection from being read, and an answer that is awaited does not wait for it', async () => {
  const http = createServer();
  const io = new Server(http, { transports: ['websocket'], maxHttpBufferSize: 64 * 1024 * 1024 });
  later.push(() => void io.close());
  io.of(NAMESPACE).on('connection', (socket) => {
    socket.on('told.everything', (_payload, answer: (reply: unknown) => void) => {
      answer('an answer');
    });
    socket.emit('hello', fakeHello());
    for (let number = 0; number < 6; number += 1) {
      const items = Array.from({ length: 500 }, (_, n) => ({
        seq: number * 500 + n + 1,
        at: 1,
        kind: 'audit',
        event: fakeEvent(`e${String(number * 500 + n)}`, { message: 'x'.repeat(500) }),
      }));
      const [from, to] = [number * 500 + 1, (number + 1) * 500];
      socket.emit('changes', { subscription: 's1', epoch: 'e1', from, to, items }, () => undefined);
    }
  });
  await new Promise<void>((listening) => http.listen(0, '127.0.0.1', listening));

  const came: Acknowledge[] = [];
  const waits: { readonly count: number; readonly go: () => void }[] = [];
  const until = (count: number): Promise<void> =>
    new Promise((go) => {
      if (came.length >= count) go();
      else waits.push({ count, go });
    });
  const nothing = (): void => undefined;
  const socket: AgentSocket = openSocket(
    {
      url: `http://127.0.0.1:${String((http.address() as AddressInfo).port)}`,
      token: 't',
      ca: null,
      pin: null,
      proxy: null,
      client: { id: 'c', name: 'c', version: '0' },
    },
    {
      failed: (problem) => {
        throw new Error(problem.message);
      },
      closed: nothing,
      certificate: nothing,
      hello: nothing,
      goodbye: nothing,
      status: nothing,
      snapshot: nothing,
      told: nothing,
      malformed: (what) => {
        throw new Error(what);
      },
      changes: (_batch, acknowledge) => {
        came.push(acknowledge);
        for (const { count, go } of waits) if (came.length === count) go();
      },
    },
    { debug: nothing, info: nothing, warn: nothing, error: nothing },
  );
  later.push(() => {
    socket.close();
  });

  await until(4);
  // Set after the one that ends a pause, and due before it, this timer fires before anything more can be read.
  await new Promise((resume) => setTimeout(resume, 100));
  expect(came).toHaveLength(4);
  came[0]?.({ ok: true, seq: 500 });
  await until(5);
  await new Promise((resume) => setTimeout(resume, 100));
  expect(came).toHaveLength(5);
  // The answer lies behind the sixth batch.
  expect(await socket.request('told.everything', {}, 20_000)).toBe('an answer');
  expect(came).toHaveLength(6);
});
