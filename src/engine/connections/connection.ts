import { assertNever } from '#shared/domain/assert-never.ts';
import { seq } from '#shared/domain/ids.ts';
import type { Log } from '#shared/domain/log.ts';
import type { Problem } from '#shared/domain/result.ts';
import type { Clock } from '#shared/domain/units.ts';
import type { CertificateView } from '#shared/ipc/desk-views.ts';
import type { Hello, Status } from '#shared/protocol/handshake.ts';
import { SubscribeAnswer, type ChangesEnvelope, type SnapshotEnvelope } from '#shared/protocol/stream.ts';
import type { Cursor } from '../mirror/cursors.ts';
import type { Ingest, Who } from '../ingest/ingest.ts';
import type { SnapshotGap, StagedSnapshot } from '../mirror/staging.ts';
import type { Effect, Input, Machine, TimerName } from './machine.ts';
import { newMachine } from './machine.ts';
import { reduce } from './reduce.ts';
import { openSocketSoon } from './open-socket.ts';
import type { Acknowledge, AgentSocket, SocketTarget } from './socket.ts';

export interface ConnectionNews {
  /** The machine moved: its state should be shown. */
  moved(machine: Machine): void;
  /** May replace who this is: the connection took over the data of a removed one. */
  greeted(hello: Hello): Who;
  status(status: Status): void;
  /** What the agent showed. */
  certificate(certificate: CertificateView): void;
  noted(problem: Problem): void;
  told(event: string, payload: unknown): void;
}
export interface SnapshotTimes {
  /** Agent's clock. */
  readonly now: () => number;
  readonly lastKnown: () => number | null;
  readonly applied: () => void;
}
export interface Connection {
  readonly machine: () => Machine;
  start(): void;
  reconnect(): void;
  /** Sends a request while greeted; rejects when there is no connection or no answer. */
  request(event: string, payload: unknown, timeoutMs: number): Promise<unknown>;
  stop(): void;
}

/** The shell of the state machine: sockets, timers and the mirror on one side, `reduce` on the other. */
export function createConnection(options: {
  readonly who: Who;
  readonly target: () => SocketTarget;
  readonly cursor: Cursor | null;
  readonly environment: string | null;
  readonly clock: Clock;
  readonly random: () => number;
  readonly ingest: Ingest;
  readonly times: SnapshotTimes;
  readonly news: ConnectionNews;
  readonly log: Log;
}): Connection {
  const { clock, ingest, news, log } = options;
  let who = options.who;
  let machine = newMachine(options.cursor, options.environment);
  let socket: AgentSocket | null = null;
  let staging: { round: number; generation: number | null; chain: Promise<void> } | null = null;
  let staged: (StagedSnapshot & SnapshotGap) | null = null;
  let applying: Promise<void> = Promise.resolve();
  let nextAck = 0;
  const acks = new Map<number, Acknowledge>();
  const timers = new Map<TimerName, NodeJS.Timeout>();
  const inbox: Input[] = [];
  let running = false;

  /** One input at a time, in order, also when an effect causes the next one at once. */
  const dispatch = (input: Input): void => {
    inbox.push(input);
    if (running) return;
    running = true;
    try {
      for (let next = inbox.shift(); next !== undefined; next = inbox.shift()) {
        const before = machine.phase;
        const step = reduce(machine, next, { now: clock(), random: options.random() });
        machine = step.machine;
        for (const effect of step.effects) perform(effect);
        if (machine.phase !== before) news.moved(machine);
      }
    } finally {
      running = false;
    }
  };
  const keep = (acknowledge: Acknowledge): number => {
    nextAck += 1;
    acks.set(nextAck, acknowledge);
    return nextAck;
  };

  const perform = (effect: Effect): void => {
    switch (effect.do) {
      case 'connect':
        connect();
        return;
      case 'disconnect':
        socket?.close();
        socket = null;
        acks.clear();
        return;
      case 'timer':
        clearTimeout(timers.get(effect.name));
        timers.set(
          effect.name,
          setTimeout(() => {
            dispatch({ type: 'timer', name: effect.name });
          }, effect.ms),
        );
        return;
      case 'cancel':
        clearTimeout(timers.get(effect.name));
        return;
      case 'subscribe':
        subscribe(effect);
        return;
      case 'ack':
        acks.get(effect.ack)?.(effect.answer);
        acks.delete(effect.ack);
        return;
      case 'greeted':
        who = news.greeted(effect.hello);
        return;
      case 'stage':
        stage(effect.round, effect.part, effect.view);
        return;
      case 'apply':
        apply(effect.round);
        return;
      case 'write':
        void write(effect.round, effect.batch, effect.after, effect.view);
        return;
      case 'note':
        log.warn('the stream of an agent had a fault', { connection: who.id, code: effect.problem.code });
        news.noted(effect.problem);
        return;
      default:
        assertNever(effect);
    }
  };

  const connect = (): void => {
    socket = openSocketSoon(
      options.target(),
      {
        failed: (problem, person, retryAfterMs) => {
          dispatch({ type: 'failed', problem, person, retryAfterMs });
        },
        closed: (problem) => {
          dispatch({ type: 'closed', problem });
        },
        hello: (hello) => {
          dispatch({ type: 'hello', hello });
        },
        goodbye: (goodbye) => {
          dispatch({ type: 'goodbye', goodbye });
        },
        certificate: (certificate) => {
          news.certificate(certificate);
        },
        status: (status) => {
          news.status(status);
        },
        snapshot: (part, acknowledge) => {
          dispatch({ type: 'snapshot', part, ack: keep(acknowledge) });
        },
        changes: (batch, acknowledge) => {
          dispatch({ type: 'changes', batch, ack: keep(acknowledge) });
        },
        malformed: (what, acknowledge) => {
          dispatch({ type: 'malformed', what, ack: acknowledge === null ? null : keep(acknowledge) });
        },
        told: (event, payload) => {
          news.told(event, payload);
        },
      },
      log,
    );
  };

  const subscribe = (effect: Extract<Effect, { do: 'subscribe' }>): void => {
    const { round, resume, want } = effect;
    const payload = { resume: resume === null ? null : { epoch: resume.epoch, seq: resume.seq }, want };
    // The machine has its own, shorter timer for this.
    socket?.ask('subscribe', payload, 60_000, (error, raw) => {
      if (error !== null) return;
      const answer = SubscribeAnswer.safeParse(raw);
      if (!answer.success) dispatch({ type: 'subscribe-failed', round, error: null });
      else if (!answer.data.ok) dispatch({ type: 'subscribe-failed', round, error: answer.data.error });
      else {
        const { subscription, mode } = answer.data;
        dispatch({ type: 'subscribed', round, subscription, mode });
      }
    });
  };

  const stage = (round: number, part: SnapshotEnvelope, view: string): void => {
    if (part.part === 0 || staging?.round !== round) {
      staging = { round, generation: null, chain: Promise.resolve() };
    }
    const mine = staging;
    // Parts in order: the first one makes the generation that the others belong to.
    mine.chain = mine.chain.then(async () => {
      const gap = part.last ? { at: options.times.now(), after: options.times.lastKnown() } : null;
      const result = await ingest.part(
        who,
        { ...part, generation: mine.generation, view, gap },
        () => machine.round === round,
      );
      if (result.is === 'failed') dispatch({ type: 'unwritable', round });
      if (result.is !== 'committed' || result.generation === null) return;
      mine.generation = result.generation;
      if (gap !== null) {
        staged = {
          generation: result.generation,
          connection: who.key,
          epoch: part.epoch,
          asOf: part.asOf,
          view,
          ...gap,
        };
      }
      dispatch({ type: 'staged', round, part: part.part });
    });
  };

  const apply = (round: number): void => {
    const snapshot = staged;
    if (snapshot === null) throw new Error('no snapshot is staged');
    staged = null;
    applying = ingest.apply(who, snapshot, snapshot).then((result) => {
      if (result.is !== 'committed') {
        if (result.is === 'failed')
          log.error('a snapshot could not be applied', { error: String(result.error) });
        dispatch({ type: 'unwritable', round });
        return;
      }
      options.times.applied();
      dispatch({ type: 'committed', round, cursor: cursorOf(snapshot) });
    });
  };

  const write = async (round: number, batch: ChangesEnvelope, after: number, view: string): Promise<void> => {
    await applying;
    const result = await ingest.changes(
      who,
      { ...batch, after: seq(after), view },
      () => machine.round === round,
    );
    if (result.is === 'committed') {
      dispatch({ type: 'committed', round, cursor: { epoch: batch.epoch, seq: batch.to, view } });
    } else if (result.is === 'failed') {
      log.error('a batch could not be written', { connection: who.id, error: String(result.error) });
      dispatch({ type: 'unwritable', round });
    }
  };

  return {
    machine: () => machine,
    start: () => {
      dispatch({ type: 'start' });
    },
    reconnect: () => {
      dispatch({ type: 'reconnect' });
    },
    request: (event, payload, timeoutMs) =>
      socket === null
        ? Promise.reject(new Error('not connected'))
        : socket.request(event, payload, timeoutMs),
    stop: () => {
      dispatch({ type: 'stop' });
      for (const timer of timers.values()) clearTimeout(timer);
      timers.clear();
    },
  };
}

const cursorOf = (snapshot: StagedSnapshot): Cursor => ({
  epoch: snapshot.epoch as Cursor['epoch'],
  seq: seq(snapshot.asOf),
  view: snapshot.view,
});
