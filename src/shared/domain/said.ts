/**
 * Figures as people write them, the same on the card, in notifications and on the command line. Records keep the exact
 * figures beside the sentences.
 */
import { DAY, HOUR, MINUTE, SECOND } from './lengths.ts';

/** Made when the first figure is said: with the first of them a process reads how this language writes, some 25 ms of its start. */
function writer(options: Intl.NumberFormatOptions): (value: number) => string {
  let format: Intl.NumberFormat | undefined;
  return (value) => {
    format ??= new Intl.NumberFormat('en-GB', options);
    return format.format(value);
  };
}
const whole = writer({ maximumFractionDigits: 0 });
const tenths = writer({ maximumFractionDigits: 1 });
/** Three figures tell speeds and ratios apart; more would promise what places on a map cannot keep. */
const short = writer({ maximumSignificantDigits: 3 });

/** 3,846 */
export const count = writer({});
/** `1 session`, `3,846 sessions` */
export const counted = (value: number, one: string, many = `${one}s`): string =>
  `${count(value)} ${value === 1 ? one : many}`;

/** `7,539 km`, `4.2 km` */
export const kmText = (km: number): string => `${(Math.abs(km) < 10 ? tenths : whole)(km)} km`;

/** `905 km/h`, `7,610 km/h`; null is what no time at all makes of a distance. */
export const speedText = (kmh: number | null): string =>
  kmh === null || !Number.isFinite(kmh)
    ? 'no time between them'
    : `${(kmh < 1_000 ? whole : short)(kmh)} km/h`;

/** `2.4`, `31`, `4,670`: how many times something is as large as something else. */
export const timesText = (ratio: number): string => short(ratio);

/** `12 %`, `0.4 %` of a share from 0 to 1. */
export const shareText = (share: number): string => {
  const percent = share * 100;
  return `${(percent > 0 && percent < 10 ? tenths : whole)(percent)} %`;
};

const UNITS = [
  [DAY, 'day'],
  [HOUR, 'hour'],
  [MINUTE, 'minute'],
  [SECOND, 'second'],
] as const;
/** From so many on the smaller unit says nothing: `12 minutes`, not `12 minutes 7 seconds`. */
const ALONE = 10;

/** A length of time in words, in one unit or two: `38 seconds`, `1 hour 12 minutes`, `14 hours`, `3 days 4 hours`. */
export function lengthText(ms: number): string {
  const length = Math.abs(ms);
  if (length < SECOND) return 'less than a second';
  const at = UNITS.findIndex(([unit]) => length >= unit);
  const [unit, name] = UNITS[at] ?? UNITS[UNITS.length - 1] ?? [SECOND, 'second'];
  const smaller = UNITS[at + 1];
  if (smaller === undefined) return counted(Math.floor(length / unit), name);
  const big = Math.floor(length / unit);
  if (big >= ALONE) return counted(big, name);
  const small = Math.floor((length % unit) / smaller[0]);
  return small === 0 ? counted(big, name) : `${counted(big, name)} ${counted(small, smaller[1])}`;
}

let regions: Intl.DisplayNames | undefined;
const countries = new Map<string, string>();
/** Name of a country code, or the code where no name is known. */
export function countryName(code: string): string {
  const known = countries.get(code);
  if (known !== undefined) return known;
  const name = nameOf(code);
  countries.set(code, name);
  return name;
}
function nameOf(code: string): string {
  if (!/^[A-Z]{2}$/.test(code)) return code;
  regions ??= new Intl.DisplayNames('en', { type: 'region' });
  return regions.of(code) ?? code;
}

/** `Spain`, `Spain and Italy`, `Spain, Italy and 4 more`. */
export function listText(names: readonly string[], most = 3): string {
  const shown = names.length > most ? names.slice(0, most - 1) : names;
  const left = names.length - shown.length;
  const parts = left === 0 ? shown : [...shown, `${count(left)} more`];
  const last = parts.at(-1) ?? '';
  return parts.length < 2 ? last : `${parts.slice(0, -1).join(', ')} and ${last}`;
}

/** Kinds of network after “through” and “from”. */
const KINDS: Readonly<Record<string, string>> = {
  vpn: 'a VPN',
  tor: 'Tor',
  proxy: 'a proxy',
  relay: 'a privacy relay',
  hosting: 'a hosting network',
  mobile: 'a mobile network',
  satellite: 'a satellite network',
  residential: 'a home line',
  business: 'a company network',
  private: 'a private network',
};
export const networkKindText = (kind: string | null): string =>
  (kind === null ? undefined : KINDS[kind]) ?? 'a network of unknown kind';

/** `Telia (AS1299)`, as far as it is known. */
export const networkName = (asn: number | null, organisation: string | null): string | null =>
  asn === null
    ? organisation
    : organisation === null
      ? `AS${String(asn)}`
      : `${organisation} (AS${String(asn)})`;

/** `Chrome on Windows`, as far as it is known. */
export const clientText = (browser: string | null, system: string | null): string =>
  browser === null && system === null
    ? 'an unknown client'
    : browser === null
      ? `an unknown browser on ${system ?? ''}`
      : system === null
        ? browser
        : `${browser} on ${system}`;

/**
 * A sentence with the account's name where its id stands as subject. Ids may be plain numbers, so no other place is
 * trusted to mean an account: sentences about accounts name them first or not at all.
 */
export function withName(sentence: string, names: Iterable<readonly [id: string, name: string]>): string {
  for (const [id, name] of names)
    if (id !== '' && sentence.startsWith(`${id} `)) return `${name}${sentence.slice(id.length)}`;
  return sentence;
}
