import type { Severity } from '#shared/domain/detection.ts';
import type {
  DetectionDetail,
  DetectionRow,
  PersonHistory,
  TriageState,
  Verdict,
} from '#shared/ipc/detections-views.ts';
import { DAY } from '#shared/domain/lengths.ts';
import { exactTime, type Zone } from './time.ts';
import { count, counted, countryName } from './words.ts';

export const SEVERITY_LETTER: Readonly<Record<Severity, string>> = {
  critical: 'C',
  high: 'H',
  medium: 'M',
  low: 'L',
  info: 'I',
};

export const STATE_WORDS: Readonly<Record<TriageState, string>> = {
  open: 'Open',
  acknowledged: 'In progress',
  closed: 'Closed',
};
export const VERDICT_WORDS: Readonly<Record<Verdict, string>> = {
  'true-positive': 'It was an attack',
  benign: 'It happened, and is fine',
  'false-positive': 'It was no such thing',
};

/** Names of ATT&CK techniques that the catalogue uses (attack.mitre.org, enterprise). */
const TECHNIQUES: Readonly<Record<string, string>> = {
  T1078: 'Valid accounts',
  T1110: 'Brute force',
  'T1110.001': 'Password guessing',
  'T1110.003': 'Password spraying',
  'T1110.004': 'Credential stuffing',
  'T1090.003': 'Multi-hop proxy',
  T1098: 'Account manipulation',
  T1539: 'Steal web session cookie',
  T1550: 'Use alternate authentication material',
  'T1550.004': 'Web session cookie',
  T1185: 'Browser session hijacking',
};
export const techniqueName = (id: string): string | null => TECHNIQUES[id] ?? null;

/** What a filter asks, as an analyst would; its own name where it is not known here. */
const FILTERS: Readonly<Record<string, string>> = {
  ignored_user: 'Account on the ignore list',
  ignored_ip: 'Address on the ignore list',
  ignored_asn: 'Network on the ignore list',
  trusted_egress: 'Company VPN or office egress',
  service_account: 'Service account',
  allow_list: 'Allow-list entry',
  same_ip: 'Same address or IPv6 /64',
  mobile_carrier: 'Phone on a mobile carrier',
  same_country: 'Same country',
  satellite: 'Satellite network',
  travel_pair: 'Countries people commute between',
  known_ip: 'Address known from before',
  known_device: 'Known device',
  learning: 'Still learning this person',
  trusted_country: 'Trusted country',
  established_users: 'Shared office address',
  outage_guard: 'Outage, not an attack',
  version_drift: 'Browser update',
  dual_stack: 'IPv4 and IPv6 of one line',
  mobile_asn: 'Phone on a mobile carrier',
};
export const filterName = (filter: string): string =>
  FILTERS[filter] ?? sentence(filter.replaceAll('_', ' '));
const sentence = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

/** Camel-cased names of settings and figures as words with their unit: `maxSpeedKmh` is `Max speed (km/h)`. */
const UNITS: readonly (readonly [RegExp, string])[] = [
  [/Kmh$/, 'km/h'],
  [/Km$/, 'km'],
  [/Min$/, 'min'],
  [/Pct$/, '%'],
  [/H$/, 'h'],
  [/S$/, 's'],
];
export function settingWords(name: string): string {
  const unit = UNITS.find(([end]) => end.test(name));
  const bare = unit === undefined ? name : name.replace(unit[0], '');
  const words = sentence(bare.replaceAll(/([A-Z])/g, ' $1').toLowerCase());
  return unit === undefined ? words : `${words} (${unit[1]})`;
}

/** What this person usually does, in one sentence, from the mirrored history before the detection. */
export function usualSentence(who: string, history: PersonHistory, at: number): string {
  const signIns = history.days.signIns.reduce((sum, value) => sum + value, 0);
  const days = Math.max(1, Math.round((at - history.days.from) / DAY));
  if (signIns === 0) return `No earlier sign-in of ${who} is mirrored, so nothing is usual yet.`;
  const places = history.countries
    .slice(0, 3)
    .map(({ value, signIns: times }) => `${countryName(value)} (${count(times)})`);
  const device = history.devices[0]?.value;
  const others = history.devices.length - 1;
  const from = places.length === 0 ? '' : ` from ${places.join(', ')}`;
  const using =
    device === undefined
      ? ''
      : others === 0
        ? `, always with ${device}`
        : `, mostly with ${device} and ${counted(others, 'other device')}`;
  return `In the ${counted(days, 'day')} before, ${who} signed in ${count(signIns)} ${signIns === 1 ? 'time' : 'times'}${from}${using}.`;
}

/** Why it is not one of the harmless explanations, in one sentence. */
export function filterSentence(detail: DetectionDetail): string {
  const considered = detail.filtersConsidered;
  const applied = considered.filter(({ applied: yes }) => yes);
  if (considered.length === 0)
    return 'This detection has no filters: what it describes has no usual harmless cause.';
  const [first] = applied;
  if (first !== undefined) return `Silenced: ${filterName(first.filter)} — ${first.reason}.`;
  return `None of the ${String(considered.length)} usual harmless explanations fits.`;
}

/** Lines of a comparison as an analyst calls them; other names are spelt out. */
const COMPARED: Readonly<Record<string, string>> = {
  ip: 'Address',
  asn: 'Network number',
  'as org': 'Network',
  network: 'Kind of network',
  os: 'System',
  user: 'Account',
  'user agent': 'User agent',
  'sign ins': 'Sign-ins',
  km: 'Distance (km)',
  kmh: 'Speed (km/h)',
  minutes: 'Time between (min)',
};
export const comparedName = (what: string): string => COMPARED[what.toLowerCase()] ?? sentence(what);
/** Milliseconds since the epoch from 2001 to 2286: no other figure of a detection is as large. */
const INSTANT = /^[1-9]\d{12}$/;
/** A compared value as people read it: countries by name, instants as times. */
export function comparedValue(what: string, value: string, zone: Zone): string {
  if (INSTANT.test(value)) return exactTime(Number(value), zone);
  if (/^(?:speed|distance|km|kmh)\b/i.test(what) && Number(value) >= 100)
    return count(Math.round(Number(value)));
  return /countr/i.test(what) ? value.replaceAll(/\b[A-Z]{2}\b/g, (code) => countryName(code)) : value;
}

/** The sentence of a detection with accounts' names where their ids stand as subject or after "of". */
export function summaryOf(row: DetectionRow): string {
  let text = row.summary;
  for (const { id, name } of row.people) {
    if (text.startsWith(`${id} `)) text = `${name}${text.slice(id.length)}`;
    text = text.replaceAll(` of ${id} `, ` of ${name} `);
  }
  return text;
}
/** The same for a list: who it is about first, but not twice. */
export function lineOf(row: DetectionRow): string {
  const [who, what] = [aboutText(row), summaryOf(row)];
  return what.startsWith(who) ? what : `${who} · ${what}`;
}

/** Who or what a detection is about, in one or two words. */
export function aboutText(row: DetectionRow): string {
  const [person, ...others] = row.people;
  if (person !== undefined)
    return others.length === 0 ? person.name : `${person.name} and ${String(others.length)} more`;
  return row.entity.name;
}
