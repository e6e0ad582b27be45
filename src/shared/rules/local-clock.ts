import { MINUTE } from '../domain/lengths.ts';

/** Wall-clock time in a zone. */
export interface WallTime {
  /** 1 = Monday … 7 = Sunday. */
  readonly day: number;
  /** Whole minutes since local midnight. */
  readonly minute: number;
}

/** Zone changes fall on quarter hours of UTC in every zone of the tz database since 1970, so an offset holds for one. */
const BUCKET = 15 * MINUTE;
const CACHE = 4_096;

/** Wall-clock time of an instant in an IANA zone, summer time included. @throws RangeError for no zone */
export function localClock(timeZone: string): (at: number) => WallTime {
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone,
    calendar: 'iso8601',
    numberingSystem: 'latn',
    hourCycle: 'h23',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
  });
  const offsets = new Map<number, number>();
  const offsetAt = (at: number): number => {
    const bucket = Math.floor(at / BUCKET);
    const known = offsets.get(bucket);
    if (known !== undefined) return known;
    const from = bucket * BUCKET;
    const part = new Map(format.formatToParts(from).map(({ type, value }) => [type, Number(value)]));
    const of = (name: Intl.DateTimeFormatPartTypes) => part.get(name) ?? 0;
    const local = Date.UTC(of('year'), of('month') - 1, of('day'), of('hour'), of('minute'));
    if (offsets.size >= CACHE) offsets.clear();
    offsets.set(bucket, local - from);
    return local - from;
  };
  return (at) => {
    const local = new Date(at + offsetAt(at));
    return { day: local.getUTCDay() || 7, minute: local.getUTCHours() * 60 + local.getUTCMinutes() };
  };
}
