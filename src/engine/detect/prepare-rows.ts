import type { EnrichedEvent } from './event.ts';
import { createPreparer, type PreparedEvent } from './prepare.ts';
import type { DetectSettings } from './settings.ts';

/** What an event says of its own; what its address and client are is the same for many. */
export interface RowFacts {
  readonly id: string;
  readonly ts: number;
  readonly type: PreparedEvent['type'];
  readonly user: string | null;
  readonly session: string | null;
  readonly reason: string | null;
  readonly actor: string | null;
  readonly attributes: Readonly<Record<string, string | number | boolean>> | null;
  readonly silent: boolean;
}
/** An address and a client, and what is known of them; one object for each pair. */
export type RowOrigin = Pick<EnrichedEvent, 'ip' | 'userAgent' | 'enrich'>;

const MOST = 100_000;

/**
 * Prepares events of which many share address and client: what those say is worked out once. The same as preparing
 * each by itself.
 */
export const createRowPreparer = (settings: DetectSettings, environment: string) => {
  const prepare = createPreparer(settings, environment);
  const ignoredUsers = new Set(settings.filters.ignoredUsers);
  const serviceAccounts = new Set(settings.filters.serviceAccounts);
  const templates = new WeakMap<RowOrigin, PreparedEvent>();
  const reasons = new Map<string, boolean>();
  const nothing = { id: '', ts: 0, type: 'login-failed' } as const;
  const templateOf = (origin: RowOrigin): PreparedEvent => {
    const held = templates.get(origin);
    if (held !== undefined) return held;
    const made = prepare({ ...nothing, ...origin }, false);
    templates.set(origin, made);
    return made;
  };
  const isBenign = (reason: string): boolean => {
    const held = reasons.get(reason);
    if (held !== undefined) return held;
    const found = prepare({ ...nothing, reason }, false).benignFailure;
    if (reasons.size >= MOST) reasons.clear();
    reasons.set(reason, found);
    return found;
  };

  return (facts: RowFacts, origin: RowOrigin): PreparedEvent => {
    const { id, ts, type, user, session, reason, actor, attributes, silent } = facts;
    const template = templateOf(origin);
    const named = attributes?.['environment'];
    // One literal: a spread of so many fields costs more than everything else here.
    return {
      id,
      ts,
      type,
      user,
      session,
      ip: template.ip,
      ipKey: template.ipKey,
      family: template.family,
      country: template.country,
      city: template.city,
      lat: template.lat,
      lon: template.lon,
      asn: template.asn,
      asOrg: template.asOrg,
      network: template.network,
      trusted: template.trusted,
      os: template.os,
      osVersion: template.osVersion,
      browser: template.browser,
      browserVersion: template.browserVersion,
      device: template.device,
      agent: template.agent,
      deviceKey: template.deviceKey,
      reason,
      actor,
      attributes,
      environment: typeof named === 'string' ? named : template.environment,
      ignoredUser: user !== null && ignoredUsers.has(user),
      ignoredIp: template.ignoredIp,
      ignoredAsn: template.ignoredAsn,
      service:
        (user !== null && serviceAccounts.has(user)) ||
        attributes?.['serviceAccount'] === true ||
        attributes?.['service'] === true,
      benignFailure: type === 'login-failed' && reason !== null && isBenign(reason),
      silent,
      skewMs: null,
      habit: null,
    };
  };
};
