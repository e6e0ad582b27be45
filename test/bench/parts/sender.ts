import { fork, type ChildProcess } from 'node:child_process';
import { readFileSync } from 'node:fs';
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
const MOST_PAST_MS = 120_000;

interface Item {
  seq: number;
  at: number;
  readonly kind: string;
  event?: { id: string; at: number; recordedAt: number; sessionId?: string };
  session?: { id: string; opened: { at: number }; last: { at: number }; expiresAt: number | null };
  id?: string;
}
interface Prepared {
  readonly accounts: readonly unknown[];
  /** Sent first, and not counted. */
  readonly past: readonly Item[];
  /** Sent again and again: each time as other events and sessions, later. */
  readonly live: readonly Item[];
  /** How much later each time, ms. */
  readonly span: number;
}

/** Strangers as much as people at home, a third of the events sign-ins: what nobody can have known before. */
function flood(): Prepared {
  const people = traffic({ seed: 11, prefix: '', sessions: 200_000, settled: true });
  const live = Array.from({ length: PREPARED * BATCH }, (_, n): Item => {
    // Sessions lie between events, as they do in an agent's log.
    if (n % 5 < (EVENTS / BATCH) * 5) {
      const event = people.event() as unknown as NonNullable<Item['event']>;
      return { seq: 0, at: event.at, kind: 'audit', event };
    }
    const session = people.session() as unknown as NonNullable<Item['session']>;
    return { seq: 0, at: session.last.at, kind: 'session.updated', session };
  });
  return { accounts: [], past: [], live, span: (live.at(-1)?.at ?? 0) - (live[0]?.at ?? 0) };
}

const sessionOf = ({ event, session, id }: Item): string | undefined =>
  event === undefined ? (session?.id ?? id) : event.sessionId;

/** Lets everything happen again, later, as other events; in a working life in other sessions too. */
function again(live: readonly Item[], span: number, rounds: { readonly sessions: boolean }) {
  const events = live.map(({ event }) => event?.id ?? '');
  const sessions = live.map(sessionOf);
  return (at: number, round: number): Item => {
    const item = live[at] as Item;
    const mark = round.toString(36).padStart(4, '0');
    const { event, session } = item;
    if (event !== undefined) event.id = `${mark}-${events[at] ?? ''}`;
    if (round === 1) return item;
    item.at += span;
    if (event !== undefined) {
      event.at += span;
      event.recordedAt += span;
    }
    if (session !== undefined) session.last.at += span;
    const own = sessions[at];
    if (!rounds.sessions || own === undefined) return item;
    const id = `${mark}-${own}`;
    if (event !== undefined) event.sessionId = id;
    else if (session === undefined) item.id = id;
    else {
      session.id = id;
      session.opened.at += span;
      if (session.expiresAt !== null) session.expiresAt += span;
    }
    return item;
  };
}

/** Runs when the program is started as `<program> sender [file of a working life]`. */
export function send(file: string | undefined): void {
  const { accounts, past, live, span } =
    file === undefined ? flood() : (JSON.parse(readFileSync(file, 'utf8')) as Prepared);
  const renewed = again(live, span, { sessions: file !== undefined });
  let acknowledged = 0;
  let round = 0;

  const http = createServer();
  const io = new Server(http, {
    transports: ['websocket'],
    perMessageDeflate: false,
    maxHttpBufferSize: 64 * 1024 * 1024,
  });
  io.of(NAMESPACE).on('connection', (socket: Socket) => {
    // Before nought lies the past.
    let next = -past.length;
    let seq = 0;
    let alive = true;
    socket.on('disconnect', () => {
      alive = false;
    });
    const pump = (): void => {
      if (!alive) return;
      if (next === 0) round += 1;
      const first = next;
      const till = Math.min(first + BATCH, first < 0 ? 0 : live.length);
      const items = (first < 0 ? past : live).slice(first, till === 0 ? undefined : till);
      next += items.length;
      if (next >= live.length) next = 0;
      const from = seq + 1;
      items.forEach((item, at) => {
        seq += 1;
        item.seq = seq;
        if (first >= 0) renewed(first + at, round);
      });
      socket.emit(
        'changes',
        { subscription: 's1', epoch: 'e1', from, to: seq, items },
        (answer: { ok: boolean }) => {
          if (answer.ok) acknowledged += items.length;
          else process.send?.({ is: 'refused', answer });
          pump();
        },
      );
    };
    socket.on('subscribe', (_request: unknown, answer: (reply: unknown) => void) => {
      answer({ ok: true, subscription: 's1', mode: 'snapshot', next: 0 });
      socket.emit(
        'snapshot',
        { subscription: 's1', epoch: 'e1', part: 0, last: true, asOf: 0, sessions: [], accounts },
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
  process.on('message', () => process.send?.({ is: 'count', acknowledged: acknowledged - past.length }));
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
   * measured after five times `warmUpMs`. A working life begins when its past was sent.
   */
  rate(warmUpMs: number, ms: number): Promise<number>;
  stop(): void;
}

/** Starts this very program again as the sender, of a working life that lies in a file or else of a flood. */
export async function startSender(file?: string): Promise<Sender> {
  const child: ChildProcess = fork(process.argv[1] ?? '', ['sender', ...(file === undefined ? [] : [file])], {
    execArgv: [],
  });
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
      for (let waited = 0; (await count()) < 0; waited += 100) {
        if (waited > MOST_PAST_MS) throw new Error('what happened before is not acknowledged');
        await sleep(100);
      }
      await sleep(warmUpMs);
      for (
        let waited = file === undefined ? warmUpMs : Infinity;
        waited < MOST_WARM_UP * warmUpMs;
        waited += 100
      ) {
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
