import { MINUTE } from '#shared/domain/units.ts';
import { counted, lengthText } from '#shared/domain/said.ts';
import { STANDARD_FILTERS, type Descriptor } from '../descriptor.ts';
import { episodeOf, fromEpisode } from '../episode.ts';
import { decide, standardFilters } from '../filters.ts';
import type { UserDetection } from '../user-detection.ts';

const descriptor: Descriptor = {
  name: 'brute_force_success',
  setting: 'bruteForceSuccess',
  title: 'Password guessed',
  logic:
    'A success of the account at most 15 minutes after the last failure of a brute_force, from an address that failed in it.',
  sources: 'Elastic 25 failures then success in 15 s; Windows 5 then success in 5 s',
  techniques: ['T1110', 'T1078'],
  severity: 'high',
  entity: 'user',
  filters: STANDARD_FILTERS,
  nextStep: 'End the session that it opened, reset the password, and look at everything since the sign-in.',
  countsForRisk: true,
};

export const bruteForceSuccess: UserDetection = {
  descriptor,
  evaluate(state, event, context) {
    const settings = context.settings.bruteForceSuccess;
    if (settings === null || event.type !== 'login') return;
    const run = state.failureRun;
    if (event.ipKey === null) {
      context.notEvaluable('brute_force_success', 'no address');
      return;
    }
    context.evaluated('brute_force_success');
    if (!run || event.ts - run.lastAt > settings.windowMin * MINUTE || !run.sources.has(event.ipKey)) return;
    const verdict = decide(standardFilters(context, 'brute_force_success', event));
    const key = `guessed:${run.at}|${verdict.filtered ?? ''}`;
    const episode = episodeOf(state.episodes, key, event, Infinity, run.events.slice(-20));
    context.raise(descriptor, {
      entity: { kind: 'user', id: event.user ?? '' },
      users: [event.user ?? ''],
      severity: 'high',
      verdict,
      summary: `Signed in from ${event.ip ?? 'an unknown address'}, ${lengthText(event.ts - run.lastAt)} after ${counted(run.count, 'failed sign-in')}`,
      figures: {
        ip: event.ip,
        session: event.session,
        failures: run.count,
        failuresFromThisAddress: run.sources.get(event.ipKey) ?? 0,
        minutesAfter: (event.ts - run.lastAt) / MINUTE,
        bruteForceRaisedBy: run.at,
        windowMin: settings.windowMin,
      },
      ...fromEpisode(episode, key),
    });
  },
};
