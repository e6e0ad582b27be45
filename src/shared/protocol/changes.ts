import { z } from 'zod';
import { AccountId, CommandId, RuleId, Seq, SessionId } from '../domain/ids.ts';
import { EpochMs } from '../domain/units.ts';
import {
  hasOnly,
  isCount,
  isFields,
  isId,
  isQuickAccount,
  isQuickEvent,
  isQuickSession,
} from './quick-records.ts';
import { Account, AuditEvent, CloseReason, Session } from './records.ts';

const numbered = { seq: Seq, at: EpochMs };

export const SessionOpened = z.object({ ...numbered, kind: z.literal('session.opened'), session: Session });
export const SessionUpdated = z.object({ ...numbered, kind: z.literal('session.updated'), session: Session });
export const SessionClosed = z.object({
  ...numbered,
  kind: z.literal('session.closed'),
  id: SessionId,
  reason: CloseReason,
  commandId: CommandId.optional(),
  ruleId: RuleId.optional(),
});
export const AccountUpserted = z.object({
  ...numbered,
  kind: z.literal('account.upserted'),
  account: Account,
});
export const AccountRemoved = z.object({ ...numbered, kind: z.literal('account.removed'), id: AccountId });
export const AuditRecorded = z.object({ ...numbered, kind: z.literal('audit'), event: AuditEvent });

/** One numbered change. Applying one twice is applying it once. */
export const Change = z.discriminatedUnion('kind', [
  SessionOpened,
  SessionUpdated,
  SessionClosed,
  AccountUpserted,
  AccountRemoved,
  AuditRecorded,
]);
export type Change = z.infer<typeof Change>;
export type ChangeKind = Change['kind'];

const Numbered = z.object({ ...numbered, kind: z.string().min(1).max(256) });
const KNOWN_KINDS: ReadonlySet<string> = new Set<ChangeKind>([
  'session.opened',
  'session.updated',
  'session.closed',
  'account.upserted',
  'account.removed',
  'audit',
]);

/** What one item of a batch turned out to be; a bad one is set aside, it does not stop the stream. */
export type ParsedChange =
  | { readonly is: 'change'; readonly change: Change }
  | { readonly is: 'unknown-kind'; readonly seq: Seq; readonly kind: string }
  | { readonly is: 'malformed'; readonly problem: string };

/** Whether the schema takes a change exactly as it is; false: ask the schema. See quick-records.ts. */
export function isQuickChange(item: unknown): item is Change {
  if (!isFields(item) || !isCount(item['seq']) || !isCount(item['at'])) return false;
  switch (item['kind']) {
    case 'audit':
      return isQuickEvent(item['event']) && hasOnly(item, 4);
    case 'session.updated':
    case 'session.opened':
      return isQuickSession(item['session']) && hasOnly(item, 4);
    case 'session.closed':
      // With the command or rule that ended it: rarer, and left to the schema.
      return isId(item['id']) && isId(item['reason']) && hasOnly(item, 5);
    case 'account.upserted':
      return isQuickAccount(item['account']) && hasOnly(item, 4);
    case 'account.removed':
      return isId(item['id']) && hasOnly(item, 4);
    default:
      return false;
  }
}

/** Parses one item of a `changes` batch. Never throws. */
export function parseChange(item: unknown): ParsedChange {
  if (isQuickChange(item)) return { is: 'change', change: item };
  const known = Change.safeParse(item);
  if (known.success) return { is: 'change', change: known.data };
  const numbered = Numbered.safeParse(item);
  if (numbered.success && !KNOWN_KINDS.has(numbered.data.kind)) {
    return { is: 'unknown-kind', seq: numbered.data.seq, kind: numbered.data.kind };
  }
  const issue = known.error.issues[0];
  return {
    is: 'malformed',
    problem: issue === undefined ? 'malformed' : `${issue.path.join('.') || 'item'}: ${issue.message}`,
  };
}
