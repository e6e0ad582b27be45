import { HOUR, MINUTE, DAY } from '#shared/domain/lengths.ts';
import { clientText, count, countryName, lengthText, networkKindText } from '#shared/domain/said.ts';

export type Json = Readonly<Record<string, unknown>>;
export const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** A figure in words, or null where it says nothing. */
export type Words = (value: unknown) => string | null;

const text: Words = (value) => (typeof value === 'string' && value !== '' ? value : null);
const ofNumber =
  (write: (value: number) => string): Words =>
  (value) =>
    typeof value === 'number' && Number.isFinite(value) ? write(value) : null;

/** How the figures of findings are written. */
export const WORDS = {
  text,
  count: ofNumber((value) => count(Math.round(value * 100) / 100)),
  minutes: ofNumber((value) => lengthText(value * MINUTE)),
  hours: ofNumber((value) => lengthText(value * HOUR)),
  days: ofNumber((value) => lengthText(value * DAY)),
  daysAgo: ofNumber((value) => `${lengthText(value * DAY)} before`),
  yesNo: (value: unknown) => (typeof value === 'boolean' ? (value ? 'yes' : 'no') : null),
  country: (value: unknown) => (typeof value === 'string' ? countryName(value) : null),
  /** A kind of network without its article. */
  kind: (value: unknown) => (typeof value === 'string' ? networkKindText(value).replace(/^a /, '') : null),
  /** “Windows|Chrome|desktop”, a question mark for what is not known. */
  device: (value: unknown) => {
    if (typeof value !== 'string' || value === '') return null;
    const parts = value.split('|').map((part) => (part === '?' ? null : part));
    if (parts.length !== 3) return value;
    const [os = null, browser = null, kind = null] = parts;
    return `${clientText(browser, os)}${kind === null ? '' : `, ${kind}`}`;
  },
  change: (value: unknown) =>
    value === 'role-changed' ? 'role' : value === 'password-changed' ? 'password' : text(value),
  json: (value: unknown) => {
    if (!isObject(value)) return null;
    const said = (one: unknown): string => (typeof one === 'string' ? one : JSON.stringify(one));
    const parts = Object.entries(value).map(
      ([name, one]) => `${name}: ${Array.isArray(one) ? one.map(said).join(', ') : said(one)}`,
    );
    return parts.length === 0 ? null : parts.join('; ');
  },
} as const satisfies Readonly<Record<string, Words>>;

/** “minDistanceKm” → “Min distance km”: the name of a figure that nobody has put into words. */
export const spelled = (name: string): string => {
  const words = name.replaceAll(/([A-Z])/g, (one) => ` ${one.toLowerCase()}`);
  return `${words.charAt(0).toUpperCase()}${words.slice(1)}`;
};
