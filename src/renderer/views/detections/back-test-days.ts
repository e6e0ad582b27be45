import { DAY } from '#shared/domain/lengths.ts';
import type { BackTestDay } from '#shared/ipc/detections-views.ts';

/** More than this many bars cannot be told apart; the oldest are left to the figures. */
const MOST_DAYS = 120;

export type BarDay = Omit<BackTestDay, 'day'> & { readonly day: number };

/**
 * Every day (UTC) from the first to the last, those without findings too, so that quiet days show as gaps.
 * @param from start of what was tried, or null for the first day with any
 */
export function barDays(days: readonly BackTestDay[], from: number | null, now: number): readonly BarDay[] {
  const known = new Map<number, BackTestDay>(days.map((one) => [one.day, one]));
  const last = Math.max(Math.floor(now / DAY), ...days.map(({ day }) => day / DAY));
  const first = Math.min(from === null ? last : Math.floor(from / DAY), ...days.map(({ day }) => day / DAY));
  const shown = Math.min(last - first + 1, MOST_DAYS);
  return Array.from({ length: shown }, (_, n): BarDay => {
    const day = (last - shown + 1 + n) * DAY;
    return known.get(day) ?? { day, before: 0, after: 0, more: 0, fewer: 0 };
  });
}
