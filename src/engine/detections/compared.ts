import type { DetectionEvidence } from '#shared/domain/detection.ts';
import { epochMs } from '#shared/domain/units.ts';
import type { ComparedValue, DetectionDetail } from '#shared/ipc/detections-views.ts';

type Json = Readonly<Record<string, unknown>>;
const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const round = (value: number): string => String(Math.round(value * 100) / 100);
const spoken = (value: unknown): string | null => {
  if (typeof value === 'string') return value === '' ? null : value;
  if (typeof value === 'number') return round(value);
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  return null;
};
/** “minDistanceKm” → “min distance km” */
const words = (name: string): string => name.replaceAll(/([A-Z])/g, (one) => ` ${one.toLowerCase()}`);

/** The two ends that a finding sets against each other, by the names that its figures have. */
const ENDS = [
  ['from', 'to'],
  ['before', 'after'],
  ['first', 'second'],
  ['success', 'failure'],
] as const;
const END_PARTS: readonly (readonly [string, string])[] = [
  ['city', 'City'],
  ['country', 'Country'],
  ['ip', 'Address'],
  ['asn', 'Network number'],
  ['asOrg', 'As org'],
  ['network', 'Network'],
  ['os', 'System'],
  ['browser', 'Browser'],
  ['device', 'Device'],
  ['session', 'Session'],
];
/** A value and what it is held against. */
const AGAINST: readonly (readonly [string, string, string])[] = [
  ['kmh', 'maxSpeedKmh', 'Speed, km/h'],
  ['km', 'minDistanceKm', 'Distance, km'],
  ['failures', 'threshold', 'Failures'],
  ['live', 'limit', 'Live sessions'],
  ['daysSince', 'thresholdDays', 'Days since last used'],
  ['gapDays', 'thresholdDays', 'Days without a sign-in'],
  ['idleHours', 'thresholdHours', 'Idle hours'],
  ['ageHours', 'thresholdHours', 'Age, hours'],
  ['minutesAfter', 'windowMin', 'Minutes after'],
  ['minutes', 'windowMin', 'Minutes apart'],
  ['counted', 'threshold', 'Findings counted'],
];
const KNOWN: readonly (readonly [string, string, string])[] = [
  ['knownCountries', 'country', 'Country'],
  ['knownDevices', 'device', 'Device'],
];
const LEFT_OUT = new Set([
  'title',
  'summary',
  'nextStep',
  'event',
  'ts',
  'lastEvent',
  'lastActivity',
  'attackRaisedBy',
]);

const listed = (value: unknown): string | null => {
  if (!Array.isArray(value)) return null;
  const names = value.flatMap((one: unknown) => {
    if (!isObject(one)) return spoken(one) ?? [];
    const name = spoken(one['country'] ?? one['device'] ?? one['value']);
    const count = one['count'];
    return name === null ? [] : `${name}${typeof count === 'number' ? ` (${count})` : ''}`;
  });
  return names.length === 0 ? null : names.slice(0, 8).join(', ');
};

/** What a finding compared with what, from its figures: two ends, a value and its limit, new and known. */
export function comparedValues(evidence: DetectionEvidence): readonly ComparedValue[] {
  const figures: Json = evidence;
  const out: ComparedValue[] = [];
  const used = new Set<string>();
  for (const [a, b] of ENDS) {
    const [from, to] = [figures[a], figures[b]];
    if (!isObject(from) || !isObject(to)) continue;
    for (const [part, what] of END_PARTS) {
      const [before, now] = [spoken(from[part]), spoken(to[part])];
      if (before !== null || now !== null)
        out.push({ what, before, now, differs: before !== null && now !== null && before !== now });
    }
  }
  for (const [value, limit, what] of AGAINST) {
    const [now, before] = [spoken(figures[value]), spoken(figures[limit])];
    if (now === null || before === null) continue;
    out.push({ what, before, now, differs: true });
    used.add(value).add(limit);
  }
  for (const [list, value, what] of KNOWN) {
    if (!Array.isArray(figures[list]) || figures['from'] !== undefined) continue;
    const parts = [figures['os'], figures['browser'], figures[value]]
      .map(spoken)
      .filter((one) => one !== null);
    out.push({ what, before: listed(figures[list]), now: parts.join(', ') || null, differs: true });
    used.add(list).add(value);
  }
  const { features } = figures;
  if (Array.isArray(features))
    for (const one of features as unknown[])
      if (isObject(one))
        out.push({
          what: spoken(one['feature'] ?? one['name']) ?? 'Feature',
          before: listed(one['known']) ?? spoken(one['known']),
          now: spoken(one['value']),
          differs: one['new'] !== false,
        });
  for (const [name, value] of Object.entries(figures)) {
    if (used.has(name) || LEFT_OUT.has(name)) continue;
    const now = spoken(value);
    if (now !== null) out.push({ what: words(name), before: null, now, differs: false });
  }
  return out;
}

/** The line on the map between the two ends of a travel. */
export function mapLine(evidence: DetectionEvidence): DetectionDetail['line'] {
  const figures: Json = evidence;
  const [from, to] = [figures['from'], figures['to']];
  const end = (value: unknown) => {
    if (!isObject(value)) return null;
    const { lat, lon, ts } = value;
    if (typeof lat !== 'number' || typeof lon !== 'number' || typeof ts !== 'number') return null;
    const label = [value['city'], value['country']].map(spoken).filter((one) => one !== null);
    return {
      latitude: lat,
      longitude: lon,
      label: label.join(', '),
      at: epochMs(ts),
      ip: spoken(value['ip']),
    };
  };
  const [a, b] = [end(from), end(to)];
  const { km, kmh } = figures;
  if (a === null || b === null || typeof km !== 'number') return null;
  return { from: a, to: b, km, kmh: typeof kmh === 'number' ? kmh : null };
}
