import { MINUTE } from '#shared/domain/units.ts';
import type { Application } from './application.ts';
import { devicesAt } from './device-life.ts';
import { dayOf, isAwake } from './local-time.ts';
import { STREAM } from './people.ts';
import type { Random } from './random.ts';
import { randomFor } from './random.ts';
import type { SessionRow, State } from './state.ts';
import type { World } from './world.ts';
import { addressOf, whereabouts } from './world.ts';

/** From this rate on (changes a second) people sign in and out far more often than their plans say. */
const CROWDED_RATE = 20;
/** Share of extra changes that are sign-ins or sign-outs: when it is crowded, and at a pace that only looks alive. */
const CROWDED_COMINGS = 0.04;
const CALM_COMINGS = 0.012;
/** Who was seen so recently counts as being there. */
const PRESENT_FOR = 15 * MINUTE;

/**
 * Fills the difference between what people do by their plans and the rate that is asked for: page views of those
 * who are there, and at high rates of everybody, with people coming and going.
 */
export class Load {
  readonly #world: World;
  readonly #state: State;
  readonly #application: Application;
  readonly #random: Random;
  readonly #population: number;

  constructor(world: World, state: State, application: Application, startedAt: number) {
    this.#world = world;
    this.#state = state;
    this.#application = application;
    this.#random = randomFor(world.seed, STREAM.load, startedAt);
    this.#population = Math.max(1, state.sessions.size);
  }

  /** Makes about `changes` changes between two instants; `done` tells how many rows were changed so far. */
  fill(changes: number, rate: number, from: number, to: number, done: () => number): void {
    const until = done() + Math.floor(changes);
    const pool = this.#pool(rate, to);
    if (pool.length === 0) return;
    const moved = new Set<number>();
    let turn = this.#random.int(0, pool.length - 1);
    for (let i = 0; i < changes && done() < until; i += 1) {
      const at = Math.round(from + ((to - from) * (i + 1)) / changes);
      if (this.#random.chance(rate >= CROWDED_RATE ? CROWDED_COMINGS : CALM_COMINGS)) {
        this.#comeOrGo(to, moved);
        continue;
      }
      turn = (turn + this.#random.int(1, 3)) % pool.length;
      const session = pool[turn];
      if (
        session !== undefined &&
        this.#state.sessions.has(session.id) &&
        session.expiresAt > at &&
        session.lastSeenAt <= at
      )
        this.#application.touch(session, at);
    }
  }

  /** Those who are there, unless that would make every one of them click all the time. */
  #pool(rate: number, now: number): readonly SessionRow[] {
    const all = [...this.#state.sessions.values()].filter(
      (session) => session.masqueradeBy === null && this.#isActive(session),
    );
    const present = all.filter((session) => now - session.lastSeenAt < PRESENT_FOR);
    return rate <= Math.max(6, present.length / 5) && present.length > 0 ? present : all;
  }

  #isActive(session: SessionRow): boolean {
    return this.#state.users.get(session.userId)?.status === 'active';
  }

  /** `moved`: who already came or went in this tick; nobody does both in the same instant. */
  #comeOrGo(at: number, moved: Set<number>): void {
    const person = this.#random.pickOf(this.#world.people);
    if (person === undefined || person.group.habit.kind === 'program' || moved.has(person.id)) return;
    moved.add(person.id);
    if (this.#state.users.get(person.id)?.status !== 'active') return;
    const day = dayOf(at);
    const where = whereabouts(this.#world, person, day);
    const here = where.is === 'away' ? where.place : person.home;
    if (where.is === 'under-way' || !isAwake(here.timeZone, at)) return;
    const device = this.#random.pickOf(devicesAt(this.#world, person, day));
    if (device === undefined) return;
    const session = this.#state.sessionIn(person.id, device.userAgent, null);
    const ip = addressOf(
      this.#world,
      person,
      device.form,
      day,
      randomFor(this.#world.seed, STREAM.load, person.id, device.index),
    );
    const visit = { key: at, person, device, ip };
    const crowded = this.#state.sessions.size >= this.#population;
    if (session === undefined && (!crowded || this.#random.chance(0.3)))
      this.#application.signIn(at, visit, ip, { mode: 'password' });
    else if (session !== undefined && (crowded || this.#random.chance(0.3)) && session.lastSeenAt <= at)
      this.#application.logout(at, visit);
  }
}
