import { assertNever } from '#shared/domain/assert-never.ts';
import type { ShownTime } from '../store/time-store.ts';
import { exactTime, shortDate, clockTime, zoneName, type Zone } from './time.ts';

/** The time that is shown, in full, with its zone. */
export function shownTimeText(time: ShownTime, zone: Zone): string {
  switch (time.is) {
    case 'live':
      return 'Live';
    case 'instant':
    case 'playing':
      return `${exactTime(time.at, zone)} ${zoneName(zone)}`;
    case 'period': {
      const sameDay = shortDate(time.from, zone) === shortDate(time.at, zone);
      const end = sameDay ? clockTime(time.at, zone) : exactTime(time.at, zone);
      return `${exactTime(time.from, zone)} to ${end} ${zoneName(zone)}`;
    }
    default:
      return assertNever(time);
  }
}
