import { DAY } from '#shared/domain/units.ts';
import { countryName } from '#shared/domain/said.ts';
import { STANDARD_FILTERS, type Descriptor } from '../descriptor.ts';
import { episodeOf, fromEpisode } from '../episode.ts';
import { decide, standardFilters } from '../filters.ts';
import type { UserDetection } from '../user-detection.ts';

const descriptor: Descriptor = {
  name: 'geofence',
  setting: 'geofence',
  title: 'Sign-in outside the allowed countries',
  logic:
    'A success from a denied country, or from one that is not on the list of allowed ones (off until a list is set). An unknown country follows the switch, default allow.',
  sources: 'policy',
  techniques: ['T1078'],
  severity: 'high',
  entity: 'user',
  filters: STANDARD_FILTERS,
  nextStep: 'End the session if the policy has no exception for this person; ask who signed in.',
  countsForRisk: true,
};

export const geofence: UserDetection = {
  descriptor,
  evaluate(state, event, context) {
    const settings = context.settings.geofence;
    if (settings === null || event.type !== 'login') return;
    const { country } = event;
    let rule: string | null = null;
    if (country === null) {
      if (settings.unknown === 'allow') {
        context.notEvaluable('geofence', 'no country');
        return;
      }
      rule = 'unknown places are denied';
    } else if (settings.deny?.includes(country) === true) rule = `${countryName(country)} is denied`;
    else if (settings.allow !== undefined && settings.allow.length > 0 && !settings.allow.includes(country))
      rule = `${countryName(country)} is not among the allowed countries`;
    context.evaluated('geofence');
    if (rule === null) return;
    const verdict = decide(standardFilters(context, 'geofence', event));
    const key = `fence:${country ?? '?'}|${verdict.filtered ?? ''}`;
    const episode = episodeOf(state.episodes, key, event, DAY);
    context.raise(descriptor, {
      entity: { kind: 'user', id: event.user ?? '' },
      users: [event.user ?? ''],
      severity: 'high',
      verdict,
      summary: `Signed in from ${country === null ? 'an unknown place' : countryName(country)}: ${rule}`,
      figures: { country, city: event.city, ip: event.ip, asn: event.asn, rule, signIns: episode.count },
      ...fromEpisode(episode, key),
    });
  },
};
