import { DAY, HOUR, MINUTE, SECOND } from '#shared/domain/lengths.ts';

export type Zone = 'local' | 'utc';

const formats = new Map<string, Intl.DateTimeFormat>();
function format(zone: Zone, name: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = `${zone}:${name}`;
  const known = formats.get(key);
  if (known !== undefined) return known;
  const made = new Intl.DateTimeFormat('en-GB', {
    hourCycle: 'h23',
    ...options,
    ...(zone === 'utc' ? { timeZone: 'UTC' } : {}),
  });
  formats.set(key, made);
  return made;
}

const HOURS = { hour: '2-digit', minute: '2-digit' } as const;
const SECONDS = { ...HOURS, second: '2-digit' } as const;

/** 14:32:07 */
export const clockTime = (at: number, zone: Zone): string => format(zone, 'clock', SECONDS).format(at);
/** 14:32 */
export const shortTime = (at: number, zone: Zone): string => format(zone, 'short', HOURS).format(at);
/** 21 Nov */
export const shortDate = (at: number, zone: Zone): string =>
  format(zone, 'date', { day: 'numeric', month: 'short' }).format(at);
/** 21 Nov 2026, 14:32:07 */
export const exactTime = (at: number, zone: Zone): string =>
  format(zone, 'exact', { day: 'numeric', month: 'short', year: 'numeric', ...SECONDS }).format(at);

/** How the chosen zone is called beside a time. */
export const zoneName = (zone: Zone): string => (zone === 'utc' ? 'UTC' : (localZone ??= ownZone()));
const ownZone = (): string => Intl.DateTimeFormat().resolvedOptions().timeZone;
/** Asking costs more than writing a time does, and every time in a table asks. */
let localZone: string | undefined;

/** The exact time twice, local and UTC, for hovering. */
export function bothTimes(at: number): string {
  const local = zoneName('local');
  const utc = `${exactTime(at, 'utc')} UTC`;
  return local === 'UTC' ? utc : `${exactTime(at, 'local')} ${local}\n${utc}`;
}

/** A length of time in one or two units: `12 s`, `3 min`, `1 h 12 min`, `4 d 6 h`. */
export function duration(ms: number): string {
  const whole = Math.max(0, ms);
  if (whole < MINUTE) return `${String(Math.floor(whole / SECOND))} s`;
  if (whole < HOUR) return `${String(Math.floor(whole / MINUTE))} min`;
  if (whole < DAY) return two(Math.floor(whole / HOUR), 'h', Math.floor((whole % HOUR) / MINUTE), 'min');
  return two(Math.floor(whole / DAY), 'd', Math.floor((whole % DAY) / HOUR), 'h');
}
const two = (big: number, bigUnit: string, small: number, smallUnit: string): string =>
  small === 0 ? `${String(big)} ${bigUnit}` : `${String(big)} ${bigUnit} ${String(small)} ${smallUnit}`;

const JUST_NOW_MS = 5 * SECOND;

/**
 * How long ago, in the largest whole unit. An instant that lies ahead of this machine's clock by more than a few
 * seconds is said to lie ahead, because clocks that differ are something to notice.
 */
export function relativeTime(at: number, now: number): string {
  const ago = now - at;
  if (Math.abs(ago) < JUST_NOW_MS) return 'just now';
  const length = largest(Math.abs(ago));
  return ago < 0 ? `in ${length}` : `${length} ago`;
}
function largest(ms: number): string {
  if (ms < MINUTE) return `${String(Math.floor(ms / SECOND))} s`;
  if (ms < HOUR) return `${String(Math.floor(ms / MINUTE))} min`;
  if (ms < DAY) return `${String(Math.floor(ms / HOUR))} h`;
  return `${String(Math.floor(ms / DAY))} d`;
}

/** A past instant in the shortest form that is not mistaken: `08:12` today, `Yesterday 08:12`, else `3 Nov 08:12`. */
export function dayTime(at: number, now: number, zone: Zone): string {
  const day = shortDate(at, zone);
  if (day === shortDate(now, zone) && Math.abs(now - at) < DAY) return shortTime(at, zone);
  if (day === shortDate(now - DAY, zone) && now - at < 2 * DAY) return `Yesterday ${shortTime(at, zone)}`;
  return `${day} ${shortTime(at, zone)}`;
}
