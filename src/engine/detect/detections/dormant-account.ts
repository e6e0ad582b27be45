import { DAY } from '#shared/domain/units.ts';
import { counted } from '#shared/domain/said.ts';
import { STANDARD_FILTERS, type Descriptor } from '../descriptor.ts';
import { decide, standardFilters } from '../filters.ts';
import type { UserDetection } from '../user-detection.ts';

const descriptor: Descriptor = {
  name: 'dormant_account',
  setting: 'dormantAccount',
  title: 'Dormant account wakes up',
  logic: 'A success at least 90 days after the one before. A first sign-in is not a return.',
  sources: 'ours',
  techniques: ['T1078'],
  severity: 'medium',
  entity: 'user',
  filters: STANDARD_FILTERS,
  nextStep: 'Ask the person or their manager. Accounts that nobody needs should be closed.',
  countsForRisk: true,
};

export const dormantAccount: UserDetection = {
  descriptor,
  evaluate(state, event, context) {
    const settings = context.settings.dormantAccount;
    if (settings === null || event.type !== 'login') return;
    const { profile } = state;
    if (profile.last === null) {
      context.notEvaluable('dormant_account', 'no earlier sign-in');
      return;
    }
    context.evaluated('dormant_account');
    const gap = event.ts - profile.last;
    if (gap < settings.days * DAY) return;
    context.raise(descriptor, {
      key: event.id,
      at: event.id,
      raisedAt: event.ts,
      lastAt: event.ts,
      events: profile.lastId === null ? [event.id] : [profile.lastId, event.id],
      entity: { kind: 'user', id: event.user ?? '' },
      users: [event.user ?? ''],
      severity: 'medium',
      verdict: decide(standardFilters(context, 'dormant_account', event)),
      retrospective: event.silent,
      summary: `First sign-in in ${counted(Math.floor(gap / DAY), 'day')}`,
      figures: {
        lastLogin: profile.last,
        lastEvent: profile.lastId,
        gapDays: gap / DAY,
        thresholdDays: settings.days,
        ip: event.ip,
        country: event.country,
      },
    });
  },
};
