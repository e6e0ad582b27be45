import { HOUR, MINUTE, SECOND } from '#shared/domain/units.ts';
import { devicesAt } from './device-life.ts';
import type { Device } from './devices.ts';
import { atLocalHour, dayOf, weekday } from './local-time.ts';
import { mistype } from './names.ts';
import type { Person } from './people.ts';
import { STREAM } from './people.ts';
import type { Random } from './random.ts';
import { randomFor } from './random.ts';
import type { DoneDeed, Step, Visit } from './steps.ts';
import { StepList } from './steps.ts';
import type { World } from './world.ts';
import { addressOf, joinsAt, leavesAt, whereabouts } from './world.ts';

interface Span {
  readonly device: Device;
  readonly start: number;
  readonly end: number;
  readonly atOffice: boolean;
}

/** All that a person does on one of their calendar days (days since the epoch). Equal arguments, equal plan. */
export function planDay(world: World, person: Person, day: number): readonly Step[] {
  const random = randomFor(world.seed, STREAM.day, person.id, day);
  const list = new StepList(person.id);
  const joins = joinsAt(world, person);
  const leaves = leavesAt(world, person);
  if (joins !== null && dayOf(joins) === day) list.add(joins, { kind: 'join', person });
  const administrator = world.people.find((other) => other.group.id === 'administrator');
  if (leaves !== null && dayOf(leaves) === day && administrator !== undefined)
    list.add(leaves, { kind: 'leave', person, by: administrator });
  const spans = whereabouts(world, person, day).is === 'under-way' ? [] : spansOf(world, person, day, random);
  for (const [index, span] of spans.entries()) {
    if (joins !== null && span.start < joins) continue;
    if (leaves !== null && span.end > leaves) continue;
    const ip =
      span.atOffice && person.officeIp !== null
        ? person.officeIp
        : addressOf(world, person, span.device.form, day, random);
    const visit: Visit = { key: (person.id * 100_000 + day) * 16 + index, person, device: span.device, ip };
    planVisit(world, list, visit, span, random);
  }
  return list.steps;
}

function spansOf(world: World, person: Person, day: number, random: Random): readonly Span[] {
  const { habit } = person.group;
  const at = (hour: number): number => atLocalHour(localZone(world, person, day), day, hour);
  const isWorkday = weekday(day) <= 5;
  const devices = devicesAt(world, person, day);
  const first = devices[0];
  if (first === undefined) return [];
  if (habit.kind === 'program') {
    const start = habit.starts + person.shift;
    return [0, 12].map((later) => ({
      device: first,
      start: at(start + later),
      end: at(start + later + 11.7),
      atOffice: false,
    }));
  }
  if (!random.chance(isWorkday ? habit.weekday : habit.weekend)) return [];
  return habit.kind === 'office' && isWorkday
    ? officeDay(person, devices, at, random, whereabouts(world, person, day).is === 'home')
    : leisureDay(person, devices, at, random);
}

function localZone(world: World, person: Person, day: number): string {
  const where = whereabouts(world, person, day);
  return (where.is === 'away' ? where.place : person.home).timeZone;
}

function officeDay(
  person: Person,
  devices: readonly Device[],
  at: (hour: number) => number,
  random: Random,
  atHome: boolean,
): readonly Span[] {
  const atOffice = atHome && person.office !== null && random.chance(0.7);
  const desktop = devices[0];
  const phone = devices.find((device) => device.form === 'phone');
  const second = devices[2];
  if (desktop === undefined) return [];
  const spans: Span[] = [];
  const morning = random.normal(person.group.habit.starts + person.shift, 0.35);
  const noon = morning + random.between(2.8, 4.2);
  const evening = morning + random.between(7.6, 9.6);
  spans.push({ device: desktop, start: at(morning), end: at(noon), atOffice });
  spans.push({ device: desktop, start: at(noon + random.between(0.4, 1.1)), end: at(evening), atOffice });
  if (phone !== undefined && random.chance(0.5)) {
    const start = random.chance(0.5) ? morning - random.between(0.4, 1.2) : evening + random.between(0.3, 3);
    spans.push({
      device: phone,
      start: at(start),
      end: at(start + random.between(0.05, 0.35)),
      atOffice: false,
    });
  }
  if (second?.form === 'desktop' && random.chance(0.25)) {
    const start = evening + random.between(1, 2.5);
    spans.push({
      device: second,
      start: at(start),
      end: at(start + random.between(0.2, 1.2)),
      atOffice: false,
    });
  }
  return spans;
}

function leisureDay(
  person: Person,
  devices: readonly Device[],
  at: (hour: number) => number,
  random: Random,
): readonly Span[] {
  const visits = 1 + (random.chance(0.45) ? 1 : 0) + (random.chance(0.12) ? 1 : 0);
  const middle = person.group.habit.kind === 'leisure' ? person.group.habit.starts : 15;
  const spans: Span[] = [];
  let earliest = 5.5;
  for (let i = 0; i < visits; i += 1) {
    const device = random.pickOf(devices);
    const start = Math.max(earliest, Math.min(23.4, random.normal(middle + person.shift, 2.4)));
    const length = Math.min(1.6, 0.05 + random.exponential(0.32));
    if (device !== undefined)
      spans.push({ device, start: at(start), end: at(start + length), atOffice: false });
    earliest = start + length + 0.3;
    if (earliest > 23.4) break;
  }
  return spans;
}

function planVisit(world: World, list: StepList, visit: Visit, span: Span, random: Random): void {
  const { person } = visit;
  const { habit } = person.group;
  const oneTime = planFailures(list, visit, span.start, random);
  list.add(span.start, { kind: 'act', visit, arrival: true, oneTime, deed: null });
  if (oneTime) list.add(span.start + random.between(25, 70) * SECOND, { kind: 'password', visit });
  // A phone leaves the house: from the home network to the carrier's, or to another of its addresses.
  const moves =
    visit.device.form === 'phone' && random.chance(0.08) ? span.start + (span.end - span.start) / 2 : null;
  const moved = moves === null ? null : addressOf(world, person, 'phone', dayOf(span.start), random);
  for (let at = span.start; ;) {
    at += MINUTE + random.exponential(habit.pace - MINUTE);
    if (at >= span.end) break;
    const deed = random.chance(habit.activity) ? inventDeed(world, person, random) : null;
    const ip = moves !== null && moved !== null && at > moves ? { ip: moved } : {};
    list.add(at, { kind: 'act', visit, arrival: false, deed, ...ip });
  }
  const middle = random.between(span.start + MINUTE, span.end - MINUTE);
  if (habit.kind !== 'program' && random.chance(0.005)) list.add(middle, { kind: 'password', visit });
  if (person.group.id === 'support' && random.chance(0.12))
    planImpersonation(world, list, visit, middle, span.end, random);
  if (person.group.id === 'administrator' && random.chance(0.08)) {
    const target = random.pickOf(
      world.people.filter((other) => other.group.habit.kind !== 'program' && other !== person),
    );
    if (target !== undefined) list.add(middle, { kind: 'role', visit, target, role: 'reviewer' });
  }
  if (random.chance(habit.logout)) list.add(span.end, { kind: 'logout', visit });
}

/** Wrong passwords, misspelt names and codes before a sign-in; true: gives up and asks for a one-time link. */
function planFailures(list: StepList, visit: Visit, arrival: number, random: Random): boolean {
  const { person, device, ip } = visit;
  const fail = (secondsBefore: number, typed: string, reason: string): void => {
    const known = reason !== 'unknown-account';
    list.add(arrival - secondsBefore * SECOND, {
      kind: 'fail',
      person: known ? person : null,
      typed,
      reason,
      ip,
      userAgent: device.userAgent,
      before: visit,
    });
  };
  if (person.mfa && random.chance(0.01)) fail(random.int(15, 40), person.login, 'mfa-failed');
  if (!random.chance(person.clumsiness)) return false;
  if (random.chance(0.15)) {
    fail(random.int(20, 50), mistype(random, person.login), 'unknown-account');
    return false;
  }
  const tries = random.chance(0.75) ? 1 : random.int(2, 3);
  for (let i = tries; i > 0; i -= 1) fail(i * random.int(14, 25) + 40, person.login, 'bad-password');
  return tries === 3 && random.chance(0.6);
}

function planImpersonation(
  world: World,
  list: StepList,
  visit: Visit,
  start: number,
  end: number,
  random: Random,
): void {
  const helped = world.people.filter((other) =>
    ['customer', 'employee', 'member', 'author'].includes(other.group.id),
  );
  const target = random.pickOf(helped);
  const until = Math.min(end - SECOND, start + random.between(4, 15) * MINUTE);
  if (target === undefined || until <= start) return;
  list.add(start, { kind: 'impersonate', visit, target });
  for (let at = start + random.between(1, 3) * MINUTE; at < until; at += random.between(1, 4) * MINUTE)
    list.add(at, { kind: 'impersonate-act', visit, target });
  list.add(until, { kind: 'impersonate-end', visit, target });
}

/** Something a person of this group does in the application. */
export function inventDeed(world: World, person: Person, random: Random): DoneDeed | null {
  const kind = random.pickOf(world.preset.deeds.filter((deed) => deed.groups.includes(person.group.id)));
  if (kind === undefined) return null;
  const number = random.int(1_000, 99_999);
  const name = random.pick(kind.names);
  // Things without a name of their own go by their number.
  return {
    verb: kind.verb,
    kind: kind.kind,
    id: String(number),
    name: name === kind.kind ? `${name} ${String(number)}` : name,
  };
}

/** The longest that a plan of one calendar day can reach beyond that day in UTC, either way; ms. */
export const PLAN_REACH = 40 * HOUR;
