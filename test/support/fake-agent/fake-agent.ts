import { createServer, type Server as HttpServer } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { Server, type Socket } from 'socket.io';
import type { Change } from '#shared/protocol/changes.ts';
import { NAMESPACE } from '#shared/protocol/limits.ts';
import { fakeHello, type HelloOver } from './fake-records.ts';

/** A console that has connected, as the script sees it. */
export interface FakeConsole {
  readonly socket: Socket;
  /** What it asked in `subscribe`, in order. */
  readonly subscriptions: {
    resume: { epoch: string; seq: number } | null;
    want: string[];
    subscription: string;
  }[];
  readonly requests: { event: string; payload: unknown }[];
  /** Sends with an acknowledgement; resolves with what the console answered, or 'none' after a while. */
  send(event: 'changes' | 'snapshot', payload: unknown, waitMs?: number): Promise<unknown>;
  /** A batch of these changes in the current subscription. */
  changes(changes: readonly Change[], over?: Record<string, unknown>, waitMs?: number): Promise<unknown>;
  snapshot(over?: Record<string, unknown>, waitMs?: number): Promise<unknown>;
  closed: boolean;
}

/** How the agent behaves; everything may be changed while it runs. */
export interface FakeScript {
  /** A refusal for the handshake; null: welcome. */
  refuse?: (() => { code: string; message: string; [key: string]: unknown } | null) | undefined;
  /** What is said first; undefined: nothing at all. */
  hello?: (() => unknown) | undefined;
  /** How `subscribe` is answered; undefined: never. */
  subscribe?: ((request: { resume: unknown; want: string[] }, console: FakeConsole) => unknown) | undefined;
  /** Runs after the answer to `subscribe` has gone out. */
  subscribed?: ((console: FakeConsole) => void | Promise<void>) | undefined;
  /** Answers every other request; undefined: never. */
  answer?: ((event: string, payload: never, console: FakeConsole) => unknown) | undefined;
}

export interface FakeAgent {
  readonly url: string;
  readonly script: FakeScript;
  readonly consoles: FakeConsole[];
  /** The newest console; waits for it. */
  console(): Promise<FakeConsole>;
  /** Waits for a condition of the script. */
  until(what: string, condition: () => boolean): Promise<void>;
  /** Closes the sockets without a word, as a crash does. */
  drop(): void;
  stop(): Promise<void>;
}

const WAIT_MS = 15_000;

/** Test equipment: an agent that does exactly what its script says, however wrong. */
export async function startFakeAgent(
  script: FakeScript = {},
  options: {
    readonly tls?: { key: string; cert: string };
    readonly port?: number;
    readonly hello?: HelloOver;
  } = {},
): Promise<FakeAgent> {
  const { tls } = options;
  const http: HttpServer = tls === undefined ? createServer() : createTlsServer(tls);
  const io = new Server(http, {
    transports: ['websocket'],
    serveClient: false,
    maxHttpBufferSize: 64 * 1024 * 1024,
  });
  const consoles: FakeConsole[] = [];
  const live: FakeScript = {
    hello: () => fakeHello(options.hello),
    subscribe: (request, console) => ({
      ok: true,
      subscription: `s${String(console.subscriptions.length)}`,
      mode: request.resume === null ? 'snapshot' : 'resume',
      next: 1,
    }),
    answer: () => ({ ok: false, error: { code: 'UNSUPPORTED', message: 'not in this test' } }),
    ...script,
  };

  io.of(NAMESPACE).use((_socket, next) => {
    const refusal = live.refuse?.() ?? null;
    if (refusal === null) next();
    else next(Object.assign(new Error(refusal.message), { data: refusal }));
  });
  io.of(NAMESPACE).on('connection', (socket) => {
    const send: FakeConsole['send'] = (event, payload, waitMs = 2_000) =>
      new Promise((resolve) => {
        socket.timeout(waitMs).emit(event, payload, (error: Error | null, answer: unknown) => {
          resolve(error === null ? answer : 'none');
        });
      });
    const current = (): string => one.subscriptions.at(-1)?.subscription ?? 'none';
    const one: FakeConsole = {
      socket,
      subscriptions: [],
      requests: [],
      closed: false,
      send,
      changes: (items, over = {}, waitMs) =>
        send(
          'changes',
          {
            subscription: current(),
            epoch: 'e1',
            from: items[0]?.seq,
            to: items.at(-1)?.seq,
            items,
            ...over,
          },
          waitMs,
        ),
      snapshot: (over = {}, waitMs) =>
        send(
          'snapshot',
          {
            subscription: current(),
            epoch: 'e1',
            part: 0,
            last: true,
            asOf: 0,
            sessions: [],
            accounts: [],
            ...over,
          },
          waitMs,
        ),
    };
    consoles.push(one);
    socket.on('disconnect', () => {
      one.closed = true;
    });
    socket.onAny((event: string, payload: unknown, acknowledge: unknown) => {
      if (typeof acknowledge !== 'function') return;
      const answer = acknowledge as (value: unknown) => void;
      if (event === 'subscribe') {
        const request = payload as { resume: { epoch: string; seq: number } | null; want: string[] };
        const entry = { ...request, subscription: `s${String(one.subscriptions.length + 1)}` };
        one.subscriptions.push(entry);
        const reply = live.subscribe?.(request, one) as { subscription?: string } | undefined;
        if (reply === undefined) return;
        if (reply.subscription !== undefined) entry.subscription = reply.subscription;
        answer(reply);
        void live.subscribed?.(one);
        return;
      }
      one.requests.push({ event, payload });
      const reply = live.answer?.(event, payload as never, one);
      if (reply !== undefined) answer(reply);
    });
    const hello = live.hello?.();
    if (hello !== undefined) socket.emit('hello', hello);
  });

  await new Promise<void>((resolve) => http.listen(options.port ?? 0, '127.0.0.1', resolve));
  const { port } = http.address() as AddressInfo;
  const until: FakeAgent['until'] = async (what, condition) => {
    const end = Date.now() + WAIT_MS;
    while (!condition()) {
      if (Date.now() > end) throw new Error(`waited in vain: ${what}`);
      await new Promise((resume) => setTimeout(resume, 5));
    }
  };
  return {
    url: `${tls === undefined ? 'http' : 'https'}://127.0.0.1:${String(port)}`,
    script: live,
    consoles,
    until,
    console: async () => {
      await until('a console', () => consoles.some((one) => !one.closed));
      const found = consoles.findLast((one) => !one.closed);
      if (found === undefined) throw new Error('the console has gone');
      return found;
    },
    drop: () => {
      for (const one of consoles) one.socket.conn.close();
    },
    stop: async () => {
      await io.close();
    },
  };
}
