import type { RuleId } from '#shared/domain/ids.ts';
import type { ApprovalItem, Approve } from '#shared/protocol/approvals.ts';
import type { CommandAnswer, Reach } from '#shared/protocol/commands.ts';
import type { CommandId } from '#shared/domain/ids.ts';
import type { Rule } from '#shared/protocol/rules.ts';
import { compareRules } from '#shared/rules/compare.ts';
import { listInWords } from '#shared/rules/words.ts';
import type { Caller } from '../server/caller.ts';
import { callerOf, requireScope } from '../server/caller.ts';
import { seesAll } from '../server/notices.ts';
import { Refused } from '../server/refusal.ts';
import type { Brake } from '../state/rule-acts.ts';
import type { PutRow } from '../state/rule-book.ts';
import { isLive } from '../state/tokens.ts';
import { brakeItem, ruleAsOperator } from './brake.ts';
import type { RuleContext } from './context.ts';
import type { Enforcer } from './enforcer.ts';

/** Rules that wait for a second operator, and rules that their brake stopped. */
export interface RuleApprovals {
  /** Tells who may decide. Call inside `record`. */
  request(row: PutRow): void;
  /** A rule was changed or removed: what its brake asked is moot. Call inside `record`. */
  withdraw(rule: RuleId): void;
  knows(id: string): boolean;
  decide(caller: Caller, request: Approve): CommandAnswer;
  list(caller: Caller): readonly ApprovalItem[];
  expire(): void;
}

export function createApprovals(
  context: RuleContext,
  enforcer: Enforcer,
  inForce: (row: PutRow, before: readonly Rule[]) => void,
): RuleApprovals {
  const { state, recorder, clock, environment } = context;
  const { ruleBook, ruleActs } = state;
  const ruleOf = (id: RuleId) => ruleBook.current().rules.find((rule) => rule.id === id);
  const brakeFor = (approval: string) => ruleActs.brakes().find((brake) => brake.approval === approval);
  const expired = (row: PutRow) => row.approvalExpiresAt !== null && clock() >= row.approvalExpiresAt;

  function itemOf(row: PutRow): ApprovalItem {
    const { added, changed } = compareRules(ruleBook.current().rules, row.rules);
    const names = [...added, ...changed].map(({ name }) => `“${name}”`);
    return {
      id: row.id,
      kind: 'rules',
      requestedBy: row.operator,
      reason: `Rules: ${listInWords(names)} would be enforced.`.slice(0, 1_024),
      reach: sum(row.reach.map(({ reach }) => reach)),
      requestedAt: row.receivedAt,
      expiresAt: row.approvalExpiresAt ?? row.receivedAt,
    };
  }

  function resolved(
    id: string,
    operator: PutRow['operator']['id'],
    decision: 'approve' | 'deny' | 'expired',
    by: Caller['operator'] | null,
  ): void {
    const answer = { id, decision, ...(by === null ? {} : { by }) };
    context.notify({ is: 'approval-resolved', operator, owners: [], resolved: answer });
  }

  function decidePut(caller: Caller, row: PutRow, decision: Approve['decision']): CommandAnswer {
    if (row.operator.id === caller.operator.id)
      throw new Refused('FORBIDDEN', 'Nobody approves rules of their own.');
    if (row.state === 'expired') throw new Refused('STALE', 'The time to decide is over.');
    if (row.state !== 'pending-approval')
      throw new Refused('CONFLICT', 'This was decided already; the first decision stands.');
    if (expired(row)) {
      expire(row);
      throw new Refused('STALE', 'The time to decide is over.');
    }
    const { version, rules: before } = ruleBook.current();
    if (decision === 'approve' && version !== row.ifVersion) {
      close(row, 'denied', null);
      throw new Refused('STALE', 'The rules were changed meanwhile; these have to be put again.', {
        version,
      });
    }
    if (decision === 'approve' && !stillMay(row)) {
      close(row, 'denied', null);
      throw new Refused('FORBIDDEN', 'Who put these rules may no longer do it; they were denied.');
    }
    if (decision === 'deny') close(row, 'denied', caller.operator);
    else {
      recorder.record(() => inForce(ruleBook.accept(row.id, caller.operator), before));
      resolved(row.id, row.operator.id, 'approve', caller.operator);
    }
    return answer(row.id, decision, 0);
  }

  function stillMay(row: PutRow): boolean {
    const token = state.tokens.get(row.tokenId);
    return token !== null && isLive(token, clock()) && callerOf(token).viewer.scopes.has('rules:write');
  }

  function close(row: PutRow, as: 'denied' | 'expired', by: Caller['operator'] | null): void {
    recorder.record(() => ruleBook.close(row.id, as, by));
    resolved(row.id, row.operator.id, as === 'denied' ? 'deny' : 'expired', by);
  }
  const expire = (row: PutRow) => close(row, 'expired', null);

  function decideBrake(caller: Caller, brake: Brake, decision: Approve['decision']): CommandAnswer {
    const author = ruleBook.current().put?.operator.id;
    if (environment.protected && author === caller.operator.id)
      throw new Refused('FORBIDDEN', 'Nobody approves what rules of their own held back.');
    if (brake.state === 'denied')
      throw new Refused('CONFLICT', 'This was decided already; the first decision stands.');
    if (brake.expiresAt <= clock())
      throw new Refused('STALE', 'The time to decide is over; it is asked again.');
    const approved = recorder.record(() => {
      if (decision === 'approve') {
        ruleActs.release(brake.rule);
        return ruleActs.approveHeld(brake.rule);
      }
      ruleActs.forgetHeld(brake.rule);
      ruleActs.setBrake(brake.rule, 'denied');
      return 0;
    });
    const rule = ruleOf(brake.rule);
    const requester = ruleAsOperator(rule ?? { id: brake.rule, name: brake.rule });
    resolved(brake.approval, requester.id, decision, caller.operator);
    context.notify({ is: 'rules-changed', version: ruleBook.current().version });
    enforcer.reload();
    return answer(brake.approval, decision, approved);
  }

  return {
    request: (row) => context.notify({ is: 'approval-requested', owners: [], item: itemOf(row) }),
    withdraw(id) {
      const brake = ruleActs.brake(id);
      const rule = ruleOf(id);
      if (brake?.state !== 'waiting') return;
      const { id: operator } = ruleAsOperator(rule ?? { id, name: id });
      resolved(brake.approval, operator, 'expired', null);
    },
    knows: (id) => brakeFor(id) !== undefined || (ruleBook.find(id)?.approvalExpiresAt ?? null) !== null,
    decide(caller, { id, decision }) {
      requireScope(caller, 'commands:approve');
      if (!seesAll(caller.viewer, []))
        throw new Refused('NOT_FOUND', 'Nothing like that waits for approval.');
      const brake = brakeFor(id);
      if (brake !== undefined) return decideBrake(caller, brake, decision);
      const row = ruleBook.find(id);
      if (row === null) throw new Refused('NOT_FOUND', 'Nothing like that waits for approval.');
      return decidePut(caller, row, decision);
    },
    list(caller) {
      if (!seesAll(caller.viewer, [])) return [];
      const brakes = ruleActs.brakes().flatMap((brake) => {
        const rule = ruleOf(brake.rule);
        return brake.state !== 'waiting' || rule === undefined ? [] : [brakeItem(context, brake, rule)];
      });
      return [
        ...ruleBook
          .waiting()
          .filter((row) => !expired(row))
          .map(itemOf),
        ...brakes,
      ];
    },
    expire() {
      for (const row of ruleBook.waiting()) if (expired(row)) expire(row);
    },
  };
}

function answer(id: string, decision: Approve['decision'], matched: number): CommandAnswer {
  return {
    ok: true,
    id: id as CommandId,
    // The rules act at the next look at the store.
    state: decision === 'deny' ? 'denied' : matched > 0 ? 'running' : 'completed',
    matched,
    ended: 0,
    alreadyGone: 0,
    failedCount: 0,
    failed: [],
    replayed: false,
  };
}

function sum(reaches: readonly Reach[]): Reach {
  const byRole: Record<string, number> = {};
  const total = { sessions: 0, accounts: 0, privileged: 0, service: 0, own: 0, clientSide: 0 };
  for (const reach of reaches) {
    for (const key of ['sessions', 'accounts', 'privileged', 'service', 'own', 'clientSide'] as const)
      total[key] += reach[key];
    for (const [role, count] of Object.entries(reach.byRole)) byRole[role] = (byRole[role] ?? 0) + count;
  }
  return { ...total, byRole };
}
