import { z } from 'zod';
import { AccountId, AgentId, EnvironmentId, Epoch, OperatorId, Seq } from '../domain/ids.ts';
import { DurationMs, EpochMs } from '../domain/units.ts';
import { Name } from './records.ts';
import { LIMITS } from './limits.ts';

export const CAPABILITIES = [
  'session.openedAt',
  'session.lastSeenAt',
  'session.expiresAt',
  'session.ip.opened',
  'session.ip.last',
  'session.userAgent.opened',
  'session.userAgent.last',
  'account.roles',
  'account.block',
  'audit.login',
  'audit.loginFailed',
  'audit.logout',
  'audit.credential',
  'audit.activity',
  'audit.history',
  'revoke.session',
  'revoke.account',
  'revoke.all',
  'hold',
  'rules',
  'posture',
  'journal',
  'sessions.clientSide',
  'command.targets',
  'command.keepOwn',
] as const;
export type Capability = (typeof CAPABILITIES)[number] | (string & {});

export const SCOPES = [
  'sessions:own',
  'sessions:read',
  'audit:read',
  'sessions:revoke',
  'sessions:revoke-all',
  'rules:read',
  'rules:write',
  'commands:approve',
] as const;
export type Scope = (typeof SCOPES)[number];

export const HandshakeAuth = z.object({
  protocol: z.string().max(LIMITS.id),
  token: z.string().min(1).max(1_024),
  client: z.object({ id: z.string().min(1).max(LIMITS.id), name: Name, version: z.string().max(LIMITS.id) }),
});
export type HandshakeAuth = z.infer<typeof HandshakeAuth>;

/** `data` of a `connect_error`. */
export const Refusal = z.object({
  code: z.string().max(LIMITS.id),
  message: z.string().max(LIMITS.message),
  supported: z.array(z.string().max(LIMITS.id)).max(32).optional(),
  retryAfterMs: DurationMs.optional(),
});
export type Refusal = z.infer<typeof Refusal>;

export const TIERS = ['production', 'staging', 'development', 'other'] as const;
export type Tier = (typeof TIERS)[number];

export const HelloLimits = z.object({
  batch: z.int().min(1),
  inFlight: z.int().min(1),
  targets: z.int().min(1),
  unapproved: z.int().min(0),
  historyPage: z.int().min(1),
});
export type HelloLimits = z.infer<typeof HelloLimits>;

export const Hello = z.object({
  protocol: z.string().max(LIMITS.id),
  agent: z.object({ id: AgentId, version: z.string().max(LIMITS.id), startedAt: EpochMs }),
  environment: z.object({
    id: EnvironmentId,
    name: Name,
    tier: z.enum(TIERS).catch('other'),
    protected: z.boolean(),
  }),
  store: z.object({
    kind: z.string().max(LIMITS.id),
    version: z.string().max(LIMITS.id).optional(),
    capabilities: z.array(z.string().max(LIMITS.id)).max(256),
    writeIntervalMs: DurationMs.nullable(),
    longestRequestMs: DurationMs,
  }),
  operator: z.object({
    id: OperatorId,
    name: Name,
    scopes: z.array(z.string().max(LIMITS.id)).max(64),
    accounts: z.array(AccountId).max(1_000),
  }),
  log: z.object({ epoch: Epoch, tail: Seq, head: Seq }),
  limits: HelloLimits,
  now: EpochMs,
});
export type Hello = z.infer<typeof Hello>;

const StoreState = z.enum(['up', 'degraded', 'down']);
export const Status = z.object({
  store: StoreState,
  lastReadAt: EpochMs.nullable(),
  lagMs: DurationMs.nullable(),
  error: z.string().max(LIMITS.message).optional(),
  sessions: z.int().min(0),
  warnings: z
    .array(z.object({ id: z.string().max(LIMITS.id), message: z.string().max(LIMITS.message) }))
    .max(100),
  now: EpochMs,
});
export type Status = z.infer<typeof Status>;

export const Goodbye = z.object({
  code: z.string().max(LIMITS.id),
  message: z.string().max(LIMITS.message),
  retryAfterMs: DurationMs.optional(),
});
export type Goodbye = z.infer<typeof Goodbye>;
