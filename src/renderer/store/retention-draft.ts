import type { ConnectionId } from '#shared/domain/ids.ts';
import type { RetentionForecast, RetentionKind, RetentionPolicy } from '#shared/ipc/mirror-contract.ts';

/** Days as text; `forever`; `as-all`: the environment has no rule of its own. */
export type KeptFor = string;

const DAYS = [30, 90, 180, 365, 730, 1_825] as const;

const daysText = (days: number): string =>
  days % 365 === 0 ? `${String(days / 365)} ${days === 365 ? 'year' : 'years'}` : `${String(days)} days`;

export function keptFor(
  policy: RetentionPolicy,
  connection: ConnectionId | null,
  kind: RetentionKind,
): KeptFor {
  const rule = policy.rules.find((one) => one.connection === connection && one.kind === kind);
  if (rule === undefined) return connection === null ? 'forever' : 'as-all';
  return rule.days === null ? 'forever' : String(rule.days);
}

/** What can be chosen, with what is set already among it, however odd. */
export function keptForOptions(current: KeptFor, forAll: boolean): readonly (readonly [KeptFor, string])[] {
  const days = new Set<number>(DAYS);
  if (/^\d+$/.test(current)) days.add(Number(current));
  return [
    ...(forAll ? [] : [['as-all', 'As every environment'] as const]),
    ...[...days].sort((a, b) => a - b).map((one) => [String(one), daysText(one)] as const),
    ['forever', 'For ever'] as const,
  ];
}

export function withKeptFor(
  policy: RetentionPolicy,
  connection: ConnectionId | null,
  kind: RetentionKind,
  value: KeptFor,
): RetentionPolicy {
  const rules = policy.rules.filter((one) => one.connection !== connection || one.kind !== kind);
  const isDefault = value === 'as-all' || (value === 'forever' && connection === null);
  const days = value === 'forever' ? null : Number(value);
  return { ...policy, rules: isDefault ? rules : [...rules, { connection, kind, days }] };
}

export const samePolicy = (a: RetentionPolicy, b: RetentionPolicy): boolean => {
  const text = ({ rules, mostMegabytes, archiveFolder }: RetentionPolicy): string =>
    JSON.stringify([rules.map((rule) => JSON.stringify(rule)).sort(), mostMegabytes, archiveFolder]);
  return text(a) === text(b);
};

/** “1,204 events and 18 sessions”, or null when nothing is due. */
export function dueText({ items, forSize }: RetentionForecast): string | null {
  const sum = (kind: RetentionKind): number =>
    items.reduce((total, item) => (item.kind === kind ? total + item.rows : total), 0);
  const one = (count: number, name: string): string =>
    `${count.toLocaleString('en')} ${count === 1 ? name : `${name}s`}`;
  const parts = [
    ...(sum('events') + forSize > 0
      ? [`${forSize > 0 ? 'about ' : ''}${one(sum('events') + forSize, 'event')}`]
      : []),
    ...(sum('sessions') > 0 ? [one(sum('sessions'), 'ended session')] : []),
    ...(sum('detections') > 0 ? [one(sum('detections'), 'closed or silenced detection')] : []),
  ];
  return parts.length === 0 ? null : parts.join(' and ');
}
