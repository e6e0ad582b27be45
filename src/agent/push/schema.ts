import { z } from 'zod';
import { AccountId } from '#shared/domain/ids.ts';
import { EpochMs } from '#shared/domain/units.ts';
import { Action, Attributes, Name } from '#shared/protocol/records.ts';
import { LIMITS } from '#shared/protocol/limits.ts';

/** Events in one request. */
const MAX_EVENTS = 500;

const word = z.string().min(1).max(LIMITS.id);

/** One thing that happened in the application. Strict: a misspelt member would be lost in silence. */
export const PushedEvent = z.strictObject({
  /** The application's own id of the event: sending it again is harmless. */
  id: word,
  at: EpochMs.optional(),
  action: Action,
  outcome: z.enum(['success', 'failure', 'unknown']).default('success'),
  reason: word.optional(),
  account: z.strictObject({ id: AccountId.optional(), name: Name }).nullable().default(null),
  /** The session as the store names it. It is replaced by its handle and not kept. */
  session: z.string().min(1).max(4_096).optional(),
  ip: word.optional(),
  userAgent: z
    .string()
    .max(LIMITS.userAgent * 4)
    .optional(),
  actor: z.strictObject({ id: word.optional(), name: Name }).optional(),
  object: z.strictObject({ kind: word, id: word.optional(), name: Name.optional() }).optional(),
  message: z.string().max(LIMITS.message).optional(),
  attributes: Attributes.optional(),
});
export type PushedEvent = z.infer<typeof PushedEvent>;
export const PushRequest = z.strictObject({ events: z.array(PushedEvent).min(1).max(MAX_EVENTS) });
