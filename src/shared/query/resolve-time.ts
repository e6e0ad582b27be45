import { assertNever } from '../domain/assert-never.ts';
import { MINUTE, SECOND } from '../domain/lengths.ts';
import type { Match, TimePoint } from './tree.ts';

/** When a search is asked, and in which zone the person reads times. */
export interface TimeContext {
  /** ms since the epoch. */
  readonly now: number;
  readonly zone: 'utc' | 'local';
}
/** From `from` until before `to`, ms since the epoch; null is open. */
export interface TimeSpan {
  readonly from: number | null;
  readonly to: number | null;
}

const midnight = (zone: TimeContext['zone'], year: number, month: number, day: number): number =>
  zone === 'utc' ? Date.UTC(year, month - 1, day) : new Date(year, month - 1, day).getTime();

/** The stretch that a point stands for: a day, a minute, a second; moments counted from now have no length. */
export function spanOf(
  at: TimePoint,
  { now, zone }: TimeContext,
): { readonly from: number; readonly to: number } {
  switch (at.is) {
    case 'ago':
      return { from: now - at.ms, to: now - at.ms };
    case 'named': {
      if (at.name === 'now') return { from: now, to: now };
      // A day may have 23 or 25 hours: both ends are midnights of the calendar.
      const today = new Date(now);
      const [year, month, day] =
        zone === 'utc'
          ? [today.getUTCFullYear(), today.getUTCMonth() + 1, today.getUTCDate()]
          : [today.getFullYear(), today.getMonth() + 1, today.getDate()];
      const first = day - (at.name === 'today' ? 0 : 1);
      return { from: midnight(zone, year, month, first), to: midnight(zone, year, month, first + 1) };
    }
    case 'date':
      return {
        from: midnight(zone, at.year, at.month, at.day),
        to: midnight(zone, at.year, at.month, at.day + 1),
      };
    case 'moment': {
      const from =
        at.offset !== null
          ? Date.UTC(at.year, at.month - 1, at.day, at.hour, at.minute, at.second ?? 0) - at.offset * MINUTE
          : zone === 'utc'
            ? Date.UTC(at.year, at.month - 1, at.day, at.hour, at.minute, at.second ?? 0)
            : new Date(at.year, at.month - 1, at.day, at.hour, at.minute, at.second ?? 0).getTime();
      return { from, to: from + (at.second === null ? MINUTE : SECOND) };
    }
    default:
      return assertNever(at);
  }
}

/**
 * The stretch of time that a value asks for. A length of time is an age: `<30m` is later than thirty minutes ago,
 * `>30m` earlier.
 */
export function timeSpan(match: Extract<Match, { is: 'time' | 'times' }>, context: TimeContext): TimeSpan {
  if (match.is === 'times') {
    const ends = [match.from, match.to].flatMap((at) => (at === null ? [] : [spanOf(at, context)]));
    // Written either way round: 1h..2h ago is the same stretch as 2h..1h.
    const from = Math.min(...ends.map((end) => end.from));
    const to = Math.max(...ends.map((end) => Math.max(end.to, end.from + 1)));
    if (match.from !== null && match.to !== null) return { from, to };
    const towardsPast = isAge(match.from ?? match.to) ? match.from !== null : match.from === null;
    return towardsPast ? { from: null, to } : { from, to: null };
  }
  const { from, to } = spanOf(match.at, context);
  if (isAge(match.at)) {
    switch (match.comparison) {
      case '<':
        return { from: from + 1, to: null };
      case '<=':
      case '=':
        return { from, to: null };
      case '>':
        return { from: null, to: from };
      case '>=':
        return { from: null, to: from + 1 };
      default:
        return assertNever(match.comparison);
    }
  }
  const end = Math.max(to, from + 1);
  switch (match.comparison) {
    case '=':
      return { from, to: end };
    case '<':
      return { from: null, to: from };
    case '<=':
      return { from: null, to: end };
    case '>':
      return { from: end, to: null };
    case '>=':
      return { from, to: null };
    default:
      return assertNever(match.comparison);
  }
}

const isAge = (at: TimePoint | null): boolean => at?.is === 'ago';
