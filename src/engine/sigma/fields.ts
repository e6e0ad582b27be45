import type { DetectEvent } from '../detect/event.ts';

type Scalar = string | number | boolean;
/** An event as rules see it: one value a field, attributes as `attributes.<name>`. */
export type Fields = ReadonlyMap<string, Scalar>;

/** Names that every event can have; docs/sigma.md lists them. */
export const EVENT_FIELDS = [
  'action',
  'outcome',
  'user',
  'ip',
  'session',
  'userAgent',
  'reason',
  'actor',
  'environment',
  'country',
  'city',
  'asn',
  'organisation',
  'network',
  'trusted',
  'browser',
  'system',
  'device',
] as const;
export type EventField = (typeof EVENT_FIELDS)[number];

/** An event as the evaluator takes it: times as text or in ms since the epoch. */
export type RuleEvent = Omit<DetectEvent, 'ts' | 'receivedAt'> & { readonly ts: string | number };
/** The name of an account; what the store does not know stays as it is. */
export type NameOf = (account: string) => string;

/** @param environment name of the environment that the event came from */
export function fieldsOf(
  event: RuleEvent,
  environment: string,
  nameOf: NameOf = (account) => account,
): Fields {
  const fields = new Map<string, Scalar>();
  const put = (name: EventField, value: Scalar | null | undefined): void => {
    if (value !== null && value !== undefined) fields.set(name, value);
  };
  const { enrich } = event;
  put('action', event.type);
  put('outcome', event.type === 'login-failed' ? 'failure' : 'success');
  put('user', event.user === null || event.user === undefined ? null : nameOf(event.user));
  put('ip', event.ip);
  put('session', event.session);
  put('userAgent', event.userAgent);
  put('reason', event.reason);
  put('actor', event.actor === null || event.actor === undefined ? null : nameOf(event.actor));
  put('environment', environment);
  put('country', enrich?.country);
  put('city', enrich?.city);
  put('asn', enrich?.asn);
  put('organisation', enrich?.asOrg);
  put('network', enrich?.network);
  put('trusted', enrich?.trusted);
  put('browser', enrich?.browser?.name);
  put('system', enrich?.os?.name);
  put('device', enrich?.device);
  for (const [name, value] of Object.entries(event.attributes ?? {})) {
    if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') {
      fields.set(`attributes.${name}`, value);
    }
  }
  return fields;
}
