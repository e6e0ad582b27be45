import { z } from 'zod';
import { AccountId, ConnectionId, OperationId, SessionId } from '../domain/ids.ts';
import { DAY, MINUTE } from '../domain/units.ts';
import { LIMITS } from '../protocol/limits.ts';
import { method } from './contract.ts';
import type { ApprovalView, HoldView, LateView, ReceiptPage } from './respond-views.ts';
import { SessionFilter } from './session-filter.ts';
import type { OperationView, Preview } from './views.ts';

/** A target of a response, per environment. */
export const ResponseTarget = z.strictObject({
  connection: ConnectionId,
  selector: z.union([
    z.strictObject({ sessions: z.array(SessionId).min(1).max(1_000_000) }),
    z.strictObject({
      accounts: z.array(AccountId).min(1).max(100_000),
      except: z.array(SessionId).min(1).optional(),
    }),
    z.strictObject({ all: z.literal(true), except: z.array(SessionId).min(1).optional() }),
  ]),
});
export type ResponseTarget = z.infer<typeof ResponseTarget>;

/** Whom: named targets, or every live session that a filter matches now, in whichever environments. */
export const ResponseSelection = z.union([
  z.strictObject({ targets: z.array(ResponseTarget).min(1).max(100) }),
  z.strictObject({ matching: SessionFilter }),
]);
export type ResponseSelection = z.input<typeof ResponseSelection>;

/** What is done to them. Holding and blocking take accounts, and end their sessions too. */
export const ResponseAct = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('revoke') }),
  z.strictObject({
    kind: z.literal('hold'),
    forMs: z
      .int()
      .min(MINUTE)
      .max(30 * DAY),
  }),
  z.strictObject({ kind: z.literal('block') }),
]);
export type ResponseAct = z.infer<typeof ResponseAct>;

/** How long an agent that cannot be reached is tried, at most: after a day agents refuse commands as too old. */
const MOST_RETRY_MS = DAY - 10 * MINUTE;
export const RETRY_MS = 15 * MINUTE;

const reason = z.string().trim().min(1).max(LIMITS.reason);
export const RECEIPT_OUTCOMES = [
  'ended',
  'already-gone',
  'failed',
  'came-back',
  'queued',
  'under-way',
  'waiting-approval',
  'unreachable',
  'refused',
  'cancelled',
  'unknown',
] as const;
export type ReceiptOutcome = (typeof RECEIPT_OUTCOMES)[number];

export const RESPOND_METHODS = {
  'respond.preview': method<Preview>()(() =>
    z.strictObject({ selection: ResponseSelection, act: ResponseAct.default({ kind: 'revoke' }) }),
  ),
  /** Acts on a preview and nothing else. */
  'respond.execute': method<OperationView>()(() =>
    z.strictObject({
      operation: OperationId,
      reason,
      /** The typed environment names, where the preview asks for them. */
      confirm: z.record(ConnectionId, z.string().max(LIMITS.id)).optional(),
      /** How long agents that cannot be reached are tried. */
      retryForMs: z.int().min(MINUTE).max(MOST_RETRY_MS).default(RETRY_MS),
      /** Also where no agent could be asked: what the mirror showed is ended when it is reached. */
      queue: z.boolean().default(false),
      /** Also sessions that match by the time it is carried out. Only for accounts and for everyone. */
      includeNew: z.boolean().default(false),
    }),
  ),
  /** Takes back what has not been sent. */
  'respond.cancel': method<OperationView>()(() => z.strictObject({ operation: OperationId })),
  'respond.operations': method<readonly OperationView[]>()(() =>
    z.strictObject({ limit: z.int().min(1).max(500) }),
  ),
  /** Session by session, in the order of the commands. */
  'respond.receipt': method<ReceiptPage>()(() =>
    z.strictObject({
      operation: OperationId,
      outcome: z.enum(RECEIPT_OUTCOMES).optional(),
      offset: z.int().min(0).max(10_000_000),
      limit: z.int().min(1).max(1_000),
    }),
  ),
  /** The whole receipt as a file's text. Recorded in the journal. */
  'respond.receiptFile': method<{ readonly name: string; readonly text: string }>()(() =>
    z.strictObject({ operation: OperationId, format: z.enum(['csv', 'json']) }),
  ),
  /** Live sessions that the operation's selection matches now and its preview did not show. */
  'respond.late': method<LateView>()(() => z.strictObject({ operation: OperationId })),
  /** What waits for a second operator, in every environment whose token may know. */
  'respond.approvals': method<readonly ApprovalView[]>()(() => z.strictObject({})),
  'respond.approve': method<readonly ApprovalView[]>()(() =>
    z.strictObject({
      connection: ConnectionId,
      id: z.uuid(),
      decision: z.enum(['approve', 'deny']),
      note: z.string().trim().max(LIMITS.reason).optional(),
    }),
  ),
  /** Accounts that are held or blocked from here or by others. */
  'respond.holds': method<readonly HoldView[]>()(() => z.strictObject({})),
  'respond.lift': method<OperationView>()(() =>
    z.strictObject({
      connection: ConnectionId,
      kind: z.enum(['release', 'unblock']),
      accounts: z.array(AccountId).min(1).max(5_000),
      reason,
    }),
  ),
} as const;
