import { DAY } from '#shared/domain/units.ts';
import { countryName, listText } from '#shared/domain/said.ts';
import { STANDARD_FILTERS, type Descriptor } from '../descriptor.ts';
import { episodeOf, fromEpisode } from '../episode.ts';
import { looksLikeTrip } from '../habit.ts';
import { decide, filter, standardFilters } from '../filters.ts';
import { learningFilter, nothingKnown } from '../learning.ts';
import { allSeen, hasSeen } from '../sights.ts';
import type { UserDetection } from '../user-detection.ts';

const descriptor: Descriptor = {
  name: 'new_country',
  setting: 'newCountry',
  title: 'Sign-in from a new country',
  logic:
    'No earlier successful sign-in by the person from this country. With `habits` set it looks like a trip (low) with a device of the person’s own, on a home, business or mobile network, where the person can have got to since they were last seen.',
  sources:
    'BuffaLogs; Microsoft Entra newCountry; Splunk baseline; Elastic new_terms with 10 days of history',
  techniques: ['T1078'],
  severity: 'medium; with `habits`, low when it looks like a trip',
  entity: 'user',
  filters: [...STANDARD_FILTERS, 'learning', 'trusted_country'],
  nextStep: 'Ask the person whether they travel. If not, end the session and reset the password.',
  countsForRisk: true,
  countsFrom: 'medium',
};

export const newCountry: UserDetection = {
  descriptor,
  evaluate(state, event, context) {
    if (context.settings.newCountry === null || event.type !== 'login') return;
    if (event.country === null) {
      context.notEvaluable('new_country', 'no country');
      return;
    }
    if (nothingKnown(state.profile, context.settings.learning)) {
      context.notEvaluable('new_country', 'no earlier sign-in');
      return;
    }
    context.evaluated('new_country');
    const { profile } = state;
    if (hasSeen(profile.countries, event.country)) return;
    const verdict = decide([
      ...standardFilters(context, 'new_country', event),
      learningFilter(profile, event.ts, context.settings.learning),
      filter(
        'trusted_country',
        context.settings.filters.trustedCountries.includes(event.country),
        `${countryName(event.country)} is on the list of trusted countries`,
        'not a trusted country',
      ),
    ]);
    const trip = looksLikeTrip(context.settings.habits, state, event);
    const key = `country:${event.country}|${verdict.filtered ?? ''}${trip ? '|trip' : ''}`;
    const episode = episodeOf(state.episodes, key, event, DAY);
    context.raise(descriptor, {
      entity: { kind: 'user', id: event.user ?? '' },
      users: [event.user ?? ''],
      severity: trip ? 'low' : 'medium',
      verdict,
      summary: `First sign-in from ${countryName(event.country)}${profile.countries.names.length === 0 ? '; no country was known before' : `; until now ${listText(profile.countries.names.map(countryName))}`}${trip ? '. It looks like a trip with their own device' : ''}`,
      figures: {
        country: event.country,
        city: event.city,
        ip: event.ip,
        asn: event.asn,
        asOrg: event.asOrg,
        firstLogin: profile.first,
        logins: profile.logins,
        looksLikeTrip: trip,
        knownCountries: allSeen(profile.countries).map(([country, seen]) => ({ country, ...seen })),
      },
      ...fromEpisode(episode, key),
    });
  },
};
