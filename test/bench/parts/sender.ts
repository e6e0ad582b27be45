import { fork, type ChildProcess } from 'node:child_process';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Server, type Socket } from 'socket.io';
import { NAMESPACE } from '#shared/protocol/limits.ts';
import { fakeHello } from '#test/support/fake-agent/fake-records.ts';
import { traffic } from '#test/support/traffic.ts';

// A process of its own that sends what an agent sends, as fast as it is acknowledged: batches of 500 changes, 300 of
// them events and 200 sessions in use, eight batches in flight. The same bytes go to the product and to its ceilings.

const BATCH = 500;
const EVENTS = 300;
const IN_FLIGHT = 8;
const PREPARED = 200;
const MOST_WARM_UP = 5;

interface Prepared {
  readonly items: { seq: number; at: number; kind: string; event?: { id: string; at: number } }[];
}

/** Runs when the program is started as `<program> sender`. */
export function send(): void {
  const people = traffic({ seed: 11, prefix: '', sessions: 200_000, settled: true });
  const prepared: Prepared[] = Array.from({ length: PREPARED }, () => ({
    items: Array.from({ length: BATCH }, (_, n) => {
      // Sessions lie between events, as they do in an agent's log.
      if (n % 5 < (EVENTS / BATCH) * 5) {
        const event = people.event();
        return { seq: 0, at: event.at, kind: 'audit', event: event as unknown as { id: string; at: number } };
      }
      const session = people.session();
      return { seq: 0, at: Number(session.last.at), kind: 'session.updated', session };
    }),
  }));
  const first = prepared[0]?.items[0]?.at ?? 0;
  // Another id and a later time at every round: each event is sent once.
  const ids = prepared.map(({ items }) => items.map(({ event }) => event?.id ?? ''));
  const span = (prepared.at(-1)?.items.at(-1)?.at ?? 0) - first;
  let acknowledged = 0;
  let round = 0;

  const http = createServer();
  const io = new Server(http, {
    transports: ['websocket'],
    perMessageDeflate: false,
    maxHttpBufferSize: 64 * 1024 * 1024,
  });
  io.of(NAMESPACE).on('connection', (socket: Socket) => {
    let next = 0;
    let seq = 0;
    let alive = true;
    socket.on('disconnect', () => {
      alive = false;
    });
    const pump = (): void => {
      if (!alive) return;
      const batch = prepared[next % PREPARED];
      if (batch === undefined) return;
      if (next % PREPARED === 0) round += 1;
      const own = ids[next % PREPARED] ?? [];
      next += 1;
      const from = seq + 1;
      const mark = round.toString(36).padStart(4, '0');
      batch.items.forEach((item, at) => {
        seq += 1;
        item.seq = seq;
        if (item.event === undefined) return;
        item.event.id = `${mark}-${own[at] ?? ''}`;
        item.at += span;
        item.event.at = item.at;
      });
      socket.emit(
        'changes',
        { subscription: 's1', epoch: 'e1', from, to: seq, items: batch.items },
        (answer: { ok: boolean }) => {
          if (answer.ok) acknowledged += BATCH;
          else process.send?.({ is: 'refused', answer });
          pump();
        },
      );
    };
    socket.on('subscribe', (_request: unknown, answer: (reply: unknown) => void) => {
      answer({ ok: true, subscription: 's1', mode: 'snapshot', next: 0 });
      socket.emit(
        'snapshot',
        { subscription: 's1', epoch: 'e1', part: 0, last: true, asOf: 0, sessions: [], accounts: [] },
        () => {
          for (let n = 0; n < IN_FLIGHT; n += 1) pump();
        },
      );
    });
    socket.on('history', (_request: unknown, answer: (reply: unknown) => void) => {
      answer({ ok: true, items: [] });
    });
    socket.emit('hello', fakeHello({ limits: { inFlight: IN_FLIGHT, batch: BATCH } }));
  });
  process.on('message', () => process.send?.({ is: 'count', acknowledged }));
  process.on('disconnect', () => process.exit(0));
  http.listen(0, '127.0.0.1', () => {
    process.send?.({ is: 'port', port: (http.address() as AddressInfo).port });
  });
}

export interface Sender {
  readonly url: string;
  /**
   * Changes acknowledged a second for `ms`, from `warmUpMs` from now on or from when everything that is prepared was
   * sent once: nobody meets all their people, addresses and devices within a second. Whoever is too slow for that is
   * measured after five times `warmUpMs`.
   */
  rate(warmUpMs: number, ms: number): Promise<number>;
  stop(): void;
}

/** Starts this very program again as the sender. */
export async function startSender(): Promise<Sender> {
  const child: ChildProcess = fork(process.argv[1] ?? '', ['sender'], { execArgv: [] });
  const told = (is: string): Promise<Record<string, unknown>> =>
    new Promise((resolve) => {
      const listen = (message: Record<string, unknown>): void => {
        if (message['is'] === 'refused') throw new Error(`a batch was refused: ${JSON.stringify(message)}`);
        if (message['is'] !== is) return;
        child.off('message', listen);
        resolve(message);
      };
      child.on('message', listen);
    });
  const { port } = await told('port');
  const count = async (): Promise<number> => {
    child.send('count');
    return Number((await told('count'))['acknowledged']);
  };
  const sleep = (ms: number): Promise<void> => new Promise((resume) => setTimeout(resume, ms));
  return {
    url: `http://127.0.0.1:${String(port)}`,
    rate: async (warmUpMs, ms) => {
      await sleep(warmUpMs);
      for (let waited = warmUpMs; waited < MOST_WARM_UP * warmUpMs; waited += 100) {
        if ((await count()) >= PREPARED * BATCH) break;
        await sleep(100);
      }
      const [before, start] = [await count(), performance.now()];
      await sleep(ms);
      const after = await count();
      return ((after - before) / (performance.now() - start)) * 1_000;
    },
    stop: () => {
      child.kill();
    },
  };
}
