import type { DetectionEvidence } from '#shared/domain/detection.ts';
import { count, kmText, listText, networkName, speedText, timesText } from '#shared/domain/said.ts';
import { epochMs } from '#shared/domain/units.ts';
import type { ComparedValue, DetectionDetail } from '#shared/ipc/detections-views.ts';
import { isObject, WORDS, type Json, type Words } from './figures-text.ts';

/** The two ends that a finding sets against each other, by the names that its figures have. */
const ENDS = [
  ['from', 'to'],
  ['before', 'after'],
  ['first', 'second'],
  ['success', 'failure'],
] as const;

const whole = (value: unknown): number | null => (typeof value === 'number' ? value : null);
/** Whose network an address is in, where the mirror knows. */
type OrganisationOf = (ip: string) => string | null;
const network = (end: Json, organisationOf: OrganisationOf): string | null => {
  const ip = WORDS.text(end['ip']);
  const organisation = WORDS.text(end['asOrg']) ?? (ip === null ? null : organisationOf(ip));
  return networkName(whole(end['asn']), organisation);
};
const END_PARTS: readonly (Pick<ComparedValue, 'what' | 'usual' | 'as'> & {
  readonly read: (end: Json, organisationOf: OrganisationOf) => string | null;
})[] = [
  { what: 'Time', as: 'time', read: (end) => (whole(end['ts']) === null ? null : String(end['ts'])) },
  { what: 'City', read: (end) => WORDS.text(end['city']) },
  { what: 'Country', usual: 'countries', read: (end) => WORDS.country(end['country']) },
  { what: 'Address', read: (end) => WORDS.text(end['ip']) },
  { what: 'Network', usual: 'networks', read: network },
  { what: 'Kind of network', read: (end) => WORDS.kind(end['network']) },
  { what: 'System', usual: 'devices', read: (end) => WORDS.text(end['os']) },
  { what: 'Browser', usual: 'devices', read: (end) => WORDS.text(end['browser']) },
  { what: 'Session', read: (end) => WORDS.text(end['session']) },
];

const speed: Words = (value) => (typeof value === 'number' ? speedText(value) : null);
const km: Words = (value) => (typeof value === 'number' ? kmText(value) : null);
const times: Words = (value) => (typeof value === 'number' ? timesText(value) : null);
/** A figure and the limit that it was held against. */
const AGAINST: readonly (readonly [
  value: string,
  limit: string,
  what: string,
  words: Words,
  says: 'at least' | 'more than' | 'at most',
])[] = [
  ['kmh', 'maxSpeedKmh', 'Speed', speed, 'more than'],
  ['km', 'minDistanceKm', 'Distance', km, 'at least'],
  ['failures', 'threshold', 'Failed sign-ins', WORDS.count, 'at least'],
  ['live', 'limit', 'Open sessions', WORDS.count, 'more than'],
  ['daysSince', 'thresholdDays', 'Not used for', WORDS.days, 'at least'],
  ['gapDays', 'thresholdDays', 'No sign-in for', WORDS.days, 'at least'],
  ['idleHours', 'thresholdHours', 'Without activity', WORDS.hours, 'more than'],
  ['ageHours', 'thresholdHours', 'Age of the session', WORDS.hours, 'more than'],
  ['minutesAfter', 'windowMin', 'After the last failure', WORDS.minutes, 'at most'],
  ['minutes', 'windowMin', 'Time between', WORDS.minutes, 'at most'],
  ['score', 'askAbove', 'Risk score', times, 'more than'],
];
const KNOWN = [
  ['knownCountries', 'country', 'Country', 'countries', WORDS.country],
  ['knownDevices', 'device', 'Device', 'devices', WORDS.device],
] as const;
/** The features of an unfamiliar sign-in. */
const FEATURES: Readonly<Record<string, readonly [string, Words, ComparedValue['usual']?]>> = {
  asn: ['Network', (value) => (typeof value === 'number' ? `AS${String(value)}` : null), 'networks'],
  country: ['Country', WORDS.country, 'countries'],
  device: ['Device', WORDS.device, 'devices'],
  address_family: ['Kind of address', (value) => (typeof value === 'number' ? `IPv${String(value)}` : null)],
};

const withUsual = (usual: ComparedValue['usual']) => (usual === undefined ? {} : { usual });

function ends(figures: Json, organisationOf: OrganisationOf): readonly ComparedValue[] {
  const pair = ENDS.find(([a, b]) => isObject(figures[a]) && isObject(figures[b]));
  if (pair === undefined) return [];
  const [from, to] = [figures[pair[0]] as Json, figures[pair[1]] as Json];
  return END_PARTS.flatMap(({ what, as, usual, read }) => {
    const [before, now] = [read(from, organisationOf), read(to, organisationOf)];
    if (before === null && now === null) return [];
    const differs = before !== null && now !== null && before !== now && as !== 'time';
    return [{ what, before, now, differs, ...(as === undefined ? {} : { as }), ...withUsual(usual) }];
  });
}

function features(figures: Json): readonly ComparedValue[] {
  const all: readonly unknown[] = Array.isArray(figures['features']) ? figures['features'] : [];
  return all.flatMap((one) => {
    const known = isObject(one) ? FEATURES[String(one['feature'])] : undefined;
    if (!isObject(one) || known === undefined) return [];
    const [what, words, usual] = known;
    const isNew = one['isNew'];
    const before = isNew === true ? 'never seen before' : isNew === false ? 'seen before' : null;
    const now =
      what === 'Network'
        ? networkName(whole(one['value']), WORDS.text(figures['asOrg']))
        : words(one['value']);
    return [{ what, before, now, differs: isNew === true, ...withUsual(usual) }];
  });
}

/** New against what is known of the person. */
function known(figures: Json): readonly ComparedValue[] {
  return KNOWN.flatMap(([list, value, what, usual, words]) => {
    const all: unknown = figures[list];
    // A travel has its countries at its ends.
    if (!Array.isArray(all) || isObject(figures['from'])) return [];
    const names = all.flatMap((one: unknown) => {
      const name = isObject(one) ? words(one[value]) : null;
      return name === null ? [] : [`${name} (${count(isObject(one) ? Number(one['count']) : 0)})`];
    });
    const now =
      value === 'device'
        ? WORDS.device(
            [figures['os'], figures['browser'], figures['device']]
              .map((one) => WORDS.text(one) ?? '?')
              .join('|'),
          )
        : words(figures[value]);
    return [{ what, before: listText(names, 5) || 'none', now, differs: true, usual }];
  });
}

/** What a finding compared with what, from its figures: two ends, a value and its limit, new and known. */
export function comparedValues(
  evidence: DetectionEvidence,
  organisationOf: OrganisationOf = () => null,
): readonly ComparedValue[] {
  const figures: Json = evidence;
  const limits = AGAINST.flatMap(([value, limit, what, words, says]) => {
    const now =
      value === 'kmh' && figures['infiniteSpeed'] === true ? speedText(null) : words(figures[value]);
    const before = words(figures[limit]);
    return now === null || before === null ? [] : [{ what, before: `${says} ${before}`, now, differs: true }];
  });
  return [...ends(figures, organisationOf), ...limits, ...known(figures), ...features(figures)];
}

/** Names of figures that the comparison shows. */
export const comparedNames = (evidence: DetectionEvidence): ReadonlySet<string> => {
  const figures: Json = evidence;
  const shown = AGAINST.filter(
    ([value, limit, , words]) => words(figures[value]) !== null && words(figures[limit]) !== null,
  ).flatMap(([value, limit]) => [value, limit]);
  const listed = KNOWN.filter(([list]) => Array.isArray(figures[list])).flatMap(([list, value]) => [
    list,
    value,
    ...(value === 'device' ? ['os', 'browser'] : []),
  ]);
  return new Set([...shown, ...listed, ...ENDS.flat(), 'features', 'infiniteSpeed']);
};

/** The line on the map between the two ends of a travel. */
export function mapLine(evidence: DetectionEvidence): DetectionDetail['line'] {
  const figures: Json = evidence;
  const end = (value: unknown) => {
    if (!isObject(value)) return null;
    const { lat, lon, ts } = value;
    if (typeof lat !== 'number' || typeof lon !== 'number' || typeof ts !== 'number') return null;
    const label = [value['city'], value['country']].map(WORDS.text).filter((one) => one !== null);
    return {
      latitude: lat,
      longitude: lon,
      label: label.join(', '),
      at: epochMs(ts),
      ip: WORDS.text(value['ip']),
    };
  };
  const [a, b] = [end(figures['from']), end(figures['to'])];
  const { km: distance, kmh } = figures;
  if (a === null || b === null || typeof distance !== 'number') return null;
  return { from: a, to: b, km: distance, kmh: typeof kmh === 'number' ? kmh : null };
}
