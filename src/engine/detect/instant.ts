const EXTENDED = /^(\d{4})-(\d\d)-(\d\d)[T ](\d\d):(\d\d)(?::(\d\d)(?:[.,](\d+))?)?(Z|[+-]\d\d(?::?\d\d)?)$/i;
const BASIC = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(?:(\d\d)(?:[.,](\d+))?)?(Z|[+-]\d\d(?::?\d\d)?)$/i;

const offsetMinutes = (zone: string): number | null => {
  if (zone === 'Z' || zone === 'z') return 0;
  const [hours, minutes] = [Number(zone.slice(1, 3)), Number(zone.slice(3).replace(':', '') || 0)];
  if (hours > 23 || minutes > 59) return null;
  return (zone.startsWith('-') ? -1 : 1) * (hours * 60 + minutes);
};

/**
 * Ms since the epoch of an ISO 8601 time with a zone, extended (2026-01-31T09:00:00.5+01:00, seconds and minutes of
 * the zone may be left out) or basic (20260131T090000Z), or null. 24:00 is the next midnight; a leap second (:60) is
 * the second after it; digits beyond a millisecond are cut off.
 */
export const parseInstant = (text: string): number | null => {
  const parts = EXTENDED.exec(text) ?? BASIC.exec(text);
  if (parts === null) return null;
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = parts
    .slice(1, 7)
    .map((part: string | undefined) => Number(part ?? 0));
  const ms = Number((parts[7] ?? '').slice(0, 3).padEnd(3, '0'));
  const offset = offsetMinutes(parts[8] ?? 'Z');
  if (offset === null || minute > 59 || second > 60 || hour > 24) return null;
  if (hour === 24 && minute + second + ms > 0) return null;
  // setUTCFullYear, because Date.UTC takes the years 0 to 99 for those of the last century.
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  if (date.getUTCMonth() !== month - 1 || date.getUTCDate() !== day) return null;
  return date.setUTCHours(hour, minute, second, ms) - offset * 60_000;
};
