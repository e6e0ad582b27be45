import type { Severity } from '#shared/domain/detection.ts';
import type {
  DetectionDetail,
  DetectionRow,
  PersonHistory,
  TriageState,
  Verdict,
} from '#shared/ipc/detections-views.ts';
import { filterName } from '#shared/domain/filter-words.ts';
import { DAY } from '#shared/domain/lengths.ts';
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
  if (signIns === 0) return `No earlier sign-in of ${who} is mirrored, so nothing is usual yet.`;
  // Counted from the first that is known: a person, or the mirror, may be younger than the chart.
  const first =
    history.days.from + history.days.signIns.findIndex((value) => value > 0) * history.days.stepMs;
  const days = Math.max(1, Math.ceil((at - first) / DAY));
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
  return `In the ${days === 1 ? 'day' : counted(days, 'day')} before, ${who} signed in ${counted(signIns, 'time')}${from}${using}.`;
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

/** A detection in a list: who it is about first, but not twice. */
export function lineOf(row: DetectionRow): string {
  const who = aboutText(row);
  return row.summary.startsWith(who) ? row.summary : `${who} · ${row.summary}`;
}

/** Who or what a detection is about, in one or two words. */
export function aboutText(row: DetectionRow): string {
  const [person, ...others] = row.people;
  if (person !== undefined)
    return others.length === 0 ? person.name : `${person.name} and ${String(others.length)} more`;
  return row.entity.name;
}
