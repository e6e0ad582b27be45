import { z } from 'zod';
import { Refusal, Status } from '#shared/protocol/handshake.ts';
import { PROTOCOL_VERSION } from '#shared/protocol/limits.ts';
import type { Check } from './check.ts';
import { conforms, must } from './check.ts';
import { handshake, refused } from './probe.ts';

export const HANDSHAKE_CHECKS: readonly Check[] = [
  {
    name: 'the default namespace is refused',
    async run({ options }) {
      await refused({ ...handshake(options.url, options.token), namespace: '/' });
    },
  },
  {
    name: 'another protocol version is refused and the supported one named',
    async run({ options }) {
      const { url, auth } = handshake(options.url, options.token);
      const refusal = conforms(Refusal, await refused({ url, auth: { ...auth, protocol: '0' } }), 'refusal');
      must(refusal.code === 'PROTOCOL_UNSUPPORTED', `the code is ${refusal.code}`);
      must(refusal.supported?.includes(PROTOCOL_VERSION) === true, 'supported does not name the version');
    },
  },
  {
    name: 'a wrong token is refused with UNAUTHENTICATED',
    async run({ options }) {
      const refusal = conforms(Refusal, await refused(handshake(options.url, 'not-a-token')), 'refusal');
      must(refusal.code === 'UNAUTHENTICATED', `the code is ${refusal.code}`);
    },
  },
  {
    name: 'a handshake without auth is refused',
    async run({ options }) {
      conforms(Refusal, await refused({ url: options.url, auth: {} }), 'refusal');
    },
  },
  {
    name: 'hello is the first message and complete',
    run({ probe, hello }) {
      must(
        probe.received[0]?.event === 'hello',
        `the first message is ${probe.received[0]?.event ?? 'missing'}`,
      );
      must(hello.log.tail <= hello.log.head + 1, 'log.tail is beyond log.head');
      must(Math.abs(hello.now - Date.now()) < 86_400_000, 'now is not the time in milliseconds');
      return Promise.resolve();
    },
  },
  {
    name: 'status comes at least every 15 s and is complete',
    async run({ probe }) {
      const { payload } = await probe.wait(({ event }) => event === 'status', 'status', 17_000);
      conforms(Status, payload, 'status');
    },
  },
  {
    name: 'payloads that make no sense are answered, not fatal',
    async run({ probe }) {
      for (const payload of [null, 42, 'text', [], { selector: { sessions: {} } }]) {
        for (const event of ['subscribe', 'history', 'sessions.get', 'command', 'command.get', 'approve']) {
          const answer = await probe.ask(event, payload);
          const { code } = conforms(
            z.object({ code: z.string() }),
            answer['error'],
            `the answer to ${event}`,
          );
          must(answer['ok'] === false && code === 'INVALID', `${event} ${JSON.stringify(payload)}: ${code}`);
        }
      }
      must(probe.isConnected(), 'the connection was closed');
    },
  },
];
