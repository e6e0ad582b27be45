import { geodesicKm } from '#shared/domain/geodesic.ts';
import { DAY, HOUR } from '#shared/domain/units.ts';
import {
  count as countText,
  countryName,
  kmText,
  lengthText,
  listText,
  networkName,
  speedText,
} from '#shared/domain/said.ts';
import { STANDARD_FILTERS, type Descriptor } from '../descriptor.ts';
import { addRow, episodeOf, fromEpisode } from '../episode.ts';
import { hiddenPlace } from '../habit.ts';
import { decide, filter, standardFilters } from '../filters.ts';
import type { PreparedEvent } from '../prepare.ts';
import { hasSeen } from '../sights.ts';
import type { UserContext, UserDetection } from '../user-detection.ts';
import { saysWhere, type Point, type UserState } from '../user-state.ts';

const descriptor: Descriptor = {
  name: 'impossible_travel',
  setting: 'impossibleTravel',
  title: 'Impossible travel',
  logic:
    'Two neighbouring located events of a person (event time; sign-ins and session activity, never failures) at least 500 km apart at more than 900 km/h; no time between them is infinite speed.',
  sources: 'BuffaLogs > 100 km and > 300 km/h; Elastic >= 500 km and >= 800 km/h; Panther > 900 km/h',
  techniques: ['T1078'],
  severity: 'high',
  entity: 'user',
  filters: [
    ...STANDARD_FILTERS,
    'same_ip',
    'mobile_carrier',
    'same_country',
    'satellite',
    'habitual_network',
    'travel_pair',
    'known_ip',
  ],
  nextStep:
    'Ask the person whether both sign-ins are theirs. If not, end the sessions of the place that is not, reset the password, and check what the session did.',
  countsForRisk: true,
};

const travelFilters = (state: UserState, from: Point, event: PreparedEvent, context: UserContext) => {
  const { impossibleTravel: own, filters } = context.settings;
  const sameCountry = from.country !== null && from.country === event.country;
  const pair = filters.travelPairs.find(
    ([a, b]) => (a === from.country && b === event.country) || (b === from.country && a === event.country),
  );
  const habit = hiddenPlace(context.settings.habits, state, from, event);
  const known = event.ipKey !== null && hasSeen(state.profile.addresses, event.ipKey);
  return decide([
    ...standardFilters(context, 'impossible_travel', event),
    filter(
      'same_ip',
      from.ipKey !== null && from.ipKey === event.ipKey,
      'same address, or the same IPv6 /64',
      'different addresses',
    ),
    filter(
      'mobile_carrier',
      from.network === 'mobile' &&
        event.network === 'mobile' &&
        from.asn !== null &&
        from.asn === event.asn &&
        sameCountry,
      `both on the mobile network ${networkName(event.asn, event.asOrg) ?? ''} in ${countryName(event.country ?? '')}`,
      'not one mobile network in one country',
    ),
    filter(
      'same_country',
      own?.ignoreSameCountry === true && sameCountry,
      `both in ${countryName(event.country ?? '')}`,
      'different countries, or not switched on',
    ),
    filter(
      'satellite',
      from.network === 'satellite' || event.network === 'satellite',
      'one end is a satellite network',
      'no satellite network',
    ),
    filter(
      'habitual_network',
      habit !== null,
      habit ?? '',
      'neither end is a VPN or relay that is the person’s habit, with the other end their own',
    ),
    filter(
      'travel_pair',
      pair !== undefined,
      `people commute between ${listText((pair ?? []).map(countryName))}`,
      'not a known pair of countries',
    ),
    filter(
      'known_ip',
      own?.onlyForNewIp === true && known,
      'the person used this address before',
      'a new address, or not switched on',
    ),
  ]);
};

const end = ({ id, ts, ip, country, city, lat, lon, asn, asOrg, network }: Point | PreparedEvent) => ({
  event: id,
  ts,
  ip,
  country,
  city,
  lat,
  lon,
  asn,
  asOrg,
  network,
});

interface Hop {
  readonly from: { readonly city: string | null; readonly country: string | null };
  readonly to: { readonly city: string | null; readonly country: string | null };
  readonly km: number;
  readonly kmh: number | null;
}
const placeName = (end: Hop['from'], otherwise: string): string =>
  end.city ?? (end.country === null ? otherwise : countryName(end.country));
const travelSummary = ({ from, to, km, kmh }: Hop, ms: number, count: number): string => {
  const more = count > 1 ? `, the first of ${countText(count)} such hops within a day` : '';
  const between = kmh === null ? 'at the same moment' : `in ${lengthText(ms)}, which is ${speedText(kmh)}`;
  return `${placeName(from, 'One place')} to ${placeName(to, 'another')}: ${kmText(km)} ${between}${more}`;
};

/** Raises a hop between two located events of a person that nobody makes. */
const compare = (state: UserState, from: Point, event: PreparedEvent, context: UserContext): void => {
  const settings = context.settings.impossibleTravel;
  if (settings === null || from.lat === null || from.lon === null) return;
  if (event.lat === null || event.lon === null) return;
  if (from.lat === event.lat && from.lon === event.lon) return;
  const km = geodesicKm(
    { latitude: from.lat, longitude: from.lon },
    { latitude: event.lat, longitude: event.lon },
  );
  const ms = event.ts - from.ts;
  const kmh = ms === 0 ? Infinity : km / (ms / HOUR);
  if (km < settings.minDistanceKm || km === 0 || kmh <= settings.maxSpeedKmh) return;
  const verdict = travelFilters(state, from, event, context);
  const key = `travel|${verdict.filtered ?? ''}`;
  const episode = episodeOf(state.episodes, key, event, DAY, [from.id]);
  const hop = {
    from: end(from),
    to: end(event),
    km: Math.round(km * 10) / 10,
    minutes: Math.round((ms / 60_000) * 100) / 100,
    kmh: Number.isFinite(kmh) ? Math.round(kmh * 10) / 10 : null,
    infiniteSpeed: !Number.isFinite(kmh),
  };
  const hops = addRow(episode, hop) as (typeof hop)[];
  const first = hops[0] ?? hop;
  context.raise(descriptor, {
    entity: { kind: 'user', id: event.user ?? '' },
    users: [event.user ?? ''],
    severity: 'high',
    verdict,
    summary: travelSummary(first, first.to.ts - first.from.ts, episode.count),
    figures: {
      // The hop that raised it; the others of the same day are in the list.
      from: first.from,
      to: first.to,
      km: first.km,
      minutes: first.minutes,
      kmh: first.kmh,
      infiniteSpeed: first.infiniteSpeed,
      hops,
      hopCount: episode.count,
      minDistanceKm: settings.minDistanceKm,
      maxSpeedKmh: settings.maxSpeedKmh,
      knownCountries: [...state.profile.countries.names],
    },
    ...fromEpisode(episode, key),
  });
};

/** Neighbours in event time are compared once each: with a late event, both its sides are worked out anew. */
export const impossibleTravel: UserDetection = {
  descriptor,
  evaluate(state, event, context) {
    const settings = context.settings.impossibleTravel;
    if (settings === null || !saysWhere(event)) return;
    if (event.lat === null || event.lon === null) {
      context.notEvaluable('impossible_travel', 'no place');
      return;
    }
    const { place, ground } = state;
    if (place === null) context.notEvaluable('impossible_travel', 'no other place to compare');
    else {
      context.evaluated('impossible_travel');
      compare(state, place, event, context);
      // A satellite or a habitual VPN tells little of where somebody is: what it hides is compared too.
      if (ground !== null && event.network !== 'satellite' && event.habit === null)
        compare(state, ground, event, context);
    }
  },
};
