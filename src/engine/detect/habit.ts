import { geodesicKm } from '#shared/domain/geodesic.ts';
import { DAY, HOUR } from '#shared/domain/units.ts';
import { knownDevice } from './device.ts';
import type { PreparedEvent } from './prepare.ts';
import type { DetectSettings } from './settings.ts';
import { daysSeen, firstSeen, lastSeen, seenOf, type Sights } from './sights.ts';
import type { Point, Profile, UserState } from './user-state.ts';

/** The setting; null: nothing is a habit. Its defaults are ours; Elastic looks back 7 days. */
type Habits = DetectSettings['habits'];
/** Fastest that somebody travels door to door (ours; the default of impossible_travel). */
const TRIP_KMH = 900;

const HIDING: ReadonlySet<string> = new Set(['vpn', 'relay', 'proxy', 'hosting']);
const CONSUMER: ReadonlySet<string> = new Set(['residential', 'business', 'mobile']);

const isHabit = (habits: Habits, sights: Sights, name: string | null, ts: number): boolean =>
  habits !== null &&
  name !== null &&
  daysSeen(sights, name) >= habits.days &&
  ts - (firstSeen(sights, name) ?? ts) >= habits.ageDays * DAY &&
  ts - (lastSeen(sights, name) ?? -Infinity) <= habits.lapseDays * DAY;

/** Whether an event comes from a device that the person has used on several days. */
export const isOwnDevice = (habits: Habits, profile: Profile, event: PreparedEvent): boolean =>
  habits !== null &&
  event.deviceKey !== null &&
  isHabit(habits, profile.devices, knownDevice(profile.devices, event.deviceKey), event.ts);

/**
 * Why a network that hides where somebody is (VPN, relay, proxy, hosting; never Tor) is usual for a person, or null:
 * its ASN, or else the address, was used on as many days as the setting says, long enough ago, and the device is theirs.
 */
export const habitOf = (habits: Habits, profile: Profile, event: PreparedEvent): string | null => {
  if (event.network === null || !HIDING.has(event.network) || !isOwnDevice(habits, profile, event))
    return null;
  const [sights, key] =
    event.asn === null ? [profile.addresses, event.ipKey] : [profile.asns, String(event.asn)];
  if (key === null || !isHabit(habits, sights, key, event.ts)) return null;
  const seen = seenOf(sights, key);
  if (seen === null) return null;
  const name = event.asn === null ? (event.ipKey ?? '') : `AS${event.asn}`;
  return `used ${name} on ${seen.days} days since ${new Date(seen.first).toISOString().slice(0, 10)}, with this kind of device`;
};

const isTrip = (from: Point, event: PreparedEvent): boolean => {
  if (from.lat === null || from.lon === null || event.lat === null || event.lon === null) return false;
  const km = geodesicKm(
    { latitude: from.lat, longitude: from.lon },
    { latitude: event.lat, longitude: event.lon },
  );
  const ms = event.ts - from.ts;
  return ms > 0 && km / (ms / HOUR) <= TRIP_KMH;
};

/** Whether a point says where somebody was: not behind a satellite, nor behind their habitual VPN. */
export const isReal = (point: Point): boolean => !point.habit && point.network !== 'satellite';

/** The last place of a person that no network hid. */
const realPlace = (state: UserState): Point | null =>
  state.place !== null && isReal(state.place) ? state.place : state.ground;

/**
 * Whether a sign-in looks like the person on a trip: their own device, on a network that people use, at a place that
 * can be reached from where they were last. If they were at home all the time, impossible_travel says so later.
 */
export const looksLikeTrip = (habits: Habits, state: UserState, event: PreparedEvent): boolean => {
  if (event.network === null || !CONSUMER.has(event.network) || !isOwnDevice(habits, state.profile, event))
    return false;
  const from = realPlace(state);
  return from !== null && isTrip(from, event);
};

/**
 * Why two ends far apart are no travel, or null: one is the person's habitual VPN or relay, and the other is that too,
 * or their own device where they usually are or can have gone since they were last seen outside it.
 */
export const hiddenPlace = (
  habits: Habits,
  state: UserState,
  from: Point,
  event: PreparedEvent,
): string | null => {
  if (event.habit !== null) {
    const usual = from.habit || isHabit(habits, state.profile.countries, from.country, event.ts);
    return usual || from.ownDevice ? `the person’s habit: ${event.habit}` : null;
  }
  if (!from.habit || !isOwnDevice(habits, state.profile, event)) return null;
  const home = isHabit(habits, state.profile.countries, event.country, event.ts);
  const ground = realPlace(state);
  return home || (ground !== null && isTrip(ground, event))
    ? `the earlier end is the person’s habitual ${from.network ?? 'network'}; this one is their own device`
    : null;
};
