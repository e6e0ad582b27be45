import type { Rule } from '../protocol/rules.ts';
import { bornAt } from './ages.ts';
import type { Finding, RuleEvent, RuleSession } from './facts.ts';
import { countInWords, lengthInWords } from './words.ts';

type FailedLogins = Extract<Rule, { kind: 'failed-logins' }>;

/**
 * Moments when an account had more than `max` failed sign-ins within `withinMs`. After one, counting begins anew, so
 * that one series of attempts sets the rule off once.
 */
function failureTriggers(rule: FailedLogins, events: readonly RuleEvent[]): readonly RuleEvent[] {
  const triggers: RuleEvent[] = [];
  let recent: RuleEvent[] = [];
  for (const event of events) {
    if (event.kind !== 'login-failed') continue;
    recent = recent.filter(({ at }) => event.at - at < rule.withinMs);
    recent.push(event);
    if (recent.length <= rule.max) continue;
    triggers.push(event);
    recent = [];
  }
  return triggers;
}

/** Ends what was open when the attempts passed the limit, or only reports. */
export function judgeFailedLogins(
  rule: FailedLogins,
  sessions: readonly RuleSession[],
  events: readonly RuleEvent[],
): readonly Finding[] {
  const findings: Finding[] = [];
  const ended = new Set<string>();
  for (const trigger of failureTriggers(rule, events)) {
    const reason = `${countInWords(rule.max + 1, 'failed sign-in')} within ${lengthInWords(rule.withinMs)}, ${String(rule.max)} ${rule.max === 1 ? 'is' : 'are'} allowed`;
    const holdMs = rule.then === 'hold' ? rule.withinMs : null;
    if (rule.then !== 'report') {
      for (const session of sessions) {
        if (bornAt(session) > trigger.at || ended.has(session.id)) continue;
        ended.add(session.id);
        findings.push({ session: session.id, reason, trigger: trigger.id });
      }
    }
    // Told also when there was nothing to end; and what holds the account.
    findings.push({ session: null, reason, trigger: trigger.id, holdMs });
  }
  return findings;
}
