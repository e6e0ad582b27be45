import { DAY, MINUTE } from '../domain/lengths.ts';
import type { Rule } from '../protocol/rules.ts';
import { createLocalClock } from '../domain/local-time.ts';

type Hours = Extract<Rule, { kind: 'hours' }>;

/** How far ahead a change is looked for: every window comes again within a week. */
const HORIZON = 8 * DAY;

const minutesOf = (clock: string): number => Number(clock.slice(0, 2)) * 60 + Number(clock.slice(3));
const dayBefore = (day: number) => (day === 1 ? 7 : day - 1);

/** Says whether an instant lies in the allowed hours, and until when that holds. */
export interface HoursTest {
  readonly inside: (at: number) => boolean;
  /** The first instant after `at` where the answer differs, to the minute; null when it never does within eight days. */
  readonly changesAfter: (at: number) => number | null;
}

/**
 * Hours by the clock on the wall: a window from 02:30 on the night when 02:00 becomes 03:00 begins at 03:00, and an
 * hour that comes twice counts twice. `from` is inside, `to` is not; a window with `to` not after `from` runs past
 * midnight and belongs to the day on which it begins; equal ones mean 24 hours.
 */
export function compileHours(rule: Pick<Hours, 'timeZone' | 'windows'>): HoursTest {
  const wall = createLocalClock(rule.timeZone);
  const windows = rule.windows.map(({ days, from, to }) => ({
    days: new Set(days),
    from: minutesOf(from),
    to: minutesOf(to),
  }));
  const inside = (at: number): boolean => {
    const { day, minutes: minute } = wall(at);
    return windows.some(({ days, from, to }) => {
      if (from < to) return days.has(day) && minute >= from && minute < to;
      return (days.has(day) && minute >= from) || (days.has(dayBefore(day)) && minute < to);
    });
  };
  // Between two changes the answer is the same: every session of a look asks for the same moment.
  let known = { from: 0, until: 0, inside: false };
  const reach = (at: number): typeof known => {
    if (at >= known.from && at < known.until) return known;
    const now = inside(at);
    const from = Math.floor(at / MINUTE) * MINUTE;
    let until = from + MINUTE;
    const last = from + HORIZON;
    while (until < last && inside(until) === now) until += MINUTE;
    known = { from, until, inside: now };
    return known;
  };
  return {
    inside: (at) => reach(at).inside,
    changesAfter(at) {
      const { until, inside: now } = reach(at);
      return inside(until) === now ? null : until;
    },
  };
}
