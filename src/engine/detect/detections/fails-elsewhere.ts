import { MINUTE } from '#shared/domain/units.ts';
import { lengthText } from '#shared/domain/said.ts';
import { STANDARD_FILTERS, type Descriptor } from '../descriptor.ts';
import { episodeOf, fromEpisode } from '../episode.ts';
import { decide, standardFilters } from '../filters.ts';
import { isOwnDevice } from '../habit.ts';
import type { PreparedEvent } from '../prepare.ts';
import type { UserDetection } from '../user-detection.ts';
import { samePoint, type Point } from '../user-state.ts';

const descriptor: Descriptor = {
  name: 'fails_elsewhere_after_success',
  setting: 'failsElsewhereAfterSuccess',
  title: 'Fails elsewhere right after a success',
  logic:
    'A failed sign-in at most 10 minutes after a success of the person, from a network (ASN) that none of those successes used.',
  sources: 'ours',
  techniques: ['T1110', 'T1078'],
  severity: 'low',
  entity: 'user',
  filters: STANDARD_FILTERS,
  nextStep: 'Somebody else may know the name and try the password. See whether the failures go on.',
  countsForRisk: true,
};
const MAX_SUCCESSES = 32;

/** Those since an instant, and one more. Lists as long as they are: most hold the latest alone. */
const withSuccess = (successes: Point[], since: number, one: Point | null): Point[] => {
  const [oldest] = successes;
  const kept =
    oldest !== undefined && oldest.ts < since ? successes.filter(({ ts }) => ts >= since) : successes;
  if (one === null) return kept;
  if (kept.length === 0) return [one];
  return kept.length < MAX_SUCCESSES ? [...kept, one] : [...kept.slice(1), one];
};

/** Null where the data does not tell. */
const sameNetwork = (a: Point, b: PreparedEvent): boolean | null => {
  if (a.ipKey !== null && a.ipKey === b.ipKey) return true;
  if (a.asn !== null && b.asn !== null) return a.asn === b.asn;
  return a.country !== null && b.country !== null && a.country !== b.country ? false : null;
};

const sourceText = ({ ip, asn, asOrg }: Point | PreparedEvent): string => {
  const network = [asOrg, asn === null ? null : `AS${String(asn)}`]
    .filter((part) => part !== null)
    .join(', ');
  return `${ip ?? 'an unknown address'}${network === '' ? '' : ` (${network})`}`;
};

export const failsElsewhere: UserDetection = {
  descriptor,
  evaluate(state, event, context) {
    const settings = context.settings.failsElsewhereAfterSuccess;
    if (settings === null || (event.type !== 'login' && event.type !== 'login-failed')) return;
    const windowMs = settings.windowMin * MINUTE;
    const since = event.ts - windowMs;
    if (event.type === 'login') {
      const own = isOwnDevice(context.settings.habits, state.profile, event);
      state.successes = withSuccess(
        state.successes,
        since,
        event.trusted ? null : samePoint(state, event, own),
      );
      return;
    }
    state.successes = withSuccess(state.successes, since, null);
    if (event.benignFailure || state.successes.length === 0) return;
    const answers = state.successes.map((point) => sameNetwork(point, event));
    if (answers.includes(null)) {
      context.notEvaluable('fails_elsewhere_after_success', 'network unknown');
      return;
    }
    context.evaluated('fails_elsewhere_after_success');
    if (answers.includes(true)) return;
    const last = state.successes[state.successes.length - 1];
    if (!last) return;
    const verdict = decide(standardFilters(context, 'fails_elsewhere_after_success', event));
    const key = `elsewhere|${verdict.filtered ?? ''}`;
    const episode = episodeOf(state.episodes, key, event, windowMs, [last.id]);
    context.raise(descriptor, {
      entity: { kind: 'user', id: event.user ?? '' },
      users: [event.user ?? ''],
      severity: 'low',
      verdict,
      summary: `Failed from ${sourceText(event)}, ${lengthText(event.ts - last.ts)} after signing in from ${sourceText(last)}`,
      figures: {
        success: { event: last.id, ip: last.ip, asn: last.asn, country: last.country, ts: last.ts },
        failure: { event: event.id, ip: event.ip, asn: event.asn, country: event.country, ts: event.ts },
        failures: episode.count,
        minutes: (event.ts - last.ts) / MINUTE,
        windowMin: settings.windowMin,
      },
      ...fromEpisode(episode, key),
    });
  },
};
