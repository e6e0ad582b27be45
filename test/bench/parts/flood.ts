import { fork, type ChildProcess } from 'node:child_process';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Server, type Socket } from 'socket.io';
import { NAMESPACE } from '#shared/protocol/limits.ts';
import { fakeHello } from '#test/support/fake-agent/fake-records.ts';
import { traffic, type Traffic } from '#test/support/traffic.ts';

// A process of its own that plays several agents at once: each sends a snapshot, then its events all at once, as fast
// as they are acknowledged. Nothing is kept of what was sent, so that its own memory does not disturb the machine.

const PART = 500;
const IN_FLIGHT = 4;
/** Live sessions of one person, at most. */
const EACH = 4;

export interface FloodOptions {
  readonly environments: number;
  /** Sessions in the snapshot of each environment. */
  readonly sessions: number;
  /** Events that each environment has to tell after it. */
  readonly events: number;
}

/** Runs when the program is started as `<program> flood <options as JSON>`. */
export function flood(): void {
  const options = JSON.parse(process.argv[3] ?? '{}') as FloodOptions;
  let [staged, acknowledged, ready] = [0, 0, 0];
  for (let number = 0; number < options.environments; number += 1) {
    agent(number, options, {
      staged: (count) => (staged += count),
      acknowledged: (count) => (acknowledged += count),
      listening: (port) => {
        ports[number] = port;
        ready += 1;
        if (ready === options.environments) process.send?.({ is: 'ports', ports });
      },
    });
  }
  const ports: number[] = [];
  process.on('message', () => process.send?.({ is: 'count', staged, acknowledged }));
  process.on('disconnect', () => process.exit(0));
}

interface Told {
  staged(count: number): void;
  acknowledged(count: number): void;
  listening(port: number): void;
}

function agent(number: number, options: FloodOptions, told: Told): void {
  const people: Traffic = traffic({
    seed: 3 + number,
    prefix: `n${String(number)}-`,
    people: Math.max(5_000, Math.floor(options.sessions / EACH)),
    sessions: Math.max(200_000, options.sessions),
    start: Date.now() - 3_600_000,
    stepMs: 50,
    settled: true,
  });
  const http = createServer();
  const io = new Server(http, { transports: ['websocket'], perMessageDeflate: false });
  io.of(NAMESPACE).on('connection', (socket: Socket) => {
    const subscription = 's1';
    const parts = Math.max(1, Math.ceil(options.sessions / PART));
    let [part, seq] = [0, 0];
    const sendPart = (): void => {
      if (part >= parts) return;
      const own = part;
      part += 1;
      const from = own * PART;
      const sessions = Array.from({ length: Math.min(PART, options.sessions - from) }, (_, at) =>
        // The numbers of one person follow each other by forties: most people have one session, some have a few.
        people.sessionNumber(((from + at) * 4_007) % (40 * people.people)),
      );
      socket.emit(
        'snapshot',
        { subscription, epoch: 'e1', part: own, last: own === parts - 1, asOf: 0, sessions, accounts: [] },
        () => {
          told.staged(sessions.length);
          if (own === parts - 1) for (let n = 0; n < IN_FLIGHT; n += 1) sendBatch();
          else sendPart();
        },
      );
    };
    const sendBatch = (): void => {
      if (seq >= options.events) return;
      const from = seq + 1;
      const items = Array.from({ length: Math.min(PART, options.events - seq) }, () => {
        seq += 1;
        const event = people.event();
        return { seq, at: event.at, kind: 'audit', event };
      });
      socket.emit('changes', { subscription, epoch: 'e1', from, to: seq, items }, () => {
        told.acknowledged(items.length);
        sendBatch();
      });
    };
    socket.on(
      'subscribe',
      (request: { resume: { seq: number } | null }, answer: (reply: unknown) => void) => {
        const { resume } = request;
        answer({
          ok: true,
          subscription,
          mode: resume === null ? 'snapshot' : 'resume',
          next: resume?.seq ?? 0,
        });
        if (resume === null) for (let n = 0; n < IN_FLIGHT; n += 1) sendPart();
        else for (let n = 0; n < IN_FLIGHT; n += 1) sendBatch();
      },
    );
    socket.on('history', (_request: unknown, answer: (reply: unknown) => void) => {
      answer({ ok: true, items: [] });
    });
    socket.emit('hello', fakeHello({ limits: { inFlight: IN_FLIGHT, batch: PART } }));
  });
  http.listen(0, '127.0.0.1', () => {
    told.listening((http.address() as AddressInfo).port);
  });
}

export interface Flood {
  readonly urls: readonly string[];
  count(): Promise<{ readonly staged: number; readonly acknowledged: number }>;
  stop(): void;
}

/** Starts this very program again as the agents. */
export async function startFlood(options: FloodOptions): Promise<Flood> {
  const child: ChildProcess = fork(process.argv[1] ?? '', ['flood', JSON.stringify(options)], {
    execArgv: [],
  });
  const next = (is: string): Promise<Record<string, unknown>> =>
    new Promise((resolve) => {
      const listen = (message: Record<string, unknown>): void => {
        if (message['is'] !== is) return;
        child.off('message', listen);
        resolve(message);
      };
      child.on('message', listen);
    });
  const { ports } = await next('ports');
  return {
    urls: (ports as number[]).map((port) => `http://127.0.0.1:${String(port)}`),
    count: async () => {
      const answer = next('count');
      child.send('count');
      const { staged, acknowledged } = await answer;
      return { staged: Number(staged), acknowledged: Number(acknowledged) };
    },
    stop: () => {
      child.kill();
    },
  };
}
