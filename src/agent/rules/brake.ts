import { randomUUID } from 'node:crypto';
import { DAY, epochMs, MINUTE } from '#shared/domain/units.ts';
import type { ApprovalItem } from '#shared/protocol/approvals.ts';
import type { Rule } from '#shared/protocol/rules.ts';
import { OperatorId } from '#shared/domain/ids.ts';
import { countInWords } from '#shared/rules/words.ts';
import type { Brake } from '../state/rule-acts.ts';
import { EVERYTHING } from '../state/viewer.ts';
import type { RuleContext } from './context.ts';

const WINDOW_MS = MINUTE;
/** Somebody who sleeps may still decide; what was not decided by then is asked again. */
const ASKED_FOR_MS = DAY;

/** How many sessions this rule may end within a minute: a number and a share, whichever is less, and at least one. */
function allowedNow(rule: Pick<Rule, 'brake'>, live: number): number {
  const { perMinute, percent } = rule.brake;
  if (percent === 0) return 0;
  return Math.max(1, Math.min(perMinute, Math.floor((live * percent) / 100)));
}

/**
 * Asks the brake whether a rule may end `wanted` more sessions now. When it may not, none of them may end: the rule is
 * stopped, durably, and an approval is asked for. Call inside `record`.
 */
export function mayEnd(context: RuleContext, rule: Rule, wanted: number): boolean {
  const { state, clock } = context;
  if (state.ruleActs.brake(rule.id) !== null) return false;
  const now = clock();
  const used = state.ruleActs.endedSince(rule.id, epochMs(Math.max(0, now - WINDOW_MS)));
  const allowed = allowedNow(rule, state.sessions.count(EVERYTHING) + used);
  if (used + wanted <= allowed) return true;
  state.ruleActs.stop({
    rule: rule.id,
    approval: randomUUID(),
    state: 'waiting',
    stoppedAt: now,
    expiresAt: epochMs(now + ASKED_FOR_MS),
    allowed,
    wanted: used + wanted,
  });
  return false;
}

/** Asks once more for what nobody decided in time. Call inside `record`. */
export function renew(context: RuleContext, brake: Brake): Brake {
  const next = {
    ...brake,
    approval: randomUUID(),
    expiresAt: epochMs(context.clock() + ASKED_FOR_MS),
  };
  context.state.ruleActs.stop(next);
  return next;
}

/** Who is asked for by a stopped rule: the rule itself. */
export const ruleAsOperator = (rule: Pick<Rule, 'id' | 'name'>) => ({
  id: OperatorId.parse(`rule:${rule.id}`.slice(0, 256)),
  name: rule.name,
});

export function brakeItem(context: RuleContext, brake: Brake, rule: Rule): ApprovalItem {
  return {
    id: brake.approval,
    kind: 'rules',
    requestedBy: ruleAsOperator(rule),
    reason: brakeReason(rule, brake, context.state.ruleActs.heldCount(rule.id)),
    reach: context.heldReach.of(rule.id),
    requestedAt: brake.stoppedAt,
    expiresAt: brake.expiresAt,
  };
}

export const brakeReason = (rule: Pick<Rule, 'name'>, brake: Brake, held: number): string =>
  `Brake: the rule “${rule.name}” would have ended ${countInWords(brake.wanted, 'session')} within a minute and may end ${String(brake.allowed)}. It ended none of them and ends nothing more; ${countInWords(held, 'session')} ${held === 1 ? 'waits' : 'wait'} for a decision.`.slice(
    0,
    1_024,
  );
