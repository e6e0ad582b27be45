import type { Zone } from './time.ts';

const two = (value: number): string => String(value).padStart(2, '0');

/** An instant as the text of a `datetime-local` field, to the second, in the chosen zone. */
export function fieldOf(at: number, zone: Zone): string {
  const date = new Date(at);
  if (zone === 'utc') return date.toISOString().slice(0, 19);
  const day = [date.getFullYear(), two(date.getMonth() + 1), two(date.getDate())].join('-');
  return `${day}T${[date.getHours(), date.getMinutes(), date.getSeconds()].map(two).join(':')}`;
}

/** The instant that such a text names; null when it names none. */
export function instantOf(text: string, zone: Zone): number | null {
  if (!/^\d{4}-\d\d-\d\dT\d\d:\d\d/.test(text)) return null;
  const at = Date.parse(zone === 'utc' ? `${text}Z` : text);
  return Number.isNaN(at) || at < 0 ? null : at;
}
