import { HOUR } from '#shared/domain/units.ts';
import { lengthText } from '#shared/domain/said.ts';
import { STANDARD_FILTERS, type Descriptor } from '../descriptor.ts';
import { decide, standardFilters } from '../filters.ts';
import {
  apiTokenFilter,
  continueEpisode,
  sessionFinding,
  type SessionDetection,
} from '../session-detection.ts';

const descriptor: Descriptor = {
  name: 'idle_session',
  setting: 'idleSession',
  title: 'Activity after a long idle time',
  logic: 'A session is used again after more than 12 idle hours.',
  sources: 'ours (policy)',
  techniques: ['T1539'],
  severity: 'low',
  entity: 'session',
  filters: [...STANDARD_FILTERS, 'api_token'],
  nextStep: 'Set an idle time-out as a rule; look at where the new activity comes from.',
  countsForRisk: true,
  countsFrom: 'medium',
};

export const idleSession: SessionDetection = {
  descriptor,
  evaluate(state, event, context) {
    const settings = context.settings.idleSession;
    if (settings === null || state.lastActivityAt === null || state.lastActivityId === null) return;
    context.evaluated('idle_session');
    const gap = event.ts - state.lastActivityAt;
    if (gap <= settings.hours * HOUR) return;
    const previous = state.lastActivityId;
    const episode = continueEpisode(state.idle, event, (base) => ({ ...base, events: [previous] }));
    state.idle = episode;
    context.raise(descriptor, {
      severity: 'low',
      verdict: decide([...standardFilters(context, 'idle_session', event), apiTokenFilter(event)]),
      summary: `Used again after ${lengthText(gap)} without activity`,
      figures: {
        idleHours: gap / HOUR,
        thresholdHours: settings.hours,
        lastActivity: previous,
        times: episode.count,
        ip: event.ip,
        country: event.country,
      },
      ...sessionFinding(state, event, episode),
    });
  },
};
