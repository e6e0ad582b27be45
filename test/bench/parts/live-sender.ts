import { fork, type ChildProcess } from 'node:child_process';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Server, type Socket } from 'socket.io';
import { NAMESPACE } from '#shared/protocol/limits.ts';
import { fakeHello } from '#test/support/fake-agent/fake-records.ts';
import { traffic } from '#test/support/traffic.ts';

// A process of its own that has so many live sessions and then tells of changes at a pace that the bench sets: sessions in
// use, or a day's traffic in which as many people sign out as sign in.

const PART = 1_000;
const BATCH = 500;
const IN_FLIGHT = 8;
const TICK_MS = 50;
/** Of nine changes of a day's traffic: signing in (two: the event and the session), leaving, and using. */
const USES = 5;
const ROUND = 4 + USES;

interface Wish {
  readonly perSecond: number;
  readonly kind: 'uses' | 'day';
}
type Told =
  | { readonly is: 'port'; readonly port: number }
  | { readonly is: 'listed' }
  | { readonly is: 'count'; readonly acknowledged: number }
  | { readonly is: 'refused'; readonly answer: unknown };

const tell = (message: Told): void => {
  process.send?.(message);
};

/** Runs when the program is started as `<program> live-sender <sessions>`. */
export function sendLive(sessions: number): void {
  const start = Date.now() - 3_600_000;
  const people = traffic({ seed: 11, prefix: 'b', sessions, start: start - sessions * 10, stepMs: 1 });
  const opened = sessions;
  let [next, oldest, seq, acknowledged] = [opened, 0, 0, 0];
  let wish: Wish = { perSecond: 0, kind: 'uses' };
  let owed = 0;

  const using = (at: number): Record<string, unknown> => {
    const number = oldest + Math.floor(people.random() * (next - oldest));
    const session = people.sessionNumber(number);
    return { kind: 'session.updated', session: { ...session, last: { ...session.last, at } } };
  };
  const coming = (at: number): Record<string, unknown>[] => {
    const session = people.sessionNumber(next);
    next += 1;
    return [
      {
        kind: 'session.opened',
        session: { ...session, opened: { ...session.opened, at }, last: { ...session.last, at } },
      },
      {
        kind: 'audit',
        event: { ...people.event(), at, recordedAt: at, action: 'login', sessionId: session.id },
      },
    ];
  };
  const going = (at: number): Record<string, unknown>[] => {
    const { id, account } = people.sessionNumber(oldest);
    oldest += 1;
    return [
      { kind: 'session.closed', id, reason: 'logout' },
      {
        kind: 'audit',
        event: { ...people.event(), at, recordedAt: at, action: 'logout', account, sessionId: id },
      },
    ];
  };
  const batchOf = (count: number): Record<string, unknown>[] => {
    const at = Date.now();
    const items: Record<string, unknown>[] = [];
    while (items.length + (wish.kind === 'uses' ? 1 : ROUND) <= count) {
      if (wish.kind === 'uses') items.push(using(at));
      else items.push(...coming(at), ...going(at), ...Array.from({ length: USES }, () => using(at)));
    }
    return items.map((item) => ({ ...item, seq: (seq += 1), at }));
  };

  const http = createServer();
  const io = new Server(http, {
    transports: ['websocket'],
    perMessageDeflate: false,
    maxHttpBufferSize: 64 * 1024 * 1024,
  });
  io.of(NAMESPACE).on('connection', (socket: Socket) => {
    let flying = 0;
    socket.on('subscribe', (_request: unknown, answer: (reply: unknown) => void) => {
      answer({ ok: true, subscription: 's1', mode: 'snapshot', next: 0 });
      const part = (from: number): void => {
        const last = from + PART >= opened;
        socket.emit(
          'snapshot',
          {
            subscription: 's1',
            epoch: 'e1',
            part: from / PART,
            last,
            asOf: 0,
            sessions: Array.from({ length: Math.min(PART, opened - from) }, (_, n) =>
              people.sessionNumber(from + n),
            ),
            accounts: from === 0 ? Array.from({ length: people.people }, (_, n) => people.account(n)) : [],
          },
          () => {
            if (last) tell({ is: 'listed' });
            else part(from + PART);
          },
        );
      };
      part(0);
    });
    socket.on('history', (_request: unknown, answer: (reply: unknown) => void) => {
      answer({ ok: true, items: [] });
    });
    const pump = (): void => {
      owed = Math.min(owed + (wish.perSecond * TICK_MS) / 1_000, BATCH * IN_FLIGHT);
      while (owed >= ROUND && flying < IN_FLIGHT) {
        const items = batchOf(Math.min(BATCH, Math.floor(owed)));
        owed -= items.length;
        flying += 1;
        socket.emit(
          'changes',
          { subscription: 's1', epoch: 'e1', from: seq - items.length + 1, to: seq, items },
          (answer: { ok: boolean }) => {
            flying -= 1;
            if (answer.ok) acknowledged += items.length;
            else tell({ is: 'refused', answer });
          },
        );
      }
    };
    const timer = setInterval(pump, TICK_MS);
    socket.on('disconnect', () => {
      clearInterval(timer);
    });
    socket.emit('hello', fakeHello({ limits: { inFlight: IN_FLIGHT, batch: BATCH } }));
  });
  process.on('message', (message: Wish | 'count') => {
    if (message === 'count') tell({ is: 'count', acknowledged });
    else wish = message;
  });
  process.on('disconnect', () => process.exit(0));
  http.listen(0, '127.0.0.1', () => {
    tell({ is: 'port', port: (http.address() as AddressInfo).port });
  });
}

export interface LiveSender {
  readonly url: string;
  /** Resolves when the console has taken every live session. */
  readonly listed: Promise<void>;
  /** From now on so many changes a second, as far as they are acknowledged in time. */
  change(wish: Wish): void;
  /** Changes acknowledged so far. */
  acknowledged(): Promise<number>;
  stop(): void;
}

/** Starts this very program again as the sender. */
export async function startLiveSender(sessions: number): Promise<LiveSender> {
  const child: ChildProcess = fork(process.argv[1] ?? '', ['live-sender', String(sessions)], {
    execArgv: [],
  });
  child.on('message', (message: Told) => {
    if (message.is === 'refused') throw new Error(`a batch was refused: ${JSON.stringify(message.answer)}`);
  });
  const told = <Is extends Told['is']>(is: Is): Promise<Extract<Told, { is: Is }>> =>
    new Promise((resolve) => {
      const listen = (message: Told): void => {
        if (message.is !== is) return;
        child.off('message', listen);
        resolve(message as Extract<Told, { is: Is }>);
      };
      child.on('message', listen);
    });
  const listed = told('listed').then(() => undefined);
  const { port } = await told('port');
  return {
    url: `http://127.0.0.1:${String(port)}`,
    listed,
    change: (wish) => {
      child.send(wish);
    },
    acknowledged: async () => {
      const count = told('count');
      child.send('count');
      return (await count).acknowledged;
    },
    stop: () => {
      child.kill();
    },
  };
}
