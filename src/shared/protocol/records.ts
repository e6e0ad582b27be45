import { z } from 'zod';
import { AccountId, EventId, SessionId } from '../domain/ids.ts';
import { EpochMs } from '../domain/units.ts';
import { LIMITS } from './limits.ts';

/** An open enumeration: the names this version knows, for completion and switches, and any other kept as it is. */
const open = <Known extends string>() =>
  z.string().min(1).max(LIMITS.id) as unknown as z.ZodType<Known | (string & {})>;

export const MARKS = [
  'remember-me',
  'one-time-login',
  'masquerade',
  'mfa',
  'sso',
  'privileged',
  'service',
  'anonymous',
] as const;
export const Mark = open<(typeof MARKS)[number]>();
export type Mark = z.infer<typeof Mark>;

export const ACTIONS = [
  'login',
  'logout',
  'password-changed',
  'password-reset',
  'role-changed',
  'account-created',
  'account-blocked',
  'account-deleted',
  'mfa',
  'activity',
  'session-revoked',
  'rule-changed',
  'rule-applied',
  'hold',
  'other',
] as const;
export const Action = open<(typeof ACTIONS)[number]>();
export type Action = z.infer<typeof Action>;

export const FAILURE_REASONS = [
  'bad-password',
  'unknown-account',
  'blocked',
  'locked-out',
  'expired-password',
  'mfa-failed',
  'rule',
] as const;
const FailureReason = open<(typeof FAILURE_REASONS)[number]>();

export const CLOSE_REASONS = [
  'logout',
  'expired',
  'collected',
  'revoked',
  'rule',
  'credential-change',
  'replaced',
  'unknown',
] as const;
export const CloseReason = open<(typeof CLOSE_REASONS)[number]>();
export type CloseReason = z.infer<typeof CloseReason>;

export const Name = z.string().max(LIMITS.id);
const Ip = z.string().min(1).max(LIMITS.id);
const UserAgent = z.string().max(LIMITS.userAgent);

export const Attributes = z
  .record(z.string().max(LIMITS.attributeKey), z.string().max(LIMITS.attributeValue))
  .refine((value) => Object.keys(value).length <= LIMITS.attributes, {
    message: `at most ${String(LIMITS.attributes)} attributes`,
  });
export type Attributes = z.infer<typeof Attributes>;

/** Where and with what somebody was seen. Null is unknown, never a guess. */
export const Sighting = z.object({
  at: EpochMs.nullable(),
  ip: Ip.nullable(),
  userAgent: UserAgent.nullable(),
});
export type Sighting = z.infer<typeof Sighting>;

export const AccountRef = z.object({ id: AccountId, name: Name });
export type AccountRef = z.infer<typeof AccountRef>;

export const Session = z.object({
  id: SessionId,
  account: AccountRef.nullable(),
  opened: Sighting,
  last: Sighting,
  expiresAt: EpochMs.nullable(),
  marks: z.array(Mark).max(64),
  /** The person behind a masquerade. */
  via: z.object({ account: AccountRef }).optional(),
  replaces: SessionId.optional(),
  attributes: Attributes.optional(),
});
export type Session = z.infer<typeof Session>;

export const Account = z.object({
  id: AccountId,
  name: Name,
  roles: z.array(z.string().max(LIMITS.id)).max(256),
  status: z.enum(['active', 'blocked', 'unknown']).catch('unknown'),
  privileged: z.boolean(),
  service: z.boolean(),
  email: Name.optional(),
  createdAt: EpochMs.optional(),
  lastLoginAt: EpochMs.optional(),
});
export type Account = z.infer<typeof Account>;

export const AuditEvent = z.object({
  id: EventId,
  at: EpochMs,
  recordedAt: EpochMs,
  action: Action,
  outcome: z.enum(['success', 'failure', 'unknown']).catch('unknown'),
  reason: FailureReason.optional(),
  /** The name as it was typed is kept also where no account has it. */
  account: z.object({ id: AccountId.optional(), name: Name }).nullable(),
  ip: Ip.optional(),
  userAgent: UserAgent.optional(),
  sessionId: SessionId.optional(),
  actor: z.object({ id: z.string().max(LIMITS.id).optional(), name: Name }).optional(),
  object: z
    .object({
      kind: z.string().max(LIMITS.id),
      id: z.string().max(LIMITS.id).optional(),
      name: Name.optional(),
    })
    .optional(),
  message: z.string().max(LIMITS.message).optional(),
  attributes: Attributes.optional(),
});
export type AuditEvent = z.infer<typeof AuditEvent>;
