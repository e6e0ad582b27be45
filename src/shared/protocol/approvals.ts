import { z } from 'zod';
import { OperatorId } from '../domain/ids.ts';
import { EpochMs } from '../domain/units.ts';
import { answerOf } from './codes.ts';
import { Reach } from './commands.ts';
import { LIMITS } from './limits.ts';
import { Name } from './records.ts';

export const Approve = z.strictObject({
  id: z.uuid(),
  decision: z.enum(['approve', 'deny']),
  note: z.string().max(LIMITS.reason).optional(),
});
export type Approve = z.infer<typeof Approve>;

const who = z.object({ id: OperatorId, name: Name });
export const ApprovalItem = z.object({
  id: z.uuid(),
  kind: z.enum(['command', 'rules']),
  requestedBy: who,
  reason: z.string().max(LIMITS.reason),
  reach: Reach,
  requestedAt: EpochMs,
  expiresAt: EpochMs,
});
export type ApprovalItem = z.infer<typeof ApprovalItem>;
export const ApprovalsListAnswer = answerOf({ items: z.array(ApprovalItem) });
export type ApprovalsListAnswer = z.infer<typeof ApprovalsListAnswer>;
export const ApprovalResolved = z.object({
  id: z.uuid(),
  decision: z.enum(['approve', 'deny', 'expired']),
  by: who.optional(),
});
export type ApprovalResolved = z.infer<typeof ApprovalResolved>;
