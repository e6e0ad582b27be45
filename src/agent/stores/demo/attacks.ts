import { HOUR, MINUTE, SECOND } from '#shared/domain/units.ts';
import { devicesAt } from './device-life.ts';
import { inventDeed, planDay } from './day-plan.ts';
import type { Device } from './devices.ts';
import { chooseDevice, foreignDesktop } from './devices.ts';
import { dayOf, isAwake } from './local-time.ts';
import { mistype } from './names.ts';
import type { Person } from './people.ts';
import { STREAM } from './people.ts';
import type { Place } from './places.ts';
import { addressIn, distanceKm } from './places.ts';
import type { Random } from './random.ts';
import { randomFor } from './random.ts';
import type { Step, Visit } from './steps.ts';
import { StepList } from './steps.ts';
import type { World } from './world.ts';
import { homeIp, joinsAt, leavesAt, whereabouts } from './world.ts';

type AttackKind = 'cookie-theft' | 'password-spray' | 'impossible-travel';

/** One planned attack and, for tests and the curious, who and where. */
export interface Attack {
  readonly kind: AttackKind;
  readonly from: number;
  readonly until: number;
  readonly victim: Person;
  readonly intruderIp: string;
  readonly intruderPlace: Place;
  readonly steps: readonly Step[];
}

/**
 * Three attacks that belong together. `history` spreads them over the past, `live` over the minutes after `at`: the theft
 * first and soon, because whoever opens the demo looks for something at once.
 */
export interface Round {
  readonly at: number;
  readonly when: 'history' | 'live';
}

/** Plans a round. Pure: a restarted simulator plans the same again and continues in the middle. */
export function planRound(world: World, round: Round): readonly Attack[] {
  const random = randomFor(world.seed, STREAM.attack, round.at, round.when === 'live' ? 1 : 0);
  const span = world.until - world.from;
  const times =
    round.when === 'live'
      ? [round.at + random.between(60, 100) * SECOND, round.at, round.at + random.between(130, 170) * SECOND]
      : [0.86, 0.58, 0.73].map((part) => world.from + (part + random.between(-0.04, 0.04)) * span);
  const [travelAt = round.at, theftAt = round.at, sprayAt = round.at] = times;
  const used = new Set<number>();
  const plan = (make: Plan, at: number): Attack => {
    const attack = make(world, Math.round(at), victimAt(world, at, random, used), random, round.when);
    used.add(attack.victim.id);
    return attack;
  };
  return [plan(planTravel, travelAt), plan(planTheft, theftAt), plan(planSpray, sprayAt)];
}

/** The part of the usual wait after which a thief of a live round comes. */
const SOON = 0.2;

type Plan = (world: World, at: number, victim: Person, random: Random, when: Round['when']) => Attack;

/** Somebody who is awake and at home and has no plans of their own around that time. */
function victimAt(world: World, at: number, random: Random, used: ReadonlySet<number>): Person {
  const day = dayOf(at);
  const offset = random.int(0, world.people.length - 1);
  const ordered = [...world.people.slice(offset), ...world.people.slice(0, offset)].filter(
    (person) =>
      person.group.habit.kind !== 'program' &&
      person.joins === 0 &&
      person.leaves === 1 &&
      !used.has(person.id),
  );
  const awake = ordered.filter((person) => {
    return (
      isAwake(person.home.timeZone, at) &&
      person.vpnIp === null &&
      whereabouts(world, person, day).is === 'home'
    );
  });
  const idle = awake.find((person) =>
    [day - 1, day, day + 1].every((each) =>
      planDay(world, person, each).every((step) => Math.abs(step.at - at) > 2 * HOUR),
    ),
  );
  const victim = idle ?? awake[0] ?? ordered[0] ?? world.people[0];
  if (victim === undefined) throw new Error('nobody lives in this environment');
  return victim;
}

/** A city in another country, an ocean or so away. */
function farFrom(world: World, home: Place, random: Random): Place {
  const foreign = world.places.cities.filter((city) => city.country !== home.country);
  const far = [...foreign].sort((a, b) => distanceKm(home, b) - distanceKm(home, a));
  return random.pickOf(far.slice(0, Math.max(1, Math.ceil(far.length / 2)))) ?? home;
}

function homeVisit(world: World, person: Person, at: number, key: number): Visit {
  const device = devicesAt(world, person, dayOf(at))[0];
  if (device === undefined) throw new Error(`${person.login} has no device`);
  return { key, person, device, ip: homeIp(world, person, dayOf(at)) };
}

function intruderDevice(own: readonly Device[], random: Random, index: number): Device {
  return chooseDevice(random, 'desktop', index, own);
}

/** The same person signs in at home and, minutes later, far away. */
function planTravel(world: World, at: number, victim: Person, random: Random): Attack {
  const list = new StepList(50_001);
  const place = farFrom(world, victim.home, random);
  const intruderIp = addressIn(place, 'residential', random);
  const home = homeVisit(world, victim, at, Math.floor(at / 1_000));
  const away: Visit = {
    key: home.key + 1,
    person: victim,
    device: intruderDevice(devicesAt(world, victim, dayOf(at)), random, 100),
    ip: intruderIp,
  };
  const arrives = at + random.between(100, 240) * SECOND;
  const until = arrives + 15 * MINUTE;
  list.add(at, { kind: 'act', visit: home, arrival: true, fresh: true, deed: null });
  browse(list, home, at, until, random);
  list.add(arrives, { kind: 'act', visit: away, arrival: true, fresh: true, deed: null });
  browse(list, away, arrives, until, random);
  list.add(arrives + 2 * MINUTE, {
    kind: 'act',
    visit: away,
    arrival: false,
    deed: inventDeed(world, victim, random),
  });
  return {
    kind: 'impossible-travel',
    from: at,
    until,
    victim,
    intruderIp,
    intruderPlace: place,
    steps: list.steps,
  };
}

/** A copied cookie: one session, two browsers in two countries, turn by turn. */
function planTheft(world: World, at: number, victim: Person, random: Random, when: Round['when']): Attack {
  const list = new StepList(50_002);
  const place = farFrom(world, victim.home, random);
  const intruderIp = addressIn(place, 'hosting', random);
  const visit = homeVisit(world, victim, at, Math.floor(at / 1_000));
  // Of another client: a browser that is only newer than the victim's looks like an update, and no product may flag it.
  const { userAgent } = foreignDesktop(random, 101, devicesAt(world, victim, dayOf(at)));
  const begins = at + random.between(60, 110) * SECOND * (when === 'live' ? SOON : 1);
  const until = begins + random.between(8, 14) * MINUTE;
  list.add(at, { kind: 'act', visit, arrival: true, deed: null });
  browse(list, visit, at, until + 5 * MINUTE, random);
  for (let time = begins; time < until; time += random.between(25, 70) * SECOND)
    list.add(time, {
      kind: 'hijack',
      visit,
      ip: intruderIp,
      userAgent,
      deed: random.chance(0.4) ? inventDeed(world, victim, random) : null,
    });
  return {
    kind: 'cookie-theft',
    from: at,
    until,
    victim,
    intruderIp,
    intruderPlace: place,
    steps: list.steps,
  };
}

/** One address tries a few common passwords on many accounts, and one of them opens. */
function planSpray(world: World, at: number, victim: Person, random: Random): Attack {
  const list = new StepList(50_003);
  const place = farFrom(world, victim.home, random);
  const intruderIp = addressIn(place, 'hosting', random);
  const device = chooseDevice(random, 'program', 102, []);
  const eligible = world.people.filter(
    (person) => person !== victim && person.joins === 0 && person.leaves === 1,
  );
  const targets: (Person | null)[] = [victim];
  for (let i = random.int(16, 22); i > 0; i -= 1) targets.push(random.pickOf(eligible) ?? null);
  targets.splice(random.int(1, targets.length), 0, null, null);
  const people = targets.filter((person, index) => person === null || targets.indexOf(person) === index);
  const passes = 3;
  const pause = (random.between(6, 8) * MINUTE) / (people.length * passes);
  const visit: Visit = { key: Math.floor(at / 1_000), person: victim, device, ip: intruderIp };
  let time = at;
  for (let pass = 1; pass <= passes; pass += 1)
    for (const [index, person] of people.entries()) {
      time += pause * random.between(0.6, 1.4);
      if (pass === passes && person === victim) {
        list.add(time, { kind: 'act', visit, arrival: true, fresh: true, deed: null });
        browse(list, visit, time, time + 12 * MINUTE, random);
        continue;
      }
      const typed = person?.login ?? mistype(randomFor(world.seed, STREAM.attack, at, index), victim.login);
      const reason = person === null ? 'unknown-account' : 'bad-password';
      list.add(time, { kind: 'fail', person, typed, reason, ip: intruderIp, userAgent: device.userAgent });
    }
  return {
    kind: 'password-spray',
    from: at,
    until: time,
    victim,
    intruderIp,
    intruderPlace: place,
    steps: list.steps,
  };
}

function browse(list: StepList, visit: Visit, from: number, until: number, random: Random): void {
  for (let at = from + random.between(30, 80) * SECOND; at < until; at += random.between(30, 80) * SECOND)
    list.add(at, { kind: 'act', visit, arrival: false, deed: null });
}

/** Whether somebody has an account at an instant. */
export function isMember(world: World, person: Person, at: number): boolean {
  const joins = joinsAt(world, person);
  const leaves = leavesAt(world, person);
  return (joins === null || joins <= at) && (leaves === null || leaves > at);
}
