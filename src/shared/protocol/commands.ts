import { z } from 'zod';
import { AccountId, CommandId, OperationId, PreviewId, SessionId } from '../domain/ids.ts';
import { DurationMs, EpochMs } from '../domain/units.ts';
import { answerOf } from './codes.ts';
import { LIMITS } from './limits.ts';
import { Name, Session } from './records.ts';

/** Everything a console asks is strict at every depth: a misspelt narrowing or dry run must never widen an act. */
export const Where = z.strictObject({
  idleForMs: DurationMs.optional(),
  openedBefore: EpochMs.optional(),
  anyRole: z.array(z.string().min(1).max(LIMITS.id)).min(1).max(256).optional(),
  network: z.string().min(1).max(64).optional(),
});
export type Where = z.infer<typeof Where>;

const where = { where: Where.optional() };
export const SelectSessions = z.strictObject({ sessions: z.array(SessionId).min(1), ...where });
export const SelectAccounts = z.strictObject({
  accounts: z.array(AccountId).min(1),
  except: z.array(SessionId).min(1).optional(),
  ...where,
});
export const SelectAll = z.strictObject({
  all: z.literal(true),
  except: z.array(SessionId).min(1).optional(),
  ...where,
});
/** Exactly one of sessions, accounts, all; strictness makes two of them INVALID. */
export const Selector = z.union([SelectSessions, SelectAccounts, SelectAll]);
export type Selector = z.infer<typeof Selector>;

export const COMMAND_KINDS = ['revoke', 'hold', 'release', 'block', 'unblock'] as const;
export type CommandKind = (typeof COMMAND_KINDS)[number];

export const Command = z
  .strictObject({
    id: CommandId,
    operation: OperationId.optional(),
    kind: z.enum(COMMAND_KINDS),
    forMs: DurationMs.optional(),
    selector: Selector,
    /** Leaves sessions of the token's own accounts, also those it runs as others, unless an account is named. */
    keepOwn: z.boolean().optional(),
    reason: z.string().max(LIMITS.reason),
    dryRun: z.boolean().optional(),
    preview: PreviewId.optional(),
    expect: z.strictObject({ max: z.int().min(0) }).optional(),
    confirm: z.string().max(LIMITS.id).optional(),
    claim: z.strictObject({ name: Name }),
    issuedAt: EpochMs,
  })
  .superRefine((command, context) => {
    if ((command.kind === 'hold') !== (command.forMs !== undefined)) {
      context.addIssue({
        code: 'custom',
        path: ['forMs'],
        message: 'forMs is required for hold and only for hold',
      });
    }
    if (command.kind !== 'revoke' && !('accounts' in command.selector)) {
      context.addIssue({
        code: 'custom',
        path: ['selector'],
        message: `${command.kind} takes accounts only`,
      });
    }
  });
export type Command = z.infer<typeof Command>;

export const Reach = z.object({
  sessions: z.int().min(0),
  accounts: z.int().min(0),
  privileged: z.int().min(0),
  service: z.int().min(0),
  own: z.int().min(0),
  byRole: z.record(z.string(), z.int().min(0)),
  clientSide: z.int().min(0),
});
export type Reach = z.infer<typeof Reach>;

export const DryRunAnswer = answerOf({
  preview: PreviewId,
  expiresAt: EpochMs,
  reach: Reach,
  /** With `keepOwn`: own sessions that are left. */
  kept: z.int().min(0).optional(),
  sample: z.array(Session),
});
export type DryRunAnswer = z.infer<typeof DryRunAnswer>;

export const COMMAND_STATES = [
  'running',
  'completed',
  'partial',
  'pending-approval',
  'denied',
  'expired',
] as const;
export type CommandState = (typeof COMMAND_STATES)[number];

export const CommandFailure = z.object({
  id: SessionId,
  code: z.string().max(LIMITS.id),
  message: z.string().max(LIMITS.message),
});
export type CommandFailure = z.infer<typeof CommandFailure>;

export const CameBack = z.object({
  id: SessionId,
  newId: SessionId.optional(),
  cause: z.enum(['in-flight-request', 'remember-me', 'single-sign-on', 'unknown']).catch('unknown'),
  endedAgain: z.boolean(),
});
export type CameBack = z.infer<typeof CameBack>;
/** A later look at what a command ended. */
export const Proof = z.object({
  id: CommandId,
  at: EpochMs,
  final: z.boolean(),
  stillGone: z.int().min(0),
  cameBack: z.array(CameBack),
});
export type Proof = z.infer<typeof Proof>;

const outcome = {
  id: CommandId,
  state: z.enum(COMMAND_STATES),
  matched: z.int().min(0),
  ended: z.int().min(0),
  alreadyGone: z.int().min(0),
  failedCount: z.int().min(0),
  failed: z.array(CommandFailure),
  outside: z.object({ count: z.int().min(0), ids: z.array(SessionId) }).optional(),
  replayed: z.boolean(),
};
export const CommandAnswer = answerOf(outcome);
export type CommandAnswer = z.infer<typeof CommandAnswer>;
export type CommandOutcome = Extract<CommandAnswer, { ok: true }>;

export const CommandGet = z.strictObject({ id: CommandId });
export const CommandGetAnswer = answerOf({ ...outcome, proofs: z.array(Proof) });
export type CommandGetAnswer = z.infer<typeof CommandGetAnswer>;

export const CommandFailures = z.strictObject({ id: CommandId, cursor: z.string().max(1_024).optional() });
export const CommandFailuresAnswer = answerOf({
  items: z.array(CommandFailure),
  next: z.string().max(1_024).optional(),
});
export type CommandFailuresAnswer = z.infer<typeof CommandFailuresAnswer>;

/** Session by session: what a dry run showed (`preview`), or what a command did (`id`). Exactly one of the two. */
export const CommandTargets = z
  .strictObject({
    id: CommandId.optional(),
    preview: PreviewId.optional(),
    cursor: z.string().max(1_024).optional(),
    limit: z.int().min(1).max(5_000),
  })
  .refine(({ id, preview }) => (id === undefined) !== (preview === undefined), {
    path: ['id'],
    message: 'name either a command or a preview',
  });
export type CommandTargets = z.infer<typeof CommandTargets>;
const TARGET_OUTCOMES = ['pending', 'ended', 'already-gone', 'failed'] as const;
export const CommandTarget = z.object({
  id: SessionId,
  account: AccountId.nullable(),
  /** Absent for a preview. */
  outcome: z.enum(TARGET_OUTCOMES).optional(),
  code: z.string().max(LIMITS.id).optional(),
  message: z.string().max(LIMITS.message).optional(),
});
export type CommandTarget = z.infer<typeof CommandTarget>;
export const CommandTargetsAnswer = answerOf({
  items: z.array(CommandTarget).max(5_000),
  next: z.string().max(1_024).optional(),
});
export type CommandTargetsAnswer = z.infer<typeof CommandTargetsAnswer>;

export const CommandProgress = z.object({ id: CommandId, done: z.int().min(0), total: z.int().min(0) });
export type CommandProgress = z.infer<typeof CommandProgress>;
