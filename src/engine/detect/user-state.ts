import { cloneState } from './codec.ts';
import type { Episode, Episodes } from './episode.ts';
import type { ProfileParts } from './needed-memories.ts';
import type { PreparedEvent } from './prepare.ts';
import { cloneSights, createSights, see, type Sights } from './sights.ts';

/** What is known of a person from successful logins. */
export interface Profile {
  first: number | null;
  last: number | null;
  lastId: string | null;
  logins: number;
  countries: Sights;
  devices: Sights;
  asns: Sights;
  addresses: Sights;
  families: Sights;
  /** Logins by local hour of the day, in the zone of offHours. */
  hours: number[];
}

/** One end of a comparison: where, on what network, when. */
export interface Point {
  readonly id: string;
  readonly ts: number;
  readonly ip: string | null;
  readonly ipKey: string | null;
  readonly family: 4 | 6 | null;
  readonly country: string | null;
  readonly city: string | null;
  readonly lat: number | null;
  readonly lon: number | null;
  readonly asn: number | null;
  readonly asOrg: string | null;
  readonly network: string | null;
  readonly session: string | null;
  /** It is a network of the kind that hides places, and the person's habit, with a device of theirs. */
  readonly habit: boolean;
  /** With a device that the person had used on several days. */
  readonly ownDevice: boolean;
}

const pointOf = (event: PreparedEvent, ownDevice = false): Point => ({
  id: event.id,
  ts: event.ts,
  ip: event.ip,
  ipKey: event.ipKey,
  family: event.family,
  country: event.country,
  city: event.city,
  lat: event.lat,
  lon: event.lon,
  asn: event.asn,
  asOrg: event.asOrg,
  network: event.network,
  session: event.session,
  habit: event.habit !== null,
  ownDevice,
});

/** The point of an event: that which was made of it already, if there is one; points are never changed. */
export const samePoint = (
  { recentPlaces, successes }: Pick<UserState, 'recentPlaces' | 'successes'>,
  event: PreparedEvent,
  ownDevice: boolean,
): Point => {
  const place = recentPlaces[recentPlaces.length - 1];
  if (place !== undefined && place.id === event.id && place.ownDevice === ownDevice) return place;
  const success = successes[successes.length - 1];
  if (success !== undefined && success.id === event.id && success.ownDevice === ownDevice) return success;
  return pointOf(event, ownDevice);
};

/** A run of failures against one account. */
export interface FailureRun extends Episode {
  sources: Map<string, number>;
  reasons: Map<string, number>;
  /** Every source so far was on a list of ignored or trusted addresses. */
  allExempt: boolean;
}

export interface LiveSession extends Point {
  readonly expiresAt: number | null;
}

/** State of one person between events. Bounded: see the limits below. */
export interface UserState {
  profile: Profile;
  place: Point | null;
  /** The last place before those that satellites or habitual VPNs gave; null when the last place is none of theirs. */
  ground: Point | null;
  failures: { ts: number[]; id: string[]; source: string[]; reason: string[] };
  retries: Map<string, number>;
  failureRun: FailureRun | null;
  successes: Point[];
  live: Map<string, LiveSession>;
  overLimit: Episode | null;
  recentPlaces: Point[];
  episodes: Episodes;
}

/** Whether an event says where its person is: what succeeded, never a failure. */
export const saysWhere = (event: PreparedEvent): boolean =>
  event.type === 'login' || event.type === 'session-opened' || event.type === 'session-updated';

const createProfile = (): Profile => ({
  first: null,
  last: null,
  lastId: null,
  logins: 0,
  countries: createSights(),
  devices: createSights(),
  asns: createSights(),
  addresses: createSights(),
  families: createSights(),
  hours: [],
});

export const createUserState = (): UserState => ({
  profile: createProfile(),
  place: null,
  ground: null,
  failures: { ts: [], id: [], source: [], reason: [] },
  retries: new Map(),
  failureRun: null,
  successes: [],
  live: new Map(),
  overLimit: null,
  recentPlaces: [],
  episodes: new Map(),
});

const cloneProfile = (profile: Profile): Profile => ({
  first: profile.first,
  last: profile.last,
  lastId: profile.lastId,
  logins: profile.logins,
  countries: cloneSights(profile.countries),
  devices: cloneSights(profile.devices),
  asns: cloneSights(profile.asns),
  addresses: cloneSights(profile.addresses),
  families: cloneSights(profile.families),
  hours: profile.hours.slice(),
});
/**
 * A copy that shares what is never changed in place (points, what was seen): cheap in time and memory. Literals in the
 * order of those that create: a copy by a spread is of another shape, and a late event goes on from a copy.
 */
export const cloneUserState = (state: UserState): UserState => {
  const { failures } = state;
  return {
    profile: cloneProfile(state.profile),
    place: state.place,
    ground: state.ground,
    failures: {
      ts: failures.ts.slice(),
      id: failures.id.slice(),
      source: failures.source.slice(),
      reason: failures.reason.slice(),
    },
    retries: new Map(state.retries),
    failureRun: cloneState(state.failureRun),
    successes: state.successes.slice(),
    live: new Map(state.live),
    overLimit: cloneState(state.overLimit),
    recentPlaces: state.recentPlaces.slice(),
    episodes: cloneState(state.episodes),
  };
};

const LIMIT = { countries: 64, devices: 64, asns: 96, addresses: 96 } as const;

/** Adds a successful login to the profile, to the parts of it that somebody reads. A trusted egress teaches devices, never places. */
export const train = (
  profile: Profile,
  event: PreparedEvent,
  localHour: number | null,
  parts: ProfileParts,
): void => {
  profile.first ??= event.ts;
  profile.last = event.ts;
  profile.lastId = event.id;
  profile.logins += 1;
  if (localHour !== null) {
    if (profile.hours.length === 0) profile.hours = new Array<number>(24).fill(0);
    profile.hours[localHour] = (profile.hours[localHour] ?? 0) + 1;
  }
  if (parts.devices && event.deviceKey !== null) see(profile.devices, event.deviceKey, event, LIMIT.devices);
  if (event.trusted) return;
  if (parts.countries && event.country !== null)
    see(profile.countries, event.country, event, LIMIT.countries);
  if (parts.networks && event.asn !== null) see(profile.asns, String(event.asn), event, LIMIT.asns);
  if (parts.addresses && event.ipKey !== null) see(profile.addresses, event.ipKey, event, LIMIT.addresses);
  if (parts.families && event.family !== null) see(profile.families, String(event.family), event, 2);
};
