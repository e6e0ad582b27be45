import { Epoch, seq, SubscriptionId } from '#shared/domain/ids.ts';
import { epochMs } from '#shared/domain/units.ts';
import { Hello } from '#shared/protocol/handshake.ts';
import type { HelloLimits } from '#shared/protocol/handshake.ts';
import { DEFAULT_HELLO_LIMITS } from '#shared/protocol/limits.ts';
import type { ChangesEnvelope, SnapshotEnvelope } from '#shared/protocol/stream.ts';
import type { Cursor } from '#engine/mirror/cursors.ts';
import { newMachine, type Effect, type Input, type Machine } from '#engine/connections/machine.ts';
import { reduce } from '#engine/connections/reduce.ts';
import { viewOf, wantOf } from '#engine/connections/view.ts';

const epoch = Epoch.parse('e1');
export const sub = (name: string) => SubscriptionId.parse(name);

export const hello = (
  over: {
    log?: Partial<{ epoch: string; tail: number; head: number }>;
    scopes?: string[];
    protocol?: string;
    environment?: string;
    limits?: Partial<HelloLimits>;
  } = {},
): Hello =>
  Hello.parse({
    protocol: over.protocol ?? '1',
    agent: { id: 'agent', version: '1', startedAt: 0 },
    environment: { id: over.environment ?? 'shop', name: 'Shop', tier: 'production', protected: false },
    store: { kind: 'demo', capabilities: ['audit.history'], writeIntervalMs: null, longestRequestMs: 0 },
    operator: { id: 'op', name: 'Op', scopes: over.scopes ?? ['sessions:read', 'audit:read'], accounts: [] },
    log: { epoch: 'e1', tail: 1, head: 100, ...over.log },
    limits: { ...DEFAULT_HELLO_LIMITS, ...over.limits },
    now: 0,
  });

export const cursorAt = (position: number, of: Hello = hello()): Cursor => ({
  epoch,
  seq: seq(position),
  view: viewOf(of, wantOf(of)),
});

export const batch = (from: number, to: number, subscription = 's1', of = 'e1'): ChangesEnvelope => ({
  subscription: sub(subscription),
  epoch: Epoch.parse(of),
  from: seq(from),
  to: seq(to),
  items: [],
});
export const part = (
  number: number,
  last: boolean,
  over: { subscription?: string; asOf?: number; epoch?: string } = {},
): SnapshotEnvelope => ({
  subscription: sub(over.subscription ?? 's1'),
  epoch: Epoch.parse(over.epoch ?? 'e1'),
  part: number,
  last,
  asOf: seq(over.asOf ?? 100),
  sessions: [],
  accounts: [],
});

/** Runs a machine and keeps every effect. */
export function drive(cursor: Cursor | null = null, environment: string | null = null) {
  let machine: Machine = newMachine(cursor, environment);
  let now = 1_000_000;
  let ack = 0;
  const send = (input: Input, random = 0): readonly Effect[] => {
    const step = reduce(machine, input, { now: epochMs(now), random });
    machine = step.machine;
    return step.effects;
  };
  const driver = {
    get machine() {
      return machine;
    },
    get phase() {
      return machine.phase.is;
    },
    later: (ms: number) => {
      now += ms;
    },
    send,
    changes: (envelope: ChangesEnvelope) => {
      ack += 1;
      return { ack, effects: send({ type: 'changes', batch: envelope, ack }) };
    },
    snapshot: (envelope: SnapshotEnvelope) => {
      ack += 1;
      return { ack, effects: send({ type: 'snapshot', part: envelope, ack }) };
    },
    committed: (position: number) =>
      send({
        type: 'committed',
        round: machine.round,
        cursor: { ...cursorAt(position), view: 'view' in machine.phase ? machine.phase.view : '' },
      }),
    greet: (greeting = hello()) => {
      if (machine.phase.is === 'stopped') send({ type: 'start' });
      return send({ type: 'hello', hello: greeting });
    },
    /** Greeted and streaming after `position`. */
    resumed: (greeting = hello()) => {
      driver.greet(greeting);
      return send({ type: 'subscribed', round: machine.round, subscription: sub('s1'), mode: 'resume' });
    },
    snapshotting: (greeting = hello()) => {
      driver.greet(greeting);
      return send({ type: 'subscribed', round: machine.round, subscription: sub('s1'), mode: 'snapshot' });
    },
  };
  return driver;
}

export const acks = (effects: readonly Effect[]) => effects.flatMap((one) => (one.do === 'ack' ? [one] : []));
export const does = (effects: readonly Effect[], what: Effect['do']): boolean =>
  effects.some((one) => one.do === what);
export const subscription = (effects: readonly Effect[]) => effects.find((one) => one.do === 'subscribe');
