import { MINUTE } from './lengths.ts';

/** Wall-clock time somewhere. */
export interface LocalTime {
  /** YYYY-MM-DD. */
  readonly date: string;
  /** 1 = Monday … 7 = Sunday. */
  readonly day: number;
  /** Minutes since local midnight, with the seconds as a fraction. */
  readonly minutes: number;
}

/** Zone changes fall on quarter hours of UTC in every zone of the tz database since 1970, so an offset holds for one. */
const BUCKET = 15 * MINUTE;
const CACHE = 4_096;

/** Local time of an instant in an IANA zone, DST and historic changes included. Throws RangeError for no zone. */
export const createLocalClock = (timeZone: string): ((ts: number) => LocalTime) => {
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
    second: '2-digit',
  });
  const offsets = new Map<number, number>();
  const offsetAt = (ts: number): number => {
    const bucket = Math.floor(ts / BUCKET);
    const cached = offsets.get(bucket);
    if (cached !== undefined) return cached;
    const at = bucket * BUCKET;
    const part = new Map(format.formatToParts(at).map(({ type, value }) => [type, Number(value)]));
    const local = Date.UTC(
      part.get('year') ?? 0,
      (part.get('month') ?? 1) - 1,
      part.get('day') ?? 1,
      part.get('hour') ?? 0,
      part.get('minute') ?? 0,
      part.get('second') ?? 0,
    );
    if (offsets.size >= CACHE) offsets.clear();
    offsets.set(bucket, local - at);
    return local - at;
  };
  return (ts) => {
    const local = new Date(ts + offsetAt(ts));
    return {
      date: local.toISOString().slice(0, 10),
      day: local.getUTCDay() || 7,
      minutes:
        local.getUTCHours() * 60 +
        local.getUTCMinutes() +
        (local.getUTCSeconds() * 1000 + local.getUTCMilliseconds()) / MINUTE,
    };
  };
};

/** Whether this machine knows an IANA zone by this name. */
export function isTimeZone(name: string): boolean {
  try {
    createLocalClock(name);
    return true;
  } catch {
    return false;
  }
}
