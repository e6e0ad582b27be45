import { DAY, MINUTE } from '#shared/domain/units.ts';
import { newUser } from './accounts.ts';
import { Application } from './application.ts';
import type { Attack, Round } from './attacks.ts';
import { isMember, planRound } from './attacks.ts';
import { PLAN_REACH, planDay } from './day-plan.ts';
import { dayOf } from './local-time.ts';
import { randomFor } from './random.ts';
import { STREAM } from './people.ts';
import type { Sink, State, Witness } from './state.ts';
import type { Step } from './steps.ts';
import { byTime } from './steps.ts';
import type { World } from './world.ts';

/** The application removes expired sessions this often, at round times. */
const COLLECT_EVERY = 15 * MINUTE;

/**
 * Moves the world forward: makes plans day by day and applies what is due, in order of time. Two simulations with
 * the same world, state and rounds do the same, however the time between is cut into calls.
 */
export class Simulation {
  readonly application: Application;
  readonly #world: World;
  #now: number;
  #plannedBefore: number;
  #pending: Step[] = [];
  #next = 0;
  #collectAt: number;
  readonly #attacks: Attack[] = [];

  /** `now` is the instant up to which everything in `state` has already happened. */
  constructor(world: World, state: State, sink: Sink, now: number, witness?: Witness) {
    this.application = new Application(world, state, sink, witness);
    this.#world = world;
    this.#now = now;
    this.#plannedBefore = dayOf(now - PLAN_REACH);
    this.#collectAt = nextCollection(now);
  }

  get now(): number {
    return this.#now;
  }

  get attacks(): readonly Attack[] {
    return this.#attacks;
  }

  /** Adds the attacks of a round; those of their steps that are past are taken as done. */
  addRound(round: Round): void {
    const attacks = planRound(this.#world, round);
    this.#attacks.push(...attacks);
    this.#enqueue(attacks.flatMap((attack) => attack.steps));
  }

  /** Everything up to and including `to` happens. Earlier times do nothing. */
  advance(to: number): void {
    while (this.#plannedBefore <= dayOf(to + PLAN_REACH)) {
      const day = this.#plannedBefore;
      this.#enqueue(this.#world.people.flatMap((person) => planDay(this.#world, person, day)));
      this.#plannedBefore += 1;
    }
    for (let step = this.#due(to); step !== undefined; step = this.#due(to)) {
      this.#collectUntil(step.at);
      this.#next += 1;
      this.application.apply(step);
    }
    this.#collectUntil(to + 1);
    this.#now = Math.max(this.#now, to);
  }

  /** The time until `to` passes without anybody doing anything. */
  skip(to: number): void {
    if (to <= this.#now) return;
    this.#now = to;
    this.#collectAt = nextCollection(to);
    // Days that are planned already keep their later steps, days that are skipped wholly are never planned.
    this.#plannedBefore = Math.max(this.#plannedBefore, dayOf(to - PLAN_REACH));
    while ((this.#pending[this.#next]?.at ?? Infinity) <= to) this.#next += 1;
  }

  #due(to: number): Step | undefined {
    const step = this.#pending[this.#next];
    return step !== undefined && step.at <= to ? step : undefined;
  }

  #enqueue(steps: readonly Step[]): void {
    const added = steps.filter((step) => step.at > this.#now).sort(byTime);
    this.#pending = merged(this.#pending, this.#next, added);
    this.#next = 0;
  }

  #collectUntil(before: number): void {
    for (; this.#collectAt < before; this.#collectAt += COLLECT_EVERY)
      this.application.collect(this.#collectAt);
  }
}

/** Two ordered lists as one; of the first only what comes from `start` on. */
function merged(first: readonly Step[], start: number, second: readonly Step[]): Step[] {
  const all: Step[] = [];
  let next = 0;
  for (let i = start; i < first.length; i += 1) {
    const step = first[i];
    if (step === undefined) break;
    for (let other = second[next]; other !== undefined && byTime(other, step) < 0; other = second[next]) {
      all.push(other);
      next += 1;
    }
    all.push(step);
  }
  for (; next < second.length; next += 1) {
    const other = second[next];
    if (other !== undefined) all.push(other);
  }
  return all;
}

const nextCollection = (now: number): number => (Math.floor(now / COLLECT_EVERY) + 1) * COLLECT_EVERY;

/** Accounts that exist when the history begins, made up to three years before. */
export function foundAccounts(world: World, state: State, sink: Sink, at: number): void {
  for (const person of world.people) {
    if (!isMember(world, person, at)) continue;
    const created =
      at - Math.round(randomFor(world.seed, STREAM.person, person.id, 1).between(40, 1_100) * DAY);
    const user = newUser(world, person, Math.max(0, created));
    state.users.set(user.id, user);
    sink.userSaved(user);
  }
}
