import fc from 'fast-check';
import { expect, test } from 'vitest';
import { seq } from '#shared/domain/ids.ts';
import { epochMs } from '#shared/domain/units.ts';
import { newMachine, type Effect, type Input, type Machine } from '#engine/connections/machine.ts';
import { reduce } from '#engine/connections/reduce.ts';
import { batch, cursorAt, hello, part, sub } from './drive.ts';

// Whatever an agent sends in whatever order, and whatever fails: these must hold.

const problem = { code: 'X', message: 'x' };
const name = fc.constantFrom('s1', 's2', 's3');
const position = fc.integer({ min: 0, max: 12 });
type Draft = (round: number, ack: number) => Input;
const input: fc.Arbitrary<Draft> = fc.oneof(
  { weight: 2, arbitrary: fc.constant<Draft>(() => ({ type: 'start' })) },
  fc.constant<Draft>(() => ({ type: 'stop' })),
  fc.constant<Draft>(() => ({ type: 'reconnect' })),
  fc
    .constantFrom('retry', 'handshake', 'answer', 'pause', 'quiet')
    .map((timer): Draft => () => ({ type: 'timer', name: timer })),
  fc.boolean().map((person): Draft => () => ({ type: 'failed', problem, person, retryAfterMs: null })),
  fc.constant<Draft>(() => ({ type: 'closed', problem })),
  {
    weight: 4,
    arbitrary: fc
      .record({ tail: fc.integer({ min: 1, max: 4 }), head: position, epoch: fc.constantFrom('e1', 'e2') })
      .map((log): Draft => () => ({ type: 'hello', hello: hello({ log, limits: { inFlight: 3 } }) })),
  },
  fc.constant<Draft>(() => ({ type: 'goodbye', goodbye: { code: 'SLOW', message: '' } })),
  {
    weight: 5,
    arbitrary: fc
      .tuple(name, fc.constantFrom('resume' as const, 'snapshot' as const), fc.boolean())
      .map(([one, mode, current]): Draft => (round) => ({
        type: 'subscribed',
        round: current ? round : round - 1,
        subscription: sub(one),
        mode,
      })),
  },
  fc.constant<Draft>((round) => ({ type: 'subscribe-failed', round, error: null })),
  {
    weight: 8,
    arbitrary: fc
      .tuple(position, position, name, fc.constantFrom('e1', 'e1', 'e2'))
      .map(([from, to, one, epoch]): Draft => (_round, ack) => ({
        type: 'changes',
        batch: batch(from, to, one, epoch),
        ack,
      })),
  },
  {
    weight: 6,
    arbitrary: fc
      .tuple(fc.integer({ min: 0, max: 3 }), fc.boolean(), name, fc.integer({ min: 4, max: 5 }))
      .map(([number, last, subscription, asOf]): Draft => (_round, ack) => ({
        type: 'snapshot',
        part: part(number, last, { subscription, asOf }),
        ack,
      })),
  },
  fc.constant<Draft>((_round, ack) => ({ type: 'malformed', what: 'x', ack })),
  {
    weight: 4,
    arbitrary: fc.boolean().map((current): Draft => (round) => ({
      type: 'unwritable',
      round: current ? round : round - 1,
    })),
  },
);

/** The world around the machine: what was handed over for writing, and what of it is committed. */
function world() {
  const writes: { round: number; kind: 'batch' | 'part' | 'apply'; to: number; last: boolean }[] = [];
  let committed = 0;
  const keptParts = new Set<string>();
  return {
    writes,
    keptParts,
    committed: () => committed,
    commit: (to: number) => (committed = Math.max(committed, to)),
  };
}

test('nothing is acknowledged before it is committed, nothing twice, and nothing is left unanswered in flight', () => {
  fc.assert(
    fc.property(
      fc.array(fc.oneof({ weight: 3, arbitrary: input }, fc.constant('write' as const)), { maxLength: 120 }),
      (script) => {
        let machine: Machine = newMachine(cursorAt(3), null);
        const around = { now: epochMs(5_000), random: 0 };
        const { writes, keptParts, committed, commit } = world();
        commit(3);
        const answered = new Set<number>();
        let ack = 0;
        const openBatches = new Map<number, number>();
        const openParts = new Map<number, string>();
        const take = (effects: readonly Effect[]): void => {
          for (const effect of effects) {
            if (effect.do === 'write') {
              writes.push({ round: effect.round, kind: 'batch', to: effect.batch.to, last: false });
            } else if (effect.do === 'stage') {
              writes.push({
                round: effect.round,
                kind: 'part',
                to: effect.part.part,
                last: effect.part.last,
              });
            } else if (effect.do === 'apply')
              writes.push({ round: effect.round, kind: 'apply', to: 5, last: true });
            else if (effect.do === 'ack') {
              expect(answered.has(effect.ack)).toBe(false);
              answered.add(effect.ack);
              if (!effect.answer.ok) continue;
              if ('seq' in effect.answer) {
                expect(openBatches.get(effect.ack)).toBe(effect.answer.seq);
                const { phase } = machine;
                const base = phase.is === 'streaming' ? phase.committedTo : -1;
                expect(effect.answer.seq).toBeLessThanOrEqual(base);
              } else expect(keptParts.has(openParts.get(effect.ack) ?? '')).toBe(true);
            }
          }
        };
        const send = (one: Input): void => {
          const step = reduce(machine, one, around);
          machine = step.machine;
          take(step.effects);
        };
        for (const one of script) {
          if (one === 'write') {
            const next = writes.shift();
            // As the shell does: what belongs to an older round is not written, applying goes on all the same.
            if (next === undefined || (next.round !== machine.round && next.kind !== 'apply')) continue;
            if (next.kind === 'part') {
              keptParts.add(`${String(next.round)} ${String(next.to)}`);
              send({ type: 'staged', round: next.round, part: next.to });
            } else {
              commit(next.to);
              send({
                type: 'committed',
                round: next.round,
                cursor: { ...cursorAt(next.to), seq: seq(next.to) },
              });
            }
            continue;
          }
          ack += 1;
          const draft = one(machine.round, ack);
          if (draft.type === 'changes') openBatches.set(ack, draft.batch.to);
          if (draft.type === 'snapshot')
            openParts.set(ack, `${String(machine.round)} ${String(draft.part.part)}`);
          send(draft);
          const { phase } = machine;
          if (phase.is === 'streaming' || phase.is === 'snapshot') {
            // What may wait in memory is bounded by what was agreed.
            expect(phase.pending.length).toBeLessThanOrEqual(phase.hello.limits.inFlight);
          }
          if (phase.is === 'streaming' && !machine.applying) {
            expect(phase.committedTo).toBeLessThanOrEqual(phase.receivedTo);
          }
        }
        expect(committed()).toBeGreaterThanOrEqual(3);
      },
    ),
    { numRuns: 1_500 },
  );
});

test('a machine that waits or is refused or stopped holds no subscription and starts nothing but a timer', () => {
  fc.assert(
    fc.property(fc.array(input, { maxLength: 60 }), (script) => {
      let machine: Machine = newMachine(null, null);
      let connected = false;
      script.forEach((draft, at) => {
        const step = reduce(machine, draft(machine.round, at), { now: epochMs(1), random: 0.5 });
        machine = step.machine;
        for (const effect of step.effects) {
          if (effect.do === 'connect') connected = true;
          if (effect.do === 'disconnect') connected = false;
          if (effect.do === 'subscribe') expect(connected).toBe(true);
        }
        const idle = ['stopped', 'refused', 'waiting'].includes(machine.phase.is);
        expect(connected).toBe(!idle);
        if (machine.phase.is === 'waiting') {
          expect(machine.phase.retryAt).toBeGreaterThan(1);
        }
      });
    }),
    { numRuns: 1_500 },
  );
});
