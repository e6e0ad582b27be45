import { epochMs } from '#shared/domain/units.ts';
import type { Account, AuditEvent } from '#shared/protocol/records.ts';
import type { Rule } from '#shared/protocol/rules.ts';
import { compareRules } from '#shared/rules/compare.ts';
import type { Verdict } from '#shared/rules/facts.ts';
import type { MirroredSession } from '../state/session-mirror.ts';
import type { PutRow } from '../state/rule-book.ts';
import { cut } from '../poll/cut.ts';
import { sessionOf } from '../poll/recorder.ts';
import type { RuleContext } from './context.ts';

type Applied = Pick<Verdict, 'account' | 'session' | 'reason' | 'trigger'> & { readonly decidedAt: number };

/**
 * One application of a rule as an audit event. Its id is made of what was decided and when, so that a crash before the
 * outcome was noted does not tell it twice.
 */
export function appliedEvent(
  { state, clock }: RuleContext,
  rule: Rule,
  version: number,
  mode: 'observe' | 'enforce',
  applied: Applied,
  row: MirroredSession | undefined,
): AuditEvent {
  const { account, session, reason, trigger, decidedAt } = applied;
  const mirrored = state.accounts.get(account);
  const record = mirrored === undefined ? null : (JSON.parse(mirrored.record) as Account);
  const userAgent = row === undefined ? null : agentOf(row);
  const what = session ?? `trigger:${trigger ?? ''}`;
  return {
    id: state.keys.eventId(`rule:${rule.id}:${mode}:${what}:${String(decidedAt)}`, 0),
    at: epochMs(decidedAt),
    recordedAt: clock(),
    action: 'rule-applied',
    outcome: 'success',
    account: { id: account, name: record?.name ?? account },
    ...(session === null ? {} : { sessionId: session }),
    ...(row?.ip === undefined || row.ip === null ? {} : { ip: row.ip }),
    ...(userAgent === null ? {} : { userAgent }),
    actor: { id: rule.id, name: rule.name },
    object: { kind: 'rule', id: rule.id, name: rule.name },
    message: cut(
      `${mode === 'observe' ? 'would have ended' : session === null ? 'set off' : 'ended'}: ${reason}`,
      4_096,
    ),
    attributes: {
      rule: rule.id,
      kind: rule.kind,
      mode,
      version: String(version),
      reason: cut(reason, 1_024),
      ...(trigger === null ? {} : { trigger }),
    },
  };
}

function agentOf(row: MirroredSession): string | null {
  const { last, opened } = sessionOf(row);
  return last.userAgent ?? opened.userAgent;
}

/** A change of the rules as an audit event. */
export function changedEvent(
  { state, clock }: RuleContext,
  put: PutRow,
  before: readonly Rule[],
): AuditEvent {
  const now = clock();
  const { added, changed, removed } = compareRules(before, put.rules);
  const names = (list: readonly Rule[]) => cut(list.map(({ name }) => name).join(', '), 1_024);
  return {
    id: state.keys.eventId(`rules:${put.id}`, 0),
    at: now,
    recordedAt: now,
    action: 'rule-changed',
    outcome: 'success',
    account: null,
    actor: { id: put.operator.id, name: put.operator.name },
    message: `rules version ${String(put.version ?? 0)}: ${String(added.length)} added, ${String(changed.length)} changed, ${String(removed.length)} removed`,
    attributes: {
      version: String(put.version ?? 0),
      ...(added.length === 0 ? {} : { added: names(added) }),
      ...(changed.length === 0 ? {} : { changed: names(changed) }),
      ...(removed.length === 0 ? {} : { removed: names(removed) }),
      ...(put.decidedBy === null ? {} : { approvedBy: put.decidedBy.name }),
    },
  };
}
