import { DAY } from '#shared/domain/units.ts';
import { STANDARD_FILTERS, type Descriptor } from '../descriptor.ts';
import { episodeOf, fromEpisode } from '../episode.ts';
import { decide, standardFilters } from '../filters.ts';
import { learningFilter } from '../learning.ts';
import type { LocalTime } from '#shared/domain/local-time.ts';
import type { DetectSettings } from '../settings.ts';
import type { UserDetection } from '../user-detection.ts';

const descriptor: Descriptor = {
  name: 'off_hours',
  setting: 'offHours',
  title: 'Sign-in outside working hours',
  logic:
    'A success outside the local window (07:00 to before 19:00, Monday to Friday, holidays excepted; off until a time zone is set), or in an hour of the day with less than 1 % of the person’s own sign-ins once there are 100 of them.',
  sources: 'Elastic ML rare hour for a user; the window is ours',
  techniques: ['T1078'],
  severity: 'low',
  entity: 'user',
  filters: [...STANDARD_FILTERS, 'learning'],
  nextStep: 'Compare with the histogram of the person’s hours; look at it together with other detections.',
  countsForRisk: true,
};
/** Below this many sign-ins one per cent cannot be told from none. */
const ENOUGH = 100;
const RARE = 0.01;

const WEEKDAYS = ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday'] as const;

const minutesOf = (clock: string): number => Number(clock.slice(0, 2)) * 60 + Number(clock.slice(3));
const dayBefore = (date: string): string =>
  new Date(Date.parse(`${date}T00:00:00Z`) - DAY).toISOString().slice(0, 10);

/** Whether a local time lies in the window. A window that ends before it starts runs over midnight. */
const inWindow = (time: LocalTime, settings: NonNullable<DetectSettings['offHours']>): boolean => {
  const start = minutesOf(settings.start);
  const end = minutesOf(settings.end);
  const works = (day: number, date: string): boolean =>
    settings.days.includes(day) && !settings.holidays.includes(date);
  if (start < end) return works(time.day, time.date) && time.minutes >= start && time.minutes < end;
  if (time.minutes >= start) return works(time.day, time.date);
  return time.minutes < end && works(time.day === 1 ? 7 : time.day - 1, dayBefore(time.date));
};

export const offHours: UserDetection = {
  descriptor,
  evaluate(state, event, context) {
    const settings = context.settings.offHours;
    if (settings === null || context.localTime === null || event.type !== 'login') return;
    context.evaluated('off_hours');
    const time = context.localTime(event.ts);
    const { profile } = state;
    const hour = Math.floor(time.minutes / 60);
    const share = profile.logins >= ENOUGH ? (profile.hours[hour] ?? 0) / profile.logins : null;
    const outside = !inWindow(time, settings);
    const rare = share !== null && share < RARE;
    if (!outside && !rare) return;
    const verdict = decide([
      ...standardFilters(context, 'off_hours', event),
      learningFilter(profile, event.ts, context.settings.learning),
    ]);
    // One finding for each stretch outside the window: the early and the late hours of a day are two.
    const part = time.minutes < minutesOf(settings.start) ? 'early' : 'late';
    const key = `hours:${time.date}:${part}|${verdict.filtered ?? ''}`;
    const episode = episodeOf(state.episodes, key, event, DAY);
    const clock = `${String(hour).padStart(2, '0')}:${String(Math.floor(time.minutes % 60)).padStart(2, '0')}`;
    context.raise(descriptor, {
      entity: { kind: 'user', id: event.user ?? '' },
      users: [event.user ?? ''],
      severity: 'low',
      verdict,
      summary: `Signed in at ${clock} on ${WEEKDAYS[time.day - 1] ?? ''}, ${time.date} (${settings.timeZone}), ${outside ? 'outside working hours' : 'an hour that the person hardly ever uses'}`,
      figures: {
        localTime: clock,
        localDate: time.date,
        weekday: time.day,
        timeZone: settings.timeZone,
        window: { days: settings.days, start: settings.start, end: settings.end },
        outsideWindow: outside,
        shareOfOwnHistory: share,
        histogram: profile.hours.slice(),
      },
      ...fromEpisode(episode, key),
    });
  },
};
