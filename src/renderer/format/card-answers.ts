import type { DetectionName } from '#shared/domain/detection.ts';
import { filterName } from '#shared/domain/filter-words.ts';
import { DAY } from '#shared/domain/lengths.ts';
import type { Device, Network } from '#shared/domain/place.ts';
import type { DetectionDetail, KnownValue, PersonHistory } from '#shared/ipc/detections-views.ts';
import { aboutText } from './detection-words.ts';
import { originSentence } from './origin-words.ts';
import { count, counted, countryName, networkName } from './words.ts';

/** What an analyst asks first, answered in sentences; the next step is the finding’s own. Addresses are not masked. */
export interface CardAnswers {
  readonly happened: string;
  /** Why it is unusual for this person, or for this address; null: there is nothing to hold it against. */
  readonly unusual: string | null;
  /** Why it is not a VPN, a phone or another harmless thing, or that it is. */
  readonly harmless: string;
}

export function cardAnswers(detail: DetectionDetail): CardAnswers {
  const { row, history, origins } = detail;
  return {
    happened: `${row.summary.replace(/\.$/, '')}.`,
    unusual: history === null ? withoutPerson(detail) : usualSentence(aboutText(row), detail, history),
    harmless: [originSentence(origins, row.detection), filterSentence(detail)]
      .filter((part) => part !== null)
      .join(' '),
  };
}

const often = (times: number): string => (times === 1 ? 'once' : counted(times, 'time'));
const sum = (values: readonly number[]): number => values.reduce((all, value) => all + value, 0);

/** Where failures are what is unusual. */
const OF_FAILURES: ReadonlySet<DetectionName> = new Set([
  'brute_force',
  'brute_force_success',
  'fails_elsewhere_after_success',
]);

/** What this person usually does, from the mirrored history before the detection. */
function usualSentence(who: string, detail: DetectionDetail, history: PersonHistory): string {
  const { days, mostAtOnce } = history;
  const sentences = [
    sum(days.signIns) === 0
      ? withoutSignIns(who, detail, days.signIns.length)
      : signInsSentence(who, detail, history),
  ];
  if (OF_FAILURES.has(detail.row.detection)) {
    // Of the day itself some belong to what was found.
    const failures = sum(days.failures.slice(0, -1));
    sentences.push(
      `Until that day ${who} had ${failures === 0 ? 'never failed to sign in' : `failed to sign in ${often(failures)}`}.`,
    );
  }
  if (detail.row.detection === 'off_hours') sentences.push(hourSentence(who, detail));
  if (mostAtOnce !== null)
    sentences.push(
      `Until the day before, ${who} had at most ${counted(mostAtOnce, 'session')} open at once.`,
    );
  return sentences.join(' ');
}

function signInsSentence(who: string, { row, origins }: DetectionDetail, history: PersonHistory): string {
  const { days, countries, devices } = history;
  // Counted from the first that is known: a person, or the mirror, may be younger than the chart.
  const first = days.from + days.signIns.findIndex((value) => value > 0) * days.stepMs;
  const length = Math.max(1, Math.ceil((row.raisedAt - first) / DAY));
  const places = countries
    .slice(0, 3)
    .map(({ value, signIns: times }) => `${countryName(value)} (${count(times)})`);
  const [device, ...others] = devices;
  const from = places.length === 0 ? '' : ` from ${places.join(', ')}`;
  const using =
    device === undefined
      ? ''
      : others.length === 0
        ? `, always with ${device.value}`
        : `, mostly with ${device.value} and ${counted(others.length, 'other device')}`;
  const raised = origins.at(-1);
  const before = raised === undefined ? '' : knownWords(raised.network, raised.devices, history);
  return `In the ${length === 1 ? 'day' : counted(length, 'day')} before, ${who} signed in ${often(sum(days.signIns))}${from}${using}${before}.`;
}

function withoutSignIns(who: string, { evidence }: DetectionDetail, days: number): string {
  const earlier = [evidence['lastLogin'], evidence['lastUsed']].some((at) => typeof at === 'number');
  return earlier
    ? `In the ${counted(days, 'day')} before, ${who} did not sign in.`
    : `No sign-in of ${who} in the ${counted(days, 'day')} before is mirrored, so nothing is usual yet.`;
}

/** How many of the person’s sign-ins fell into the hour of the finding. */
function hourSentence(who: string, { hours, evidence }: DetectionDetail): string {
  const { localTime } = evidence;
  const hour = typeof localTime === 'string' ? Number(localTime.slice(0, 2)) : NaN;
  const all = hours === null ? 0 : sum(hours);
  if (hours === null || all === 0 || !Number.isInteger(hour)) return `No earlier hours of ${who} are known.`;
  const then = hours[hour] ?? 0;
  const share = then === 0 ? 'none' : count(then);
  return `Of the ${count(all)} sign-ins of ${who} that are remembered, ${share} fell into this hour of the day.`;
}

/** As many networks, and devices, as a card is told of: whether another one is among the rest, nobody can say. */
const MOST_KNOWN = 12;
const isAmong = (text: string | null, known: readonly KnownValue[]): boolean | null => {
  if (text === null || known.length === 0) return null;
  if (known.some(({ value }) => value === text)) return true;
  return known.length >= MOST_KNOWN ? null : false;
};
const untrustedName = (network: Network | null): string | null =>
  network === null || network.trusted ? null : networkName(network);
/** As the history names it. */
const deviceValue = ({ browser, system, deviceClass }: Device): string | null =>
  [[browser?.name, system?.name].filter((part) => part !== undefined).join(' on '), deviceClass]
    .filter((part) => part !== null && part !== '')
    .join(', ') || null;

/** Whether the person came from this network, and with this kind of device, before. */
function knownWords(network: Network | null, devices: readonly Device[], history: PersonHistory): string {
  const from = isAmong(untrustedName(network), history.networks);
  const known = devices.map((device) => isAmong(deviceValue(device), history.devices));
  // Of several clients, some of which are known, nothing short can be said.
  const [using = null] = new Set(known).size === 1 ? known : [];
  if (from === null && using === null) return '';
  if (from === null)
    return using === true ? '; with this kind of device too' : '; never with this kind of device';
  if (using === null) return from ? '; from this network too' : '; never from this network';
  if (from) {
    return using
      ? '; from this network and with this kind of device too'
      : '; from this network too, but never with this kind of device';
  }
  return using
    ? '; with this kind of device too, but never from this network'
    : '; never from this network, nor with this kind of device';
}

/** What sets an attack on many accounts apart from many people. */
const APART: readonly (readonly [words: string, filters: readonly string[]])[] = [
  ['Not people who share an address', ['established_users', 'success_ratio']],
  ['Not an outage', ['outage_guard']],
];
function withoutPerson({ row, filtersConsidered, evidence }: DetectionDetail): string | null {
  if (row.detection === 'clock_skew') {
    return Number(evidence['worstMinutes']) > 0
      ? 'Nothing can happen after it was told of.'
      : 'A store that is read live tells of its events within seconds.';
  }
  if (row.detection === 'hosting_ip' || row.detection === 'anonymous_ip')
    return 'For none of them is it a network that they use all the time.';
  for (const [words, filters] of APART) {
    const found = filtersConsidered.filter(({ filter }) => filters.includes(filter));
    if (found.length === 0 || found.some(({ applied }) => applied)) continue;
    return `${words}: ${found.map(({ reason }) => reason).join(', and ')}.`;
  }
  return null;
}

/** Whether one of the harmless explanations fits. */
function filterSentence({ filtersConsidered: considered }: DetectionDetail): string {
  const applied = considered.find(({ applied: yes }) => yes);
  if (applied !== undefined) return `Silenced: ${filterName(applied.filter)} — ${applied.reason}.`;
  const [only, ...others] = considered;
  if (only === undefined) return 'No harmless explanation is looked for: an imported rule has no filters.';
  return others.length === 0
    ? `The one harmless explanation that is looked for does not fit (${filterName(only.filter).toLowerCase()}).`
    : `None of the ${count(considered.length)} usual harmless explanations fits.`;
}
