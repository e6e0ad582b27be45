import type { Problem } from '#shared/domain/result.ts';
import { epochMs, MINUTE, SECOND } from '#shared/domain/units.ts';
import { LIMITS } from '#shared/protocol/limits.ts';
import { askedWait, backOff } from './back-off.ts';
import { PROBLEMS } from './problems.ts';
import type { AckId, Effect, Linked, Machine, PendingAck, Step, Surroundings, TimerName } from './machine.ts';
import type { Cursor } from '../mirror/cursors.ts';

/** Moves that several inputs share. Each returns the whole next step. */

const TIMERS: readonly TimerName[] = ['retry', 'handshake', 'answer', 'pause', 'quiet'];
export const quiet: readonly Effect[] = TIMERS.map((name) => ({ do: 'cancel', name }));

/** How long an agent may take to answer `subscribe`. */
const ANSWER_MS = 15 * SECOND;
/** How often to look whether the snapshot has been moved into the mirror. */
const APPLYING_MS = 500;
/** A connection that was live this long was a working one: the next failure starts counting anew. */
const WORKED_MS = 30 * SECOND;
/** Faults further apart than this do not add up. */
const STRIKE_MEMORY_MS = 5 * MINUTE;
/** After so many faults the position itself is suspect: a snapshot is asked for. */
const SNAPSHOT_AFTER_STRIKES = 3;

export const refuse = (ack: AckId, code: string, message: string): Effect => ({
  do: 'ack',
  ack,
  answer: { ok: false, error: { code, message } },
});

export const stay = (machine: Machine, ...effects: readonly Effect[]): Step => ({ machine, effects });

export function connect(machine: Machine): Step {
  return {
    machine: { ...machine, phase: { is: 'connecting' }, round: machine.round + 1 },
    effects: [
      ...quiet,
      { do: 'disconnect' },
      { do: 'connect' },
      { do: 'timer', name: 'handshake', ms: LIMITS.handshakeMs },
    ],
  };
}

/** Waits for a person: trying again by itself would change nothing. */
export function giveUp(machine: Machine, problem: Problem): Step {
  return {
    machine: { ...machine, phase: { is: 'refused', problem }, round: machine.round + 1 },
    effects: [...quiet, { do: 'disconnect' }],
  };
}

/** Disconnects and comes back later. */
export function retryLater(
  machine: Machine,
  problem: Problem,
  around: Surroundings,
  retryAfterMs: number | null,
): Step {
  const { phase } = machine;
  const worked = phase.is === 'streaming' && phase.since !== null && around.now - phase.since >= WORKED_MS;
  const attempt = (worked ? 0 : machine.attempt) + 1;
  const ms = retryAfterMs === null ? backOff(attempt, around.random) : askedWait(retryAfterMs, around.random);
  return {
    machine: {
      ...machine,
      attempt,
      round: machine.round + 1,
      phase: { is: 'waiting', retryAt: epochMs(around.now + ms), problem },
    },
    effects: [...quiet, { do: 'disconnect' }, { do: 'timer', name: 'retry', ms }],
  };
}

/** Where a subscription may go on; null asks for a snapshot. */
export function resumable(machine: Machine, { hello, view }: Linked): Cursor | null {
  const { cursor } = machine;
  if (cursor === null || cursor.view !== view || cursor.epoch !== hello.log.epoch) return null;
  if (machine.strikes >= SNAPSHOT_AFTER_STRIKES) return null;
  // After a while on one connection its head has moved on; only the tail can be judged from the hello.
  return cursor.seq >= hello.log.tail - 1 ? cursor : null;
}

export function subscribe(
  machine: Machine,
  linked: Linked,
  resume: Cursor | null,
  around: Surroundings,
): Step {
  const round = machine.round + 1;
  const { hello, want, view, retired } = linked;
  if (machine.applying) {
    const retryAt = epochMs(around.now + APPLYING_MS);
    const problem = PROBLEMS.applying();
    return {
      machine: { ...machine, round, phase: { is: 'pausing', retryAt, problem, hello, want, view, retired } },
      effects: [{ do: 'timer', name: 'pause', ms: APPLYING_MS }],
    };
  }
  return {
    machine: { ...machine, round, phase: { is: 'subscribing', resume, hello, want, view, retired } },
    effects: [
      { do: 'cancel', name: 'pause' },
      { do: 'cancel', name: 'quiet' },
      { do: 'subscribe', round, resume, want },
      { do: 'timer', name: 'answer', ms: ANSWER_MS },
    ],
  };
}

/** The stream cannot go on as it is: ask again, at once the first time, then with growing pauses. */
export function strike(
  machine: Machine,
  linked: Linked,
  problem: Problem,
  around: Surroundings,
  before: readonly Effect[],
): Step {
  const remembered = machine.struckAt !== null && around.now - machine.struckAt < STRIKE_MEMORY_MS;
  const strikes = (remembered ? machine.strikes : 0) + 1;
  const struck: Machine = { ...machine, strikes, struckAt: around.now };
  const first: readonly Effect[] = [...before, { do: 'note', problem }];
  if (strikes === 1) {
    const next = subscribe(struck, linked, resumable(struck, linked), around);
    return { machine: next.machine, effects: [...first, ...next.effects] };
  }
  const ms = backOff(strikes - 1, around.random);
  const { hello, want, view, retired } = linked;
  return {
    machine: {
      ...struck,
      round: machine.round + 1,
      phase: {
        is: 'pausing',
        retryAt: epochMs(around.now + ms),
        problem,
        hello,
        want,
        view,
        retired,
      },
    },
    effects: [
      ...first,
      { do: 'cancel', name: 'quiet' },
      { do: 'cancel', name: 'answer' },
      { do: 'timer', name: 'pause', ms },
    ],
  };
}

/** Acknowledges everything that is committed up to `to`, in order; the rest goes on waiting. */
export function settle(
  pending: readonly PendingAck[],
  to: number,
): { readonly pending: readonly PendingAck[]; readonly effects: readonly Effect[] } {
  return {
    pending: pending.filter((one) => one.to > to),
    effects: pending
      .filter((one) => one.to <= to)
      .map((one) => ({ do: 'ack', ack: one.ack, answer: { ok: true, seq: one.to } })),
  };
}

/** The subscription in force is retired when another takes its place. */
export function retire(machine: Machine): Linked['retired'] {
  const { phase } = machine;
  if (phase.is === 'snapshot' || phase.is === 'streaming') {
    return [phase.subscription, ...phase.retired].slice(0, 16);
  }
  return 'retired' in phase ? phase.retired : [];
}
