import { DAY, HOUR, MINUTE, SECOND } from '#shared/domain/lengths.ts';

export type Zone = 'local' | 'utc';

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sept', 'Oct', 'Nov', 'Dec'] as const;

/** An instant as a calendar and a clock in a zone show it. */
interface Shown {
  readonly year: number;
  readonly month: string;
  readonly day: number;
  readonly hour: string;
  readonly minute: string;
  readonly second: string;
}
const padded = (value: number): string => (value < 10 ? `0${String(value)}` : String(value));

/**
 * Written by hand, in the words of `Intl` for en-GB: a table that is scrolled writes hundreds of times a frame, and each
 * formatter of `Intl` takes milliseconds to make and longer than this to ask.
 */
function shown(at: number, zone: Zone): Shown {
  const date = new Date(at);
  const utc = zone === 'utc';
  return {
    year: utc ? date.getUTCFullYear() : date.getFullYear(),
    month: MONTHS[utc ? date.getUTCMonth() : date.getMonth()] ?? '',
    day: utc ? date.getUTCDate() : date.getDate(),
    hour: padded(utc ? date.getUTCHours() : date.getHours()),
    minute: padded(utc ? date.getUTCMinutes() : date.getMinutes()),
    second: padded(utc ? date.getUTCSeconds() : date.getSeconds()),
  };
}

/** 14:32:07 */
export function clockTime(at: number, zone: Zone): string {
  const { hour, minute, second } = shown(at, zone);
  return `${hour}:${minute}:${second}`;
}
/** 14:32 */
export function shortTime(at: number, zone: Zone): string {
  const { hour, minute } = shown(at, zone);
  return `${hour}:${minute}`;
}
/** 21 Nov */
export function shortDate(at: number, zone: Zone): string {
  const { day, month } = shown(at, zone);
  return `${String(day)} ${month}`;
}
/** 21 Nov 2026, 14:32:07 */
export function exactTime(at: number, zone: Zone): string {
  const { day, month, year, hour, minute, second } = shown(at, zone);
  return `${String(day)} ${month} ${String(year)}, ${hour}:${minute}:${second}`;
}

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
