import { DAY } from '#shared/domain/units.ts';
import { counted, countryName } from '#shared/domain/said.ts';
import { STANDARD_FILTERS, type Descriptor } from '../descriptor.ts';
import { episodeOf, fromEpisode } from '../episode.ts';
import { decide, filter, standardFilters } from '../filters.ts';
import { learningFilter } from '../learning.ts';
import { lastSeen, seenOf } from '../sights.ts';
import type { UserDetection } from '../user-detection.ts';

const descriptor: Descriptor = {
  name: 'atypical_country',
  setting: 'atypicalCountry',
  title: 'Sign-in from a country not used for long',
  logic: 'A country that the person knows, last used at least 30 days ago.',
  sources: 'BuffaLogs 30 days',
  techniques: ['T1078'],
  severity: 'low',
  entity: 'user',
  filters: [...STANDARD_FILTERS, 'learning', 'trusted_country'],
  nextStep: 'Compare with the person’s travel; look at it together with other detections of the same day.',
  countsForRisk: true,
};

export const atypicalCountry: UserDetection = {
  descriptor,
  evaluate(state, event, context) {
    const settings = context.settings.atypicalCountry;
    if (settings === null || event.type !== 'login') return;
    if (event.country === null) {
      context.notEvaluable('atypical_country', 'no country');
      return;
    }
    context.evaluated('atypical_country');
    const { profile } = state;
    const last = lastSeen(profile.countries, event.country);
    if (last === null || event.ts - last < settings.days * DAY) return;
    const seen = seenOf(profile.countries, event.country);
    if (seen === null) return;
    const verdict = decide([
      ...standardFilters(context, 'atypical_country', event),
      learningFilter(profile, event.ts, context.settings.learning),
      filter(
        'trusted_country',
        context.settings.filters.trustedCountries.includes(event.country),
        `${countryName(event.country)} is on the list of trusted countries`,
        'not a trusted country',
      ),
    ]);
    const key = `atypical:${event.country}|${verdict.filtered ?? ''}`;
    const episode = episodeOf(state.episodes, key, event, DAY, [seen.lastId]);
    const days = (event.ts - seen.last) / DAY;
    context.raise(descriptor, {
      entity: { kind: 'user', id: event.user ?? '' },
      users: [event.user ?? ''],
      severity: 'low',
      verdict,
      summary: `First sign-in from ${countryName(event.country)} in ${counted(Math.floor(days), 'day')}`,
      figures: {
        country: event.country,
        daysSince: Math.round(days * 100) / 100,
        lastEvent: seen.lastId,
        lastUsed: seen.last,
        timesUsed: seen.count,
        ip: event.ip,
        asn: event.asn,
        thresholdDays: settings.days,
      },
      ...fromEpisode(episode, key),
    });
  },
};
