import { z } from 'zod';
import { DetectionName, Severity } from '../domain/detection.ts';
import { ChannelId, ConnectionId, MAX_ID_LENGTH } from '../domain/ids.ts';
import type { Problem } from '../domain/result.ts';
import type { EpochMs } from '../domain/units.ts';
import { method } from './contract.ts';
import type { SecretState } from './views.ts';

const host = z
  .string()
  .trim()
  .min(1)
  .max(253)
  .regex(/^[\w.:-]+$/, 'must be a host name or an address, without port');
const port = z.int().min(1).max(65_535);
const pem = z.string().max(65_536);
const address = z
  .string()
  .trim()
  .max(320)
  .regex(/^[^\s<>@",;]+@[^\s<>@",;]+$/, 'must be a mail address, such as soc@example.org');
const webAddress = z
  .string()
  .max(2_048)
  .refine((text) => {
    const url = URL.canParse(text) ? new URL(text) : null;
    return url !== null && /^https?:$/.test(url.protocol) && url.username === '' && url.password === '';
  }, 'must be an http or https address without user name and password');

/** Where a message goes. Secrets (the signing key, the mail password) are kept apart. */
export const ChannelTarget = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('webhook'),
    url: webAddress,
    /** PEM of a private certificate authority. */
    ca: pem.nullable().default(null),
  }),
  z.strictObject({
    kind: z.literal('syslog'),
    host,
    port,
    transport: z.enum(['udp', 'tcp', 'tls']),
    /** RFC 5424 facility: 10 is security and authorisation, 13 is log audit, 16 to 23 are local. */
    facility: z.int().min(0).max(23).default(10),
    ca: pem.nullable().default(null),
  }),
  z.strictObject({
    kind: z.literal('mail'),
    host,
    port,
    security: z.enum(['tls', 'starttls', 'none']),
    user: z.string().max(320).nullable().default(null),
    from: address,
    to: z.array(address).min(1).max(50),
    ca: pem.nullable().default(null),
  }),
]);
export type ChannelTarget = z.infer<typeof ChannelTarget>;

/** Which detections a channel is told of. An absent list means every one. */
const Subscription = z.strictObject({
  minSeverity: Severity.default('medium'),
  detections: z.array(DetectionName).max(100).nullable().default(null),
  connections: z.array(ConnectionId).max(100).nullable().default(null),
});

/** What keeps a channel from flooding somebody. */
const Limits = z.strictObject({
  /** Messages in `windowMin` minutes; what is beyond waits for the next digest. */
  messages: z.int().min(1).max(1_000).default(10),
  windowMin: z.int().min(1).max(1_440).default(10),
  /** Minutes between digests. */
  digestMin: z.int().min(1).max(1_440).default(15),
  /** Detections below this severity always wait for the digest; null: none do. */
  digestBelow: Severity.nullable().default(null),
});

export const ChannelConfig = z.strictObject({
  name: z.string().trim().min(1).max(MAX_ID_LENGTH),
  enabled: z.boolean().default(true),
  target: ChannelTarget,
  subscription: Subscription.prefault({}),
  limits: Limits.prefault({}),
});
export type ChannelConfig = z.infer<typeof ChannelConfig>;
export type ChannelConfigInput = z.input<typeof ChannelConfig>;

export type DeliveryState = 'waiting' | 'sending' | 'sent' | 'failed' | 'cancelled';
/** One message that was or will be sent. */
export interface DeliveryView {
  readonly id: string;
  readonly channel: ChannelId;
  readonly shape: 'single' | 'digest';
  readonly state: DeliveryState;
  /** Titles of what it tells, 20 at most. */
  readonly titles: readonly string[];
  readonly detections: number;
  readonly createdAt: EpochMs;
  readonly attempts: number;
  /** When it is tried next; null when it is not. */
  readonly nextAt: EpochMs | null;
  readonly finishedAt: EpochMs | null;
  readonly problem: string | null;
}

export interface ChannelView extends ChannelConfig {
  readonly id: ChannelId;
  /** How its secret is kept; `missing` is fine where none is needed. */
  readonly secret: SecretState;
  readonly lastSentAt: EpochMs | null;
  /** Why the last try failed; null when it succeeded. */
  readonly failing: { readonly since: EpochMs; readonly problem: string } | null;
  /** Detections that wait, for a retry or for the digest. */
  readonly waiting: number;
}

const secret = z.string().min(1).max(1_024);

/** Notifications when nobody looks. Nothing is sent anywhere before a person has made a channel. */
export const NOTIFY_METHODS = {
  'notify.channels': method<readonly ChannelView[]>()(() => z.strictObject({})),
  /** Adds a channel, or replaces the one named; `secret` absent keeps the one there is, null removes it. */
  'notify.save': method<ChannelView>()(() =>
    z.strictObject({ id: ChannelId.optional(), config: ChannelConfig, secret: secret.nullable().optional() }),
  ),
  'notify.remove': method<{ readonly removed: true }>()(() => z.strictObject({ id: ChannelId })),
  /** Sends a marked test message now, whether or not the channel is enabled, and says how it went. */
  'notify.test': method<
    { readonly ok: true; readonly ms: number } | { readonly ok: false; readonly problem: Problem }
  >()(() => z.strictObject({ config: ChannelConfig, id: ChannelId.optional(), secret: secret.optional() })),
  'notify.deliveries': method<readonly DeliveryView[]>()(() =>
    z.strictObject({ channel: ChannelId.optional(), limit: z.int().min(1).max(500) }),
  ),
  /** Tries everything of this channel that failed or waits for its retry again, now. */
  'notify.retry': method<{ readonly deliveries: number }>()(() => z.strictObject({ id: ChannelId })),
} as const;
