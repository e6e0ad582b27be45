import { z } from 'zod';
import { Epoch, Seq, SessionId, SubscriptionId } from '../domain/ids.ts';
import { EpochMs } from '../domain/units.ts';
import type { FailedAnswer } from './codes.ts';
import { answerOf } from './codes.ts';
import { LIMITS } from './limits.ts';
import type { Account, AuditEvent } from './records.ts';
import { Session } from './records.ts';
import type { Change } from './changes.ts';

export const WANTS = ['sessions', 'audit', 'accounts'] as const;
export type Want = (typeof WANTS)[number];

export const Subscribe = z.object({
  resume: z.object({ epoch: Epoch, seq: Seq }).nullable(),
  want: z.array(z.enum(WANTS)).min(1).max(WANTS.length),
});
export type Subscribe = z.infer<typeof Subscribe>;
export const SubscribeAnswer = answerOf({
  subscription: SubscriptionId,
  mode: z.enum(['resume', 'snapshot']),
  next: Seq,
});
export type SubscribeAnswer = z.infer<typeof SubscribeAnswer>;

const envelope = { subscription: SubscriptionId, epoch: Epoch };

/** A part of a snapshot. Records are parsed one by one (Session, Account), so that a bad one is set aside alone. */
export const SnapshotEnvelope = z.object({
  ...envelope,
  part: z.int().min(0),
  last: z.boolean(),
  asOf: Seq,
  sessions: z.array(z.unknown()),
  accounts: z.array(z.unknown()),
});
export type SnapshotEnvelope = z.infer<typeof SnapshotEnvelope>;
/** What an agent sends. */
export interface Snapshot extends Omit<SnapshotEnvelope, 'sessions' | 'accounts'> {
  readonly sessions: readonly Session[];
  readonly accounts: readonly Account[];
}
export const SnapshotAnswer = answerOf({ part: z.int().min(0) });
export type SnapshotAnswer = z.infer<typeof SnapshotAnswer>;

/** A batch of changes, contiguous by range; `items` is sparse and parsed one by one with `parseChange`. */
export const ChangesEnvelope = z.object({ ...envelope, from: Seq, to: Seq, items: z.array(z.unknown()) });
export type ChangesEnvelope = z.infer<typeof ChangesEnvelope>;
export interface Changes extends Omit<ChangesEnvelope, 'items'> {
  readonly items: readonly Change[];
}
export const ChangesAnswer = answerOf({ seq: Seq });
export type ChangesAnswer = z.infer<typeof ChangesAnswer>;

export const History = z.object({
  since: EpochMs.optional(),
  until: EpochMs.optional(),
  cursor: z.string().max(1_024).optional(),
  limit: z.int().min(1),
});
export type History = z.infer<typeof History>;
export const HistoryAnswer = answerOf({
  items: z.array(z.unknown()),
  next: z.string().max(1_024).optional(),
});
export type HistoryAnswer =
  | { readonly ok: true; readonly items: readonly AuditEvent[]; readonly next?: string | undefined }
  | z.infer<typeof FailedAnswer>;

export const SessionsGet = z.object({
  ids: z
    .array(SessionId)
    .min(1)
    .max(LIMITS.id * 20),
});
export type SessionsGet = z.infer<typeof SessionsGet>;
export const SessionsGetAnswer = answerOf({ sessions: z.array(Session), missing: z.array(SessionId) });
export type SessionsGetAnswer = z.infer<typeof SessionsGetAnswer>;
