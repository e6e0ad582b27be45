import { DAY } from '#shared/domain/units.ts';
import { counted as countedText } from '#shared/domain/said.ts';
import type { DetectContext } from '../context.ts';
import type { Descriptor } from '../descriptor.ts';
import { decide, filter } from '../filters.ts';
import type { Alert } from './privileged-role.ts';

export const userRisk: Descriptor = {
  name: 'user_risk',
  setting: 'userRisk',
  title: 'Risk level of a person rose',
  logic:
    'Detections about a person in the last 45 days that no filter silenced: 0 none, 1-3 low, 4-6 medium, 7 or more high. With `onlyTelling`, idle and overlong sessions and low findings on several sessions and new countries are not counted. Fires when the level rises to the threshold (default medium) or above.',
  sources: 'BuffaLogs constants and default threshold; decay ours',
  techniques: [],
  severity: 'the level: low, medium or high',
  entity: 'user',
  filters: ['allow_list'],
  nextStep:
    'Read the list of detections as one story; decide about the person, not about the single entries.',
  countsForRisk: false,
};

const LEVELS = ['none', 'low', 'medium', 'high'] as const;
/** The level that a count of detections makes: its index in LEVELS. */
const levelOf = (alerts: number): number => (alerts >= 7 ? 3 : alerts >= 4 ? 2 : alerts >= 1 ? 1 : 0);

/** Findings about one person from their counted detections, in event time. */
export const findUserRisk = (user: string, alerts: readonly Alert[], context: DetectContext): void => {
  const settings = context.settings.userRisk;
  if (settings === null) return;
  const decay = settings.decayDays * DAY;
  let start = 0;
  alerts.forEach((alert, index) => {
    while (alert.raisedAt - (alerts[start]?.raisedAt ?? 0) >= decay) start += 1;
    const counted = index - start + 1;
    const level = levelOf(counted);
    const severity = LEVELS[level] ?? 'none';
    if (level === levelOf(counted - 1) || severity === 'none' || level < LEVELS.indexOf(settings.threshold))
      return;
    const list = alerts.slice(start, index + 1);
    context.raise(userRisk, {
      key: `${severity}:${alert.id}`,
      at: alert.at,
      raisedAt: alert.raisedAt,
      lastAt: alert.raisedAt,
      events: [...new Set(list.map((entry) => entry.at))],
      entity: { kind: 'user', id: user },
      users: [user],
      severity,
      verdict: decide([filter('allow_list', false, '', 'silenced detections were not counted')]),
      retrospective: false,
      summary: `Risk level rose to ${severity}: ${countedText(counted, 'detection')} in ${countedText(settings.decayDays, 'day')}`,
      figures: {
        level: severity,
        counted,
        threshold: settings.threshold,
        decayDays: settings.decayDays,
        alerts: list.map(({ id, detection, at, raisedAt, severity: each }) => ({
          id,
          detection,
          at,
          raisedAt,
          severity: each,
        })),
      },
    });
  });
};
