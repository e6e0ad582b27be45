import { createHash } from 'node:crypto';
import type { DetectionName, FilterConsidered } from '#shared/domain/detection.ts';
import { createAddressList } from './address.ts';
import type { DetectContext } from './context.ts';
import type { PreparedEvent } from './prepare.ts';
import type { AllowEntry, DetectSettings } from './settings.ts';

export interface FilterVerdict {
  /** The first filter that applied, or null. */
  readonly filtered: string | null;
  readonly considered: readonly FilterConsidered[];
}

export const filter = (name: string, applied: boolean, yes: string, no: string): FilterConsidered => ({
  filter: name,
  applied,
  reason: applied ? yes : no,
});

export const decide = (considered: readonly FilterConsidered[]): FilterVerdict => ({
  filtered: considered.find((entry) => entry.applied)?.filter ?? null,
  considered,
});

const network = (event: PreparedEvent): string =>
  event.asn === null ? 'network unknown' : `AS${event.asn}${event.asOrg === null ? '' : ` ${event.asOrg}`}`;

/** The filters that every detection about one event considers. */
export const standardFilters = (
  context: Pick<DetectContext, 'allows'>,
  name: DetectionName,
  event: PreparedEvent,
): FilterConsidered[] => {
  const allowed = context.allows(name, event);
  return [
    filter(
      'ignored_user',
      event.ignoredUser,
      `${event.user ?? ''} is on the list of ignored accounts`,
      'not on the list',
    ),
    filter(
      'ignored_ip',
      event.ignoredIp,
      `${event.ip ?? ''} is on the list of ignored addresses`,
      'not on the list',
    ),
    filter(
      'ignored_asn',
      event.ignoredAsn,
      `${network(event)} is on the list of ignored networks`,
      'not on the list',
    ),
    filter(
      'trusted_egress',
      event.trusted,
      `${event.ip ?? ''} is the organisation's own egress`,
      'not a trusted egress',
    ),
    filter(
      'service_account',
      event.service,
      `${event.user ?? ''} is a service account`,
      'not a service account',
    ),
    filter('allow_list', allowed !== null, allowed ?? '', 'no entry of the allow-list matches'),
  ];
};

/** Compiles the allow-list: the reason of the entry that matches, or null. Entries end by event time. */
export const createAllowList = (settings: DetectSettings): DetectContext['allows'] => {
  const entries = settings.filters.allowList.map((entry: AllowEntry) => ({
    entry,
    matchesIp: createAddressList(entry.ip === undefined ? [] : [entry.ip]),
    until: entry.until === undefined ? Infinity : Date.parse(entry.until),
  }));
  if (entries.length === 0) return () => null;
  return (name, event) => {
    for (const { entry, matchesIp, until } of entries) {
      if (event.ts >= until) continue;
      if (entry.detection !== undefined && entry.detection !== name) continue;
      if (entry.user !== undefined && entry.user !== event.user) continue;
      if (entry.country !== undefined && entry.country !== event.country) continue;
      if (entry.ip !== undefined && (event.ip === null || !matchesIp(event.ip))) continue;
      return `allow-list${entry.note === undefined ? '' : `: ${entry.note}`}${entry.until === undefined ? '' : `, until ${entry.until}`}`;
    }
    return null;
  };
};

/** Deterministic id of a finding: what, about whom, anchored where. 128 bits of SHA-256. */
export const findingId = (name: DetectionName, kind: string, entity: string, key: string): string =>
  createHash('sha256')
    .update(JSON.stringify([name, kind, entity, key]))
    .digest('hex')
    .slice(0, 32);
