import { DAY, HOUR, MINUTE } from '#shared/domain/units.ts';

const formats = new Map<string, Intl.DateTimeFormat>();
const offsets = new Map<string, number>();

function formatFor(timeZone: string): Intl.DateTimeFormat {
  let format = formats.get(timeZone);
  if (format === undefined) {
    format = new Intl.DateTimeFormat('en-GB', { timeZone, timeZoneName: 'longOffset' });
    formats.set(timeZone, format);
  }
  return format;
}

/** Minutes east of UTC in a zone at noon UTC of a day (days since the epoch), daylight saving included. */
export function offsetMinutes(timeZone: string, day: number): number {
  const key = `${timeZone}|${String(day)}`;
  const known = offsets.get(key);
  if (known !== undefined) return known;
  const name = formatFor(timeZone)
    .formatToParts(day * DAY + DAY / 2)
    .find((part) => part.type === 'timeZoneName')?.value;
  const parts = /GMT([+-])(\d{2}):(\d{2})/.exec(name ?? '');
  const minutes =
    parts === null ? 0 : (parts[1] === '-' ? -1 : 1) * (Number(parts[2]) * 60 + Number(parts[3]));
  if (offsets.size > 20_000) offsets.clear();
  offsets.set(key, minutes);
  return minutes;
}

/** The instant when clocks in the zone show this hour (fractions allowed, may exceed 24) of a calendar day. */
export function atLocalHour(timeZone: string, day: number, hour: number): number {
  return Math.round(day * DAY + hour * HOUR - offsetMinutes(timeZone, day) * MINUTE);
}

/** 1 is Monday, 7 is Sunday; the first day of the epoch was a Thursday. */
export const weekday = (day: number): number => ((day + 3) % 7) + 1;

export const dayOf = (at: number): number => Math.floor(at / DAY);

/** Whether it is between seven in the morning and eleven at night in a zone. */
export function isAwake(timeZone: string, at: number): boolean {
  const hour = (((at / HOUR + offsetMinutes(timeZone, dayOf(at)) / 60) % 24) + 24) % 24;
  return hour >= 7 && hour < 23;
}
