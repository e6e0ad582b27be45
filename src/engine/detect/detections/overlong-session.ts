import { HOUR } from '#shared/domain/units.ts';
import { lengthText } from '#shared/domain/said.ts';
import { STANDARD_FILTERS, type Descriptor } from '../descriptor.ts';
import { isWorthTelling } from '../episode.ts';
import { decide, standardFilters } from '../filters.ts';
import {
  apiTokenFilter,
  continueEpisode,
  sessionFinding,
  type SessionDetection,
} from '../session-detection.ts';

const descriptor: Descriptor = {
  name: 'overlong_session',
  setting: 'overlongSession',
  title: 'Session used for too long',
  logic: 'A session is used when it is more than 24 hours old.',
  sources: 'ours (policy)',
  techniques: ['T1539'],
  severity: 'low',
  entity: 'session',
  filters: [...STANDARD_FILTERS, 'api_token'],
  nextStep: 'Set an absolute lifetime as a rule; end the session if nobody needs it.',
  countsForRisk: true,
  countsFrom: 'medium',
};

export const overlongSession: SessionDetection = {
  descriptor,
  evaluate(state, event, context) {
    const settings = context.settings.overlongSession;
    if (settings === null || state.firstAt === null || state.firstId === null) return;
    context.evaluated('overlong_session');
    const age = event.ts - state.firstAt;
    if (age <= settings.hours * HOUR) return;
    const first = state.firstId;
    const episode = continueEpisode(state.overlong, event, (base) => ({ ...base, events: [first] }));
    state.overlong = episode;
    if (!isWorthTelling(episode, event)) return;
    context.raise(descriptor, {
      severity: 'low',
      verdict: decide([...standardFilters(context, 'overlong_session', event), apiTokenFilter(event)]),
      summary: `Still in use ${lengthText(age)} after it began`,
      figures: {
        ageHours: age / HOUR,
        thresholdHours: settings.hours,
        startedAt: state.firstAt,
        ip: event.ip,
        country: event.country,
      },
      ...sessionFinding(state, event, episode),
    });
  },
};
