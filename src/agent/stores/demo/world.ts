import type { Person } from './people.ts';
import { STREAM, inventPeople } from './people.ts';
import type { Place, Places } from './places.ts';
import { addressIn, hostIn, networksOf } from './places.ts';
import type { Preset, PresetName } from './presets.ts';
import { presets } from './presets.ts';
import type { Random } from './random.ts';
import { keyOf, randomFor, weighted } from './random.ts';

/** Everything that is fixed: who lives where and how they behave. */
export interface World {
  readonly preset: Preset;
  readonly places: Places;
  readonly people: readonly Person[];
  readonly seed: number;
  /** The period over which people join and leave; ms since the epoch. */
  readonly from: number;
  readonly until: number;
}

export interface WorldOptions {
  readonly preset: PresetName;
  readonly places: Places;
  readonly seed: number;
  readonly people?: number | undefined;
  readonly from: number;
  readonly until: number;
}

export function createWorld(options: WorldOptions): World {
  const preset = presets[options.preset];
  const seed = keyOf(`${options.preset}/${String(options.seed)}`);
  return {
    preset,
    places: options.places,
    people: inventPeople(preset, options.people ?? preset.population, options.places, seed),
    seed,
    from: options.from,
    until: options.until,
  };
}

/** When somebody's account is made or closed; null: before, or not in this period. */
export function joinsAt(world: World, person: Person): number | null {
  return person.joins === 0 ? null : Math.round(world.from + person.joins * (world.until - world.from));
}
export function leavesAt(world: World, person: Person): number | null {
  return person.leaves === 1 ? null : Math.round(world.from + person.leaves * (world.until - world.from));
}

export type Whereabouts =
  | { readonly is: 'home' }
  | { readonly is: 'away'; readonly place: Place; readonly hotelIp: string }
  | { readonly is: 'under-way' };

/** Trips are planned in blocks of this many days, each with a day of travel at both ends and days at home around it. */
const BLOCK = 12;

/** Where a person spends a calendar day (their own). */
export function whereabouts(world: World, person: Person, day: number): Whereabouts {
  if (!person.travels) return { is: 'home' };
  const random = randomFor(world.seed, STREAM.trip, person.id, Math.floor(day / BLOCK));
  if (!random.chance(0.5)) return { is: 'home' };
  const departure = random.int(1, 4);
  const nights = random.int(2, 5);
  const place = weighted(
    random,
    world.places.cities.filter((city) => city !== person.home),
    (city) => city.weight,
  );
  const offset = day % BLOCK;
  if (place === undefined || offset < departure || offset > departure + nights + 1) return { is: 'home' };
  if (offset === departure || offset === departure + nights + 1) return { is: 'under-way' };
  return { is: 'away', place, hotelIp: addressIn(place, 'business', random) };
}

/** The address at home: half of the connections change it every ten days. */
export function homeIp(world: World, person: Person, day: number): string {
  const period = person.id % 2 === 0 ? 0 : 1 + Math.floor(day / 10);
  const networks = networksOf(person.home, 'residential');
  const network = randomFor(world.seed, STREAM.address, person.id).pickOf(networks);
  if (network === undefined) throw new Error(`${person.home.city} has no networks in the places file`);
  return hostIn(network, randomFor(world.seed, STREAM.address, person.id, period));
}

/** The address of somebody's device on a day; phones are on a carrier's network more often than not. */
export function addressOf(
  world: World,
  person: Person,
  form: 'desktop' | 'phone' | 'program',
  day: number,
  random: Random,
): string {
  if (form === 'program')
    return addressIn(person.home, 'hosting', randomFor(world.seed, STREAM.address, person.id));
  const where = whereabouts(world, person, day);
  const place = where.is === 'away' ? where.place : person.home;
  if (form === 'phone' && random.chance(0.6)) return addressIn(place, 'mobile', random);
  if (where.is === 'away') return person.vpnIp ?? where.hotelIp;
  if (form === 'desktop' && person.vpnIp !== null) return person.vpnIp;
  return homeIp(world, person, day);
}
