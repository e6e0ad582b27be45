import { z } from 'zod';
import { DEVICE_CLASSES, NETWORK_KINDS } from '#shared/domain/place.ts';
import { parseInstant } from './instant.ts';

export const EVENT_TYPES = [
  'login-failed',
  'login',
  'session-opened',
  'session-updated',
  'password-changed',
  'role-changed',
  'logout',
  'session-closed',
] as const;
export type EventType = (typeof EVENT_TYPES)[number];
/** Of events at the same instant: a failure comes before the success, an end last. */
export const EVENT_RANK: Readonly<Record<EventType, number>> = Object.fromEntries(
  EVENT_TYPES.map((type, index) => [type, index]),
) as Record<EventType, number>;

/** Any ISO 8601 time with a zone, as UTC text with milliseconds. */
const Instant = z.string().transform((text, context) => {
  const ms = parseInstant(text);
  if (ms !== null) return new Date(ms).toISOString();
  context.addIssue({
    code: 'custom',
    message: `must be an ISO 8601 time with a zone, such as 2026-01-31T09:00:00Z, not "${text.slice(0, 40)}"`,
  });
  return z.NEVER;
});
const Named = z.object({ name: z.string().min(1), version: z.string().nullish() });

/** What is known about an event's address and user agent. Absent: not looked up yet. Null: looked up, unknown. */
export const EventEnrichment = z.object({
  /** ISO 3166-1 alpha-2. */
  country: z
    .string()
    .regex(/^[A-Z]{2}$/, 'must be two capital letters (ISO 3166-1 alpha-2)')
    .nullish(),
  city: z.string().nullish(),
  /** Degrees, WGS 84. */
  lat: z.number().min(-90).max(90).nullish(),
  lon: z.number().min(-180).max(180).nullish(),
  asn: z.int().min(0).nullish(),
  asOrg: z.string().nullish(),
  network: z.enum(NETWORK_KINDS).nullish(),
  trusted: z.boolean().nullish(),
  userAgentKey: z.string().nullish(),
  browser: Named.nullish(),
  os: Named.nullish(),
  device: z.enum(DEVICE_CLASSES).nullish(),
});
export type EventEnrichment = z.infer<typeof EventEnrichment>;

/** One thing that happened in a store, as the detection core takes it: already enriched. */
export const DetectEvent = z.object({
  id: z.string().min(1),
  ts: Instant,
  /** Absent or null: the event arrived in order. */
  receivedAt: Instant.nullish(),
  type: z.enum(EVENT_TYPES, { error: `must be one of ${EVENT_TYPES.join(', ')}` }),
  // An empty text is unknown, as null is.
  user: z.string().nullish(),
  ip: z.string().nullish(),
  session: z.string().nullish(),
  userAgent: z.string().nullish(),
  reason: z.string().nullish(),
  actor: z.string().nullish(),
  attributes: z.record(z.string(), z.json()).nullish(),
  enrich: EventEnrichment.nullish(),
});
export type DetectEvent = z.infer<typeof DetectEvent>;

/** The same with times in ms since the epoch where that saves writing and reading text. */
export type EnrichedEvent = Omit<DetectEvent, 'ts' | 'receivedAt'> & {
  readonly ts: string | number;
  readonly receivedAt?: string | number | null | undefined;
};
export const msOf = (time: string | number): number => (typeof time === 'number' ? time : Date.parse(time));
