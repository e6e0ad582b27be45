import { seq } from '#shared/domain/ids.ts';
import type { ChangesEnvelope, SnapshotEnvelope } from '#shared/protocol/stream.ts';
import type { Cursor } from '../mirror/cursors.ts';
import type { AckId, Machine, Phase, Step, Surroundings } from './machine.ts';
import { PROBLEMS } from './problems.ts';
import { refuse, retire, retryLater, settle, stay, strike } from './transitions.ts';

/** Messages in flight that are held at most, whatever an agent announces. */
const MOST_IN_FLIGHT = 64;
/** Time without a batch after which a resumed stream counts as caught up: ranges without items may not be sent. */
export const QUIET_MS = 3_000;

type Snapshot = Extract<Phase, { is: 'snapshot' }>;
type Streaming = Extract<Phase, { is: 'streaming' }>;

/** Data that belongs to no subscription in force is refused and has no further consequence. */
const notCurrent = (machine: Machine, ack: AckId): Step =>
  stay(machine, refuse(ack, 'STALE', 'this subscription has been replaced'));

const mostInFlight = (phase: Snapshot | Streaming): number =>
  Math.min(MOST_IN_FLIGHT, phase.hello.limits.inFlight);

function fault(
  machine: Machine,
  phase: Snapshot | Streaming,
  ack: AckId,
  what: string,
  around: Surroundings,
): Step {
  const linked = { ...phase, retired: retire(machine) };
  return strike(machine, linked, PROBLEMS.outOfOrder(what), around, [refuse(ack, 'INVALID', what)]);
}

export function onSnapshot(machine: Machine, part: SnapshotEnvelope, ack: AckId, around: Surroundings): Step {
  const { phase } = machine;
  if (phase.is === 'streaming' && part.subscription === phase.subscription) {
    // A part of the snapshot that has just been completed, again: it is here.
    if (phase.snapshotParts !== undefined && part.part < phase.snapshotParts) {
      return stay(machine, { do: 'ack', ack, answer: { ok: true, part: part.part } });
    }
    return fault(machine, phase, ack, 'a snapshot came where changes were due', around);
  }
  if (phase.is !== 'snapshot' || part.subscription !== phase.subscription) return notCurrent(machine, ack);
  if (phase.epoch !== null && part.epoch !== phase.epoch) {
    return fault(machine, phase, ack, 'the epoch changed within a snapshot', around);
  }
  if (phase.asOf !== null && part.asOf !== phase.asOf) {
    return fault(machine, phase, ack, 'the position changed within a snapshot', around);
  }
  if (part.part < phase.staged)
    return stay(machine, { do: 'ack', ack, answer: { ok: true, part: part.part } });
  if (phase.pending.length >= mostInFlight(phase)) {
    return retryLater(machine, PROBLEMS.flooding(), around, null);
  }
  if (part.part < phase.next) {
    return stay({ ...machine, phase: { ...phase, pending: [...phase.pending, { ack, to: part.part }] } });
  }
  if (part.part > phase.next || phase.last) {
    return fault(machine, phase, ack, `part ${String(phase.next)} of the snapshot is missing`, around);
  }
  return {
    machine: {
      ...machine,
      phase: {
        ...phase,
        next: phase.next + 1,
        last: part.last,
        epoch: part.epoch,
        asOf: part.asOf,
        received: phase.received + part.sessions.length,
        pending: [...phase.pending, { ack, to: part.part }],
      },
    },
    effects: [{ do: 'stage', round: machine.round, part, view: phase.view }],
  };
}

/** A part is kept durably: it may be acknowledged, and after the last one changes may come. */
export function onStaged(machine: Machine, part: number, around: Surroundings): Step {
  const { phase } = machine;
  if (phase.is !== 'snapshot' || phase.epoch === null || phase.asOf === null) return stay(machine);
  const effects = phase.pending
    .filter((one) => one.to <= part)
    .map((one) => ({ do: 'ack', ack: one.ack, answer: { ok: true, part: one.to } }) as const);
  const pending = phase.pending.filter((one) => one.to > part);
  if (!phase.last || part !== phase.next - 1) {
    return { machine: { ...machine, phase: { ...phase, staged: part + 1, pending } }, effects };
  }
  const { hello, want, view, retired, subscription, epoch, asOf } = phase;
  return {
    machine: {
      ...machine,
      applying: true,
      phase: {
        is: 'streaming',
        hello,
        want,
        view,
        retired,
        subscription,
        epoch,
        receivedTo: asOf,
        // Not before the snapshot has been applied, which `committed` tells.
        committedTo: seq(0),
        snapshotParts: phase.next,
        target: asOf,
        since: null,
        pending,
      },
    },
    effects: [...effects, { do: 'apply', round: machine.round, at: around.now }],
  };
}

export function onChanges(machine: Machine, batch: ChangesEnvelope, ack: AckId, around: Surroundings): Step {
  const { phase } = machine;
  if (phase.is === 'snapshot' && batch.subscription === phase.subscription) {
    return fault(machine, phase, ack, 'changes came before the snapshot was complete', around);
  }
  if (phase.is !== 'streaming' || batch.subscription !== phase.subscription) return notCurrent(machine, ack);
  if (batch.epoch !== phase.epoch) return fault(machine, phase, ack, 'another epoch', around);
  if (batch.to < batch.from) return fault(machine, phase, ack, 'a range that ends before it begins', around);
  if (batch.to <= phase.committedTo) {
    return stay(machine, { do: 'ack', ack, answer: { ok: true, seq: batch.to } });
  }
  if (batch.from > phase.receivedTo + 1) {
    const missing = `${String(phase.receivedTo + 1)} to ${String(batch.from - 1)}`;
    return fault(machine, phase, ack, `changes ${missing} are missing`, around);
  }
  const waiting = { ...machine, phase: { ...phase, pending: [...phase.pending, { ack, to: batch.to }] } };
  if (phase.pending.length >= mostInFlight(phase)) {
    return retryLater(machine, PROBLEMS.flooding(), around, null);
  }
  if (batch.to <= phase.receivedTo) return stay(waiting);
  return {
    machine: { ...waiting, phase: { ...waiting.phase, receivedTo: batch.to } },
    effects: [
      { do: 'write', round: machine.round, batch, after: phase.receivedTo, view: phase.view },
      ...(phase.since === null ? ([{ do: 'timer', name: 'quiet', ms: QUIET_MS }] as const) : []),
    ],
  };
}

/** A position was committed: acknowledge what waited for it. */
export function onCommitted(machine: Machine, cursor: Cursor, round: number, around: Surroundings): Step {
  const { phase } = machine;
  // Committed is committed, also when the connection has gone meanwhile: the next subscription starts there.
  const moved: Machine = { ...machine, cursor, applying: false };
  if (round !== machine.round || phase.is !== 'streaming') return stay(moved);
  const { pending, effects } = settle(phase.pending, cursor.seq);
  const caughtUp = cursor.seq >= phase.target;
  const since = phase.since ?? (caughtUp ? around.now : null);
  return {
    machine: {
      ...moved,
      phase: { ...phase, committedTo: cursor.seq, pending, since },
    },
    effects: caughtUp ? [...effects, { do: 'cancel', name: 'quiet' }] : effects,
  };
}
