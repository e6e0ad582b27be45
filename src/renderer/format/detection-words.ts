import type { Severity } from '#shared/domain/detection.ts';
import type { DetectionRow, TriageState, Verdict } from '#shared/ipc/detections-views.ts';

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
