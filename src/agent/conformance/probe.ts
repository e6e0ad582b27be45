import { randomUUID } from 'node:crypto';
import type { Socket } from 'socket.io-client';
import { io } from 'socket.io-client';
import { SECOND } from '#shared/domain/units.ts';
import { NAMESPACE, PROTOCOL_VERSION } from '#shared/protocol/limits.ts';

/** A message of the agent, in the order it came. */
export interface Received {
  readonly event: string;
  readonly payload: unknown;
}

/** A console that only listens and asks, for testing an agent. */
export interface Probe {
  readonly received: readonly Received[];
  /** Answers `snapshot` and `changes`; may answer later, or never. Default: as a correct console. */
  onData(answer: (event: string, payload: unknown, acknowledge: (answer: unknown) => void) => void): void;
  ask(event: string, request: unknown): Promise<Record<string, unknown>>;
  /** The first message that fits, of those that came and those that come. */
  wait(fits: (message: Received) => boolean, what: string, ms?: number): Promise<Received>;
  isConnected(): boolean;
  close(): void;
}

const WAIT_MS = 20 * SECOND;

export interface Handshake {
  readonly url: string;
  readonly auth: Readonly<Record<string, unknown>>;
  readonly namespace?: string;
}

export const handshake = (url: string, token: string): Handshake => ({
  url,
  auth: {
    protocol: PROTOCOL_VERSION,
    token,
    client: { id: `conformance-${randomUUID()}`, name: 'Conformance test', version: PROTOCOL_VERSION },
  },
});

function open({ url, auth, namespace = NAMESPACE }: Handshake): Socket {
  return io(`${url.replace(/\/$/, '')}${namespace}`, {
    transports: ['websocket'],
    forceNew: true,
    reconnection: false,
    timeout: WAIT_MS,
    auth,
  });
}

/** The `data` of the refusal; rejects when the agent lets the console in. */
export function refused(options: Handshake): Promise<unknown> {
  const socket = open(options);
  return new Promise((resolve, reject) => {
    socket.on('connect', () => {
      socket.close();
      reject(new Error('the handshake was accepted'));
    });
    socket.on('connect_error', (error) => {
      socket.close();
      resolve('data' in error ? error.data : undefined);
    });
  });
}

/** The agent did not let us in, or nobody answered (`code` null). */
export class RefusedConnection extends Error {
  override readonly name = 'RefusedConnection';
  readonly refusal: { readonly code: string | null; readonly message: string };

  constructor(message: string, data: unknown) {
    super(`cannot connect: ${message} ${data === undefined ? '' : JSON.stringify(data)}`.trim());
    const told = typeof data === 'object' && data !== null && 'code' in data ? String(data.code) : null;
    this.refusal = { code: told, message };
  }
}

/** @throws RefusedConnection */
export async function connect(options: Handshake): Promise<Probe> {
  const socket = open(options);
  const received: Received[] = [];
  const waiting = new Set<(message: Received) => void>();
  let answer: Parameters<Probe['onData']>[0] = (event, payload, acknowledge) => {
    const member = event === 'snapshot' ? 'part' : 'to';
    const value = (payload as Record<string, unknown>)[member];
    acknowledge(event === 'snapshot' ? { ok: true, part: value } : { ok: true, seq: value });
  };
  socket.onAny((event: string, ...parameters: unknown[]) => {
    const message = { event, payload: parameters[0] };
    received.push(message);
    for (const listener of [...waiting]) listener(message);
    const acknowledge = parameters[1];
    if (typeof acknowledge === 'function')
      answer(event, parameters[0], acknowledge as (value: unknown) => void);
  });
  await new Promise<void>((resolve, reject) => {
    socket.once('connect', () => resolve());
    socket.once('connect_error', (error) => {
      socket.close();
      const data: unknown = 'data' in error ? error.data : undefined;
      reject(new RefusedConnection(error.message, data));
    });
  });
  return {
    received,
    onData(next) {
      answer = next;
    },
    async ask(event, request) {
      const reply: unknown = await socket.timeout(WAIT_MS).emitWithAck(event, request);
      if (typeof reply !== 'object' || reply === null)
        throw new Error(`the answer to ${event} is not an object`);
      return reply as Record<string, unknown>;
    },
    wait(fits, what, ms = WAIT_MS) {
      const there = received.find(fits);
      if (there !== undefined) return Promise.resolve(there);
      return new Promise((resolve, reject) => {
        const timer = setTimeout(() => {
          waiting.delete(listener);
          reject(new Error(`${what} did not come within ${String(ms / SECOND)} s`));
        }, ms);
        const listener = (message: Received) => {
          if (!fits(message)) return;
          clearTimeout(timer);
          waiting.delete(listener);
          resolve(message);
        };
        waiting.add(listener);
      });
    },
    isConnected: () => socket.connected,
    close: () => void socket.close(),
  };
}
