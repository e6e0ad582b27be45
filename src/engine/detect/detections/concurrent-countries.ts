import { MINUTE } from '#shared/domain/units.ts';
import { countryName, lengthText, listText } from '#shared/domain/said.ts';
import { STANDARD_FILTERS, type Descriptor } from '../descriptor.ts';
import { episodeOf, fromEpisode } from '../episode.ts';
import { decide, filter, standardFilters } from '../filters.ts';
import { hiddenPlace, isOwnDevice } from '../habit.ts';
import type { PreparedEvent } from '../prepare.ts';
import type { UserDetection } from '../user-detection.ts';
import { samePoint, type Point } from '../user-state.ts';

const descriptor: Descriptor = {
  name: 'concurrent_countries',
  setting: 'concurrentCountries',
  title: 'Sessions from two countries',
  logic: 'Two different sessions of one person used from two countries within 30 minutes.',
  sources: 'ours, after Elastic Okta’s 30 minutes',
  techniques: ['T1550', 'T1078'],
  severity: 'medium',
  entity: 'user',
  filters: [...STANDARD_FILTERS, 'habitual_network', 'travel_pair'],
  nextStep: 'Ask the person which of the two is theirs; end the other.',
  countsForRisk: true,
};
const MAX_PLACES = 64;

/** The latest place of another session in another country. */
const otherThan = (places: readonly Point[], event: PreparedEvent): Point | null => {
  for (let at = places.length - 1; at >= 0; at -= 1) {
    const point = places[at];
    if (point && point.session !== event.session && point.country !== event.country) return point;
  }
  return null;
};

export const concurrentCountries: UserDetection = {
  descriptor,
  evaluate(state, event, context) {
    const settings = context.settings.concurrentCountries;
    if (settings === null) return;
    if (event.type !== 'login' && event.type !== 'session-opened' && event.type !== 'session-updated') return;
    if (event.session === null || event.country === null) {
      context.notEvaluable('concurrent_countries', event.session === null ? 'no session' : 'no country');
      return;
    }
    context.evaluated('concurrent_countries');
    const windowMs = settings.windowMin * MINUTE;
    const places = state.recentPlaces;
    // In event time, so what is too old stands first; without a list of its own for each use of a session.
    let old = 0;
    while (old < places.length && event.ts - (places[old]?.ts ?? 0) > windowMs) old += 1;
    if (old > 0) places.splice(0, old);
    const other = otherThan(places, event);
    if (!event.trusted && !event.ignoredIp && !event.ignoredAsn) {
      const own = places.findIndex(
        (point) => point.session === event.session && point.country === event.country,
      );
      if (own >= 0) places.splice(own, 1);
      places.push(samePoint(state, event, isOwnDevice(context.settings.habits, state.profile, event)));
      if (places.length > MAX_PLACES) places.shift();
    }
    if (other === null) return;
    const pair = context.settings.filters.travelPairs.find(
      ([a, b]) =>
        (a === other.country && b === event.country) || (b === other.country && a === event.country),
    );
    const habit = hiddenPlace(context.settings.habits, state, other, event);
    const verdict = decide([
      ...standardFilters(context, 'concurrent_countries', event),
      filter(
        'habitual_network',
        habit !== null,
        habit ?? '',
        'neither is a VPN or relay that is the person’s habit, with the other their own',
      ),
      filter(
        'travel_pair',
        pair !== undefined,
        `people commute between ${listText((pair ?? []).map(countryName))}`,
        'not a known pair of countries',
      ),
    ]);
    const key = `countries|${verdict.filtered ?? ''}`;
    const episode = episodeOf(state.episodes, key, event, 24 * 60 * MINUTE, [other.id]);
    context.raise(descriptor, {
      entity: { kind: 'user', id: event.user ?? '' },
      users: [event.user ?? ''],
      severity: 'medium',
      verdict,
      summary: `Used one session in ${countryName(other.country ?? 'a country that is not known')} and ${event.ts === other.ts ? 'at the same moment another' : `${lengthText(event.ts - other.ts)} later another`} in ${countryName(event.country)}`,
      figures: {
        first: {
          event: other.id,
          session: other.session,
          country: other.country,
          ip: other.ip,
          asn: other.asn,
          ts: other.ts,
        },
        second: {
          event: event.id,
          session: event.session,
          country: event.country,
          ip: event.ip,
          asn: event.asn,
          ts: event.ts,
        },
        minutes: (event.ts - other.ts) / MINUTE,
        windowMin: settings.windowMin,
      },
      ...fromEpisode(episode, key),
    });
  },
};
