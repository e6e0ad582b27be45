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
const EPOCH = 'e1';
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

/** Sessions of one person: nobody has forty of them. */
const APIECE = 2;
/** Of its forty sessions in the traffic a person has the first ones only. */
const SPREAD = 40 / APIECE;
const STEP_MS = 10;

type Items = readonly Record<string, unknown>[];
interface Batch {
  readonly from: number;
  readonly to: number;
  readonly items: Items;
}

/** Runs when the program is started as `<program> live-sender <sessions>`. */
export function sendLive(sessions: number): void {
  const start = Date.now() - 3_600_000 - sessions * SPREAD * STEP_MS;
  const people = traffic({
    seed: 11,
    prefix: 'b',
    sessions,
    people: Math.ceil(sessions / APIECE),
    settled: true,
    start,
    stepMs: 1,
  });
  const sessionNumber = (number: number) => people.sessionNumber(number * SPREAD);
  let [next, oldest, seq, acknowledged] = [sessions, 0, 0, 0];
  let wish: Wish = { perSecond: 0, kind: 'uses' };
  let [owed, subscriptions] = [0, 0];
  /** Sent and not acknowledged, oldest first: what a console that comes back has not got. */
  let pending: Batch[] = [];

  const using = (at: number): Record<string, unknown> => {
    const number = oldest + Math.floor(people.random() * (next - oldest));
    const session = sessionNumber(number);
    return { kind: 'session.updated', session: { ...session, last: { ...session.last, at } } };
  };
  const telling = (action: string, number: number, at: number): Record<string, unknown> => {
    const { id, account, last } = sessionNumber(number);
    return {
      kind: 'audit',
      event: {
        ...people.event(),
        at,
        recordedAt: at,
        action,
        outcome: 'success',
        reason: undefined,
        account,
        ip: last.ip,
        userAgent: last.userAgent,
        sessionId: id,
      },
    };
  };
  const coming = (at: number): Items => {
    const session = sessionNumber(next);
    next += 1;
    return [
      {
        kind: 'session.opened',
        session: { ...session, opened: { ...session.opened, at }, last: { ...session.last, at } },
      },
      telling('login', next - 1, at),
    ];
  };
  const going = (at: number): Items => {
    const { id } = sessionNumber(oldest);
    oldest += 1;
    return [{ kind: 'session.closed', id, reason: 'logout' }, telling('logout', oldest - 1, at)];
  };
  const batchOf = (count: number): Batch => {
    const at = Date.now();
    const from = seq + 1;
    const items: Record<string, unknown>[] = [];
    while (items.length + (wish.kind === 'uses' ? 1 : ROUND) <= count) {
      if (wish.kind === 'uses') items.push(using(at));
      else items.push(...coming(at), ...going(at), ...Array.from({ length: USES }, () => using(at)));
    }
    return { from, items: items.map((item) => ({ ...item, seq: (seq += 1), at })), to: seq };
  };

  const http = createServer();
  const io = new Server(http, {
    transports: ['websocket'],
    perMessageDeflate: false,
    maxHttpBufferSize: 64 * 1024 * 1024,
  });
  io.of(NAMESPACE).on('connection', (socket: Socket) => {
    let subscription = '';
    let ready = false;
    let flying = 0;
    const send = (batch: Batch): void => {
      const asked = subscription;
      flying += 1;
      socket.emit(
        'changes',
        { subscription, epoch: EPOCH, from: batch.from, to: batch.to, items: batch.items },
        (answer: { ok: boolean }) => {
          if (asked !== subscription) return;
          flying -= 1;
          if (!answer.ok) {
            // The console subscribes again, and gets it once more.
            ready = false;
            tell({ is: 'refused', answer });
            return;
          }
          acknowledged += batch.items.length;
          pending = pending.filter((one) => one !== batch);
        },
      );
    };
    const snapshot = (): void => {
      const [first, last] = [oldest, next];
      // What is not acknowledged is in the snapshot.
      pending = [];
      const part = (number: number): void => {
        const from = first + number * PART;
        const ends = from + PART >= last;
        const numbers = Array.from({ length: Math.min(PART, last - from) }, (_, n) => from + n);
        const accounts = [...new Set(numbers.map((n) => Math.floor(n / APIECE) % people.people))];
        socket.emit(
          'snapshot',
          {
            subscription,
            epoch: EPOCH,
            part: number,
            last: ends,
            asOf: seq,
            sessions: numbers.map(sessionNumber),
            accounts: accounts.map((n) => people.account(n)),
          },
          () => {
            if (!ends) {
              part(number + 1);
              return;
            }
            ready = true;
            tell({ is: 'listed' });
          },
        );
      };
      part(0);
    };
    socket.on(
      'subscribe',
      (request: { resume: { epoch: string; seq: number } | null }, answer: (reply: unknown) => void) => {
        const { resume } = request;
        subscriptions += 1;
        subscription = `s${String(subscriptions)}`;
        [ready, flying] = [false, 0];
        const missed = resume === null ? [] : pending.filter(({ to }) => to > resume.seq);
        const honoured =
          resume?.epoch === EPOCH && resume.seq === (missed[0] === undefined ? seq : missed[0].from - 1);
        answer({
          ok: true,
          subscription,
          mode: honoured ? 'resume' : 'snapshot',
          next: honoured ? resume.seq + 1 : seq + 1,
        });
        if (!honoured) {
          snapshot();
          return;
        }
        pending = missed;
        ready = true;
        for (const batch of missed) send(batch);
      },
    );
    socket.on('history', (_request: unknown, answer: (reply: unknown) => void) => {
      answer({ ok: true, items: [] });
    });
    const pump = (): void => {
      if (!ready) return;
      owed = Math.min(owed + (wish.perSecond * TICK_MS) / 1_000, BATCH * IN_FLIGHT);
      while (owed >= ROUND && flying < IN_FLIGHT) {
        const batch = batchOf(Math.min(BATCH, Math.floor(owed)));
        owed -= batch.items.length;
        pending.push(batch);
        send(batch);
      }
    };
    const timer = setInterval(pump, TICK_MS);
    socket.on('disconnect', () => {
      ready = false;
      clearInterval(timer);
    });
    socket.emit(
      'hello',
      fakeHello({ limits: { inFlight: IN_FLIGHT, batch: BATCH }, log: { epoch: EPOCH, head: seq } }),
    );
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
    if (message.is === 'refused') console.log(`  a batch was refused: ${JSON.stringify(message.answer)}`);
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
