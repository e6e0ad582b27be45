import type { Zone } from './time.ts';

const two = (value: number): string => String(value).padStart(2, '0');

/** An instant as a field of the kind `datetime-local` holds it: `2026-11-20T03:10:00` in the zone. */
export function toField(at: number, zone: Zone): string {
  const date = new Date(at);
  if (zone === 'utc') return date.toISOString().slice(0, 19);
  const day = `${String(date.getFullYear())}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
  return `${day}T${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`;
}

/** The instant that such a field names; null while it is empty or half typed. */
export function fromField(text: string, zone: Zone): number | null {
  // Without an offset ECMAScript reads local time.
  const at = Date.parse(zone === 'utc' ? `${text}Z` : text);
  return Number.isNaN(at) || at < 0 ? null : at;
}
