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

/** @param environment name of the environment that the event came from */
export function fieldsOf(event: DetectEvent, environment: string): Fields {
  const fields = new Map<string, Scalar>();
  const put = (name: EventField, value: Scalar | null | undefined): void => {
    if (value !== null && value !== undefined) fields.set(name, value);
  };
  const { enrich } = event;
  put('action', event.type);
  put('outcome', event.type === 'login-failed' ? 'failure' : 'success');
  put('user', event.user);
  put('ip', event.ip);
  put('session', event.session);
  put('userAgent', event.userAgent);
  put('reason', event.reason);
  put('actor', event.actor);
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
