import type { TimePoint } from './tree.ts';
import { DAY, HOUR, MINUTE, SECOND } from '../domain/lengths.ts';

const UNITS = [
  ['w', 7 * DAY],
  ['d', DAY],
  ['h', HOUR],
  ['m', MINUTE],
  ['s', SECOND],
  ['ms', 1],
] as const;
const LENGTH = /^(?:\d+(?:ms|[wdhms]))+$/i;
const PART = /(\d+)(ms|[wdhms])/gi;
/** A hundred years: beyond that a length of time is a slip of the finger. */
const MOST_MS = 36_525 * DAY;

/** `90m`, `1h30m`, `2w` as milliseconds; null for anything else. */
export function readDuration(text: string): number | null {
  if (!LENGTH.test(text)) return null;
  let total = 0;
  for (const [, digits, unit] of text.matchAll(PART)) {
    total += Number(digits) * (UNITS.find(([name]) => name === unit?.toLowerCase())?.[1] ?? 0);
  }
  return total <= MOST_MS ? total : null;
}

/** The shortest way to write a length of time. */
export function printDuration(ms: number): string {
  let rest = ms;
  let text = '';
  for (const [name, unit] of UNITS) {
    const whole = Math.floor(rest / unit);
    if (whole > 0) text += `${String(whole)}${name}`;
    rest -= whole * unit;
  }
  return text === '' ? '0s' : text;
}

const DATE = /^(\d{4})-(\d{2})-(\d{2})$/;
const MOMENT = /^(\d{4})-(\d{2})-(\d{2})[T_](\d{2}):(\d{2})(?::(\d{2})(?:\.\d{1,9})?)?(Z|[+-]\d{2}:\d{2})?$/i;
const NAMES = ['now', 'today', 'yesterday'] as const;

/** A date, a moment, a length of time ago, or one of the names; null for anything else. */
export function readTime(text: string): TimePoint | null {
  const name = NAMES.find((one) => one === text.toLowerCase());
  if (name !== undefined) return { is: 'named', name };
  const ms = readDuration(text);
  if (ms !== null) return { is: 'ago', ms };
  const date = DATE.exec(text);
  if (date !== null) {
    const [year, month, day] = [Number(date[1]), Number(date[2]), Number(date[3])];
    return isDate(year, month, day) ? { is: 'date', year, month, day } : null;
  }
  const moment = MOMENT.exec(text);
  if (moment === null) return null;
  const [year, month, day] = [Number(moment[1]), Number(moment[2]), Number(moment[3])];
  const [hour, minute] = [Number(moment[4]), Number(moment[5])];
  const second = moment[6] === undefined ? null : Number(moment[6]);
  const offset = moment[7] === undefined ? null : readOffset(moment[7]);
  if (!isDate(year, month, day) || hour > 23 || minute > 59 || (second ?? 0) > 59 || offset === undefined) {
    return null;
  }
  return { is: 'moment', year, month, day, hour, minute, second, offset };
}

function isDate(year: number, month: number, day: number): boolean {
  if (year < 1970 || month < 1 || month > 12 || day < 1) return false;
  return day <= new Date(Date.UTC(year, month, 0)).getUTCDate();
}

function readOffset(text: string): number | undefined {
  if (text.toUpperCase() === 'Z') return 0;
  const [hours = '', minutes = ''] = text.slice(1).split(':');
  if (Number(hours) > 14 || Number(minutes) > 59) return undefined;
  const total = Number(hours) * 60 + Number(minutes);
  return text.startsWith('-') && total > 0 ? -total : total;
}

const two = (value: number): string => String(value).padStart(2, '0');

export function printTime(at: TimePoint): string {
  switch (at.is) {
    case 'ago':
      return printDuration(at.ms);
    case 'named':
      return at.name;
    case 'date':
    case 'moment': {
      const date = `${String(at.year).padStart(4, '0')}-${two(at.month)}-${two(at.day)}`;
      if (at.is === 'date') return date;
      const second = at.second === null ? '' : `:${two(at.second)}`;
      return `${date}T${two(at.hour)}:${two(at.minute)}${second}${at.offset === null ? '' : printOffset(at.offset)}`;
    }
  }
}

const printOffset = (minutes: number): string =>
  minutes === 0
    ? 'Z'
    : `${minutes < 0 ? '-' : '+'}${two(Math.floor(Math.abs(minutes) / 60))}:${two(Math.abs(minutes) % 60)}`;
