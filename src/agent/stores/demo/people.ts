import type { Device } from './devices.ts';
import { chooseDevice } from './devices.ts';
import { inventName } from './names.ts';
import type { Place, Places } from './places.ts';
import { addressIn, distanceKm, hasNetwork, hostIn } from './places.ts';
import type { Group, Preset } from './presets.ts';
import type { Random } from './random.ts';
import { keyOf, randomFor, weighted } from './random.ts';

/** An invented person: everything here is fixed for a seed; what changes is in the database. */
export interface Person {
  readonly id: number;
  readonly login: string;
  readonly full: string;
  readonly email: string;
  readonly group: Group;
  readonly home: Place;
  readonly office: Place | null;
  readonly officeIp: string | null;
  readonly vpnIp: string | null;
  readonly devices: readonly Device[];
  readonly mfa: boolean;
  readonly remembers: boolean;
  /** Hours by which this person's day is earlier or later than the group's. */
  readonly shift: number;
  /** Chance of a wrong password at a sign-in. */
  readonly clumsiness: number;
  readonly travels: boolean;
  /** As fractions of the history: when the account was made and closed; 0 and 1 mean before and never. */
  readonly joins: number;
  readonly leaves: number;
}

/** Keys of the random streams, so that one never shares another's numbers. */
export const STREAM = {
  person: 1,
  day: 2,
  trip: 3,
  address: 4,
  session: 5,
  attack: 6,
  again: 7,
  load: 8,
  secret: 9,
  device: 10,
} as const;

/** The exit of a VPN service that is nearest to home: what its program picks by itself. */
function vpnExit(home: Place, places: Places, random: Random): string | null {
  const exits = places.anonymous
    .filter((network) => network.kind === 'vpn')
    .sort((a, b) => distanceKm(home, a) - distanceKm(home, b));
  const exit = random.pickOf(exits.slice(0, 2));
  return exit === undefined ? null : hostIn(exit, random);
}

function officesOf(preset: Preset, places: readonly Place[], seed: number): readonly Place[] {
  const random = randomFor(seed, STREAM.person, keyOf('offices'));
  const chosen: Place[] = [];
  for (let i = 0; i < preset.offices; i += 1) {
    const free = places.filter((place) => !chosen.includes(place) && hasNetwork(place, 'business'));
    const place = weighted(random, free.length > 0 ? free : places, (item) => item.weight);
    if (place !== undefined && !chosen.includes(place)) chosen.push(place);
  }
  return chosen;
}

function devicesOf(random: Random, group: Group): readonly Device[] {
  if (group.habit.kind === 'program') return [chooseDevice(random, 'program', 0, [])];
  const devices: Device[] = [];
  const add = (form: Device['form']): void => {
    devices.push(chooseDevice(random, form, devices.length, devices));
  };
  if (group.habit.kind === 'office') {
    add('desktop');
    if (random.chance(0.6)) add('phone');
    if (random.chance(0.15)) add('desktop');
  } else {
    if (random.chance(0.8)) add('desktop');
    if (devices.length === 0 || random.chance(0.65)) add('phone');
  }
  return devices;
}

/** The population of an environment; the same for the same seed, size and places. */
export function inventPeople(preset: Preset, size: number, places: Places, seed: number): readonly Person[] {
  const offices = officesOf(preset, places.cities, seed);
  const taken = new Set<string>();
  const people: Person[] = [];
  for (const group of membership(preset, size)) {
    const id = people.length + 1;
    people.push(inventPerson(id, group, { preset, places, offices, seed, taken }));
  }
  return people;
}

/** Groups person by person: fixed counts first (scaled down for tiny populations), the rest by share. */
function membership(preset: Preset, size: number): readonly Group[] {
  const list: Group[] = [];
  for (const group of preset.groups) {
    const wanted = Math.max(1, Math.min(group.count ?? 0, Math.round(size / 10)));
    if (group.count !== undefined) for (let i = 0; i < wanted; i += 1) list.push(group);
  }
  const shared = preset.groups.filter((group) => group.count === undefined);
  const whole = shared.reduce((sum, group) => sum + group.share, 0);
  const rest = Math.max(0, size - list.length);
  let filled = 0;
  let share = 0;
  for (const group of shared) {
    share += group.share / whole;
    for (; filled < Math.round(rest * share); filled += 1) list.push(group);
  }
  return list.slice(0, Math.max(size, 1));
}

interface Surroundings {
  readonly preset: Preset;
  readonly places: Places;
  readonly offices: readonly Place[];
  readonly seed: number;
  readonly taken: Set<string>;
}

function inventPerson(id: number, group: Group, around: Surroundings): Person {
  const { preset, places, offices, seed } = around;
  const random = randomFor(seed, STREAM.person, id);
  const isOffice = group.habit.kind === 'office';
  const office = isOffice && random.chance(0.85) ? (random.pickOf(offices) ?? null) : null;
  const home = office ?? weighted(random, places.cities, (place) => place.weight);
  if (home === undefined) throw new Error('there are no places to invent people for');
  const name =
    group.habit.kind === 'program'
      ? { login: serviceLogin(id, around.taken), full: 'Service account' }
      : inventName(random, around.taken);
  const vpnIp = random.chance(isOffice ? 0.06 : 0.03) ? vpnExit(home, places, random) : null;
  const officeRandom = randomFor(seed, STREAM.address, keyOf(office?.city ?? ''));
  const senior = group.id === 'administrator' || group.id === 'service' || group.id === 'support';
  return {
    id,
    login: name.login,
    full: name.full,
    email: `${name.login}@${preset.mailDomain}`,
    group,
    home,
    office,
    officeIp: office === null ? null : addressIn(office, 'business', officeRandom),
    vpnIp,
    devices: devicesOf(random, group),
    mfa: random.chance(group.mfa),
    remembers: random.chance(group.remember),
    shift: group.habit.kind === 'program' ? random.between(0, 6) : random.normal(0, isOffice ? 0.6 : 2.6),
    clumsiness: group.habit.kind === 'program' ? 0 : random.between(0.01, 0.09),
    travels: !senior && random.chance(isOffice ? 0.12 : 0.05),
    joins: !senior && random.chance(0.03) ? random.between(0.1, 0.9) : 0,
    leaves: !senior && random.chance(0.02) ? random.between(0.3, 0.95) : 1,
  };
}

function serviceLogin(id: number, taken: Set<string>): string {
  const names = ['svc-backup', 'svc-import', 'svc-export', 'svc-monitor', 'svc-search'];
  const login = names.find((name) => !taken.has(name)) ?? `svc-${String(id)}`;
  taken.add(login);
  return login;
}
