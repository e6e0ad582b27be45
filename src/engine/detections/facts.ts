import type { DetectionEvidence } from '#shared/domain/detection.ts';
import {
  count,
  counted,
  lengthText,
  listText,
  networkName,
  shareText,
  timesText,
} from '#shared/domain/said.ts';
import { MINUTE } from '#shared/domain/lengths.ts';
import type { EvidenceFact } from '#shared/ipc/detections-views.ts';
import { comparedNames } from './compared.ts';
import { isObject, spelled, WORDS, type Json, type Words } from './figures-text.ts';

/** Names of accounts by their ids. */
export type NameOf = (id: string) => string;

const ratio: Words = (value) => (typeof value === 'number' ? `${timesText(value)} times as risky` : null);
const share: Words = (value) => (typeof value === 'number' ? shareText(value) : null);
const attackWords: Words = (value) =>
  value === 'credential_stuffing'
    ? 'credential stuffing'
    : typeof value === 'string'
      ? 'password spray'
      : null;
const countries: Words = (value) =>
  Array.isArray(value) && value.length > 0
    ? listText(
        value.flatMap((one) => WORDS.country(one) ?? []),
        8,
      )
    : null;
const afterFailure: Words = (value) =>
  typeof value !== 'number' ? null : value <= 0 ? 'during the attack' : lengthText(value * MINUTE);

/** In this order; what is not named here comes after them, spelt out. */
const FACTS: readonly (readonly [name: string, what: string, words: Words, as?: 'time'])[] = [
  ['ip', 'Address', WORDS.text],
  ['city', 'City', WORDS.text],
  ['country', 'Country', WORDS.country],
  ['network', 'Kind of network', WORDS.kind],
  ['list', 'On the list', WORDS.text],
  ['listDate', 'State of the list', WORDS.text],
  ['rule', 'Rule', WORDS.text],
  ['countries', 'Countries', countries],
  ['hopCount', 'Such hops within a day', (value) => (value === 1 ? null : WORDS.count(value))],
  ['minutesApart', 'Time between', WORDS.minutes],
  ['newAddress', 'New address', WORDS.yesNo],
  ['newNetwork', 'New network', WORDS.yesNo],
  ['newCountry', 'New country', WORDS.yesNo],
  [
    'flipBacks',
    'Went back to the old client',
    (value) => (typeof value === 'number' ? counted(value, 'time') : null),
  ],
  ['changes', 'Events since the change', WORDS.count],
  ['attack', 'Attack', attackWords],
  ['attempts', 'Failed sign-ins', WORDS.count],
  ['accounts', 'Accounts', WORDS.count],
  ['addresses', 'Addresses', WORDS.count],
  ['minutes', 'Lasted', WORDS.minutes],
  ['failures', 'Failed sign-ins', WORDS.count],
  ['failuresFromThisAddress', 'Of them from this address', WORDS.count],
  ['attemptsOnThisAccount', 'Of them on this account', WORDS.count],
  ['familiarFailures', 'Of them at a usual address or device', WORDS.count],
  ['successes', 'Successes', WORDS.count],
  ['minutesAfterLastFailure', 'After the last failure', afterFailure],
  ['minutesAfter', 'Time between', WORDS.minutes],
  ['endedAt', 'Ended', WORDS.text, 'time'],
  ['cause', 'Ended because', WORDS.text],
  ['uses', 'Used since', (value) => (typeof value === 'number' ? counted(value, 'time') : null)],
  ['most', 'Most at once', WORDS.count],
  ['lastLogin', 'Last sign-in', WORDS.text, 'time'],
  ['lastUsed', 'Last used', WORDS.text, 'time'],
  ['timesUsed', 'Sign-ins from there before', WORDS.count],
  ['startedAt', 'Began', WORDS.text, 'time'],
  ['times', 'Idle so long', (value) => (typeof value === 'number' ? counted(value, 'time') : null)],
  ['firstLogin', 'First sign-in', WORDS.text, 'time'],
  ['logins', 'Earlier sign-ins', WORDS.count],
  ['looksLikeTrip', 'Looks like a trip', WORDS.yesNo],
  ['ownDevice', 'Their own device', WORDS.yesNo],
  ['localTime', 'Local time', WORDS.text],
  ['localDate', 'Local date', WORDS.text],
  ['timeZone', 'Time zone', WORDS.text],
  ['outsideWindow', 'Outside working hours', WORDS.yesNo],
  ['shareOfOwnHistory', 'Own sign-ins in this hour', share],
  ['signIns', 'Sign-ins', WORDS.count],
  ['risk', 'Risk out of 100', WORDS.count],
  ['addressRatio', 'By its address', ratio],
  ['clientRatio', 'By its client', ratio],
  ['personRatio', 'By the person', ratio],
  ['attackPrior', 'By known attacks', (value) => (value === 1 ? null : ratio(value))],
  ['level', 'Risk level', WORDS.text],
  ['counted', 'Detections counted', WORDS.count],
  ['threshold', 'Told from', (value) => (typeof value === 'string' ? `level ${value}` : null)],
  ['decayDays', 'Counted over', WORDS.days],
  ['change', 'Changed', WORDS.change],
  ['attributes', 'Details', WORDS.json],
  ['events', 'Events', WORDS.count],
  ['count', 'Events that match', WORDS.count],
  ['mostInWindow', 'Most of them in its time', (value) => (value === 1 ? null : WORDS.count(value))],
  ['description', 'What the rule says', WORDS.text],
  ['worstMinutes', 'Furthest off', WORDS.minutes],
  ['userAgent', 'User agent', WORDS.text],
  ['session', 'Session', WORDS.text],
];
/** Ids of events and findings, what stands elsewhere, and what the tables show. */
const LEFT_OUT = new Set([
  ...[
    'title',
    'summary',
    'techniques',
    'nextStep',
    'filtersConsidered',
    'alertByItself',
    'weekday',
    'settings',
  ],
  ...[
    'lastEvent',
    'lastActivity',
    'attackRaisedBy',
    'bruteForceRaisedBy',
    'endedBy',
    'askAbove',
    'histogram',
  ],
  ...[
    'thresholdHours',
    'thresholdDays',
    'minDistanceKm',
    'maxSpeedKmh',
    'users',
    'sources',
    'reasons',
    'hits',
  ],
  ...['asn', 'asOrg', 'of', 'actor', 'user', 'unknownUsers', 'window', 'windowMin'],
]);
const WEEKDAYS = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'];

const hoursOf = (window: unknown): string | null => {
  if (!isObject(window) || !Array.isArray(window['days'])) return null;
  const days = window['days'].map((day: unknown) => WEEKDAYS[Number(day) - 1] ?? '').join(', ');
  return `${days}, ${String(window['start'])} to ${String(window['end'])}`;
};

/** Figures made of more than one, and those that name accounts. */
function combined(figures: Json, nameOf: NameOf): readonly EvidenceFact[] {
  const facts: EvidenceFact[] = [];
  const add = (what: string, value: string | null): void => {
    if (value !== null) facts.push({ what, value });
  };
  const { asn, asOrg, of, actor, user, unknownUsers, accounts, window } = figures;
  if (!('features' in figures))
    add('Network', networkName(typeof asn === 'number' ? asn : null, WORDS.text(asOrg)));
  add('Account', typeof of === 'string' ? nameOf(of) : typeof user === 'string' ? nameOf(user) : null);
  if ('change' in figures) add('Changed by', typeof actor === 'string' ? nameOf(actor) : 'not recorded');
  add('Working hours', hoursOf(window));
  if (typeof unknownUsers === 'number' && typeof accounts === 'number')
    add('Failures on accounts that do not exist', count(unknownUsers));
  return facts;
}

/** The figures of a finding that stand alone, in words; the exact ones stay in the evidence. */
export function evidenceFacts(evidence: DetectionEvidence, nameOf: NameOf): readonly EvidenceFact[] {
  const figures: Json = evidence;
  const shown = comparedNames(evidence);
  const named = new Set(FACTS.map(([name]) => name));
  const facts = FACTS.flatMap(([name, what, words, as]): readonly EvidenceFact[] => {
    const value = figures[name];
    if (shown.has(name) || value === undefined || value === null) return [];
    if (as === 'time') return typeof value === 'number' ? [{ what, value: String(value), as }] : [];
    const said = words(value);
    // Of a travel the minutes lie between its ends; of an attack they are how long it went on.
    const label = name === 'minutes' && isObject(figures['from']) ? 'Time between' : what;
    return said === null ? [] : [{ what: label, value: said }];
  });
  const others = Object.entries(figures).flatMap(([name, value]): readonly EvidenceFact[] => {
    if (shown.has(name) || named.has(name) || LEFT_OUT.has(name)) return [];
    const said = WORDS.text(value) ?? WORDS.count(value) ?? WORDS.yesNo(value);
    return said === null ? [] : [{ what: spelled(name), value: said }];
  });
  return [...facts, ...combined(figures, nameOf), ...others];
}
