import { assertNever } from '../domain/assert-never.ts';
import type { EpochMs } from '../domain/units.ts';
import type { Rule } from '../protocol/rules.ts';
import { idleAt, judgeIdle, judgeLifetime, lifetimeAt } from './ages.ts';
import { appliesTo } from './applies.ts';
import { judgeConcurrency } from './concurrency.ts';
import { judgeCredentialChange } from './credential-change.ts';
import { judgeFailedLogins } from './failed-logins.ts';
import type { Finding, RuleFacts, RuleGroup, RuleSession, Verdict } from './facts.ts';
import { compileHours } from './hours.ts';
import { compileDevice, compileNetwork, compilePlace } from './origin.ts';

/** Rules made ready to judge. Rules that are off, or cannot be understood, take no part. */
export interface Evaluator {
  /** At least one rule is on. */
  readonly active: boolean;
  /** How far back events matter, ms. 0: they do not. */
  readonly eventsMs: number;
  /**
   * What the rules say of one account's sessions at this moment. A session that one enforced rule ends no longer
   * counts for the next: concurrency is judged last, among what would be left. Rules that only observe see the
   * sessions as enforced rules leave them.
   */
  judge(group: RuleGroup, now: EpochMs): readonly Verdict[];
  /** The first moment after `now` at which time alone can change the judgement of these sessions; null: never. */
  dueAfter(group: RuleGroup, now: EpochMs): number | null;
}

/** How long a changed credential is acted on: an agent that was away that long judges what it missed. */
const CREDENTIAL_MS = 24 * 3_600_000;

interface Compiled {
  readonly rule: Rule;
  readonly mode: 'observe' | 'enforce';
  readonly judge: (group: RuleGroup, sessions: readonly RuleSession[], now: EpochMs) => readonly Finding[];
  readonly due: (session: RuleSession, now: EpochMs) => number | null;
}

const each =
  (test: (session: RuleSession) => string | null) =>
  (_group: RuleGroup, sessions: readonly RuleSession[]): readonly Finding[] =>
    sessions.flatMap((session) => {
      const reason = test(session);
      return reason === null ? [] : [{ session: session.id, reason }];
    });
const never = () => null;

function compile(rule: Rule, mode: Compiled['mode'], facts: RuleFacts): Compiled {
  const { writeIntervalMs } = facts;
  switch (rule.kind) {
    case 'concurrency':
      return {
        rule,
        mode,
        judge: (_group, sessions) => judgeConcurrency(rule, sessions, (text) => facts.device(text)),
        due: never,
      };
    case 'idle':
      return {
        rule,
        mode,
        judge: (_group, sessions, now) =>
          sessions.flatMap((session) => judgeIdle(rule, session, writeIntervalMs, now) ?? []),
        due: (session) => idleAt(rule, session, writeIntervalMs),
      };
    case 'lifetime':
      return {
        rule,
        mode,
        judge: (_group, sessions, now) =>
          sessions.flatMap((session) => judgeLifetime(rule, session, now) ?? []),
        due: (session) => lifetimeAt(rule, session),
      };
    case 'network':
      return { rule, mode, judge: each(compileNetwork(rule, facts)), due: never };
    case 'place':
      return { rule, mode, judge: each(compilePlace(rule, facts)), due: never };
    case 'device':
      return { rule, mode, judge: each(compileDevice(rule, facts)), due: never };
    case 'hours': {
      const hours = compileHours(rule);
      const reason = `outside the hours of the rule (${rule.timeZone})`;
      return {
        rule,
        mode,
        judge: (_group, sessions, now) =>
          hours.inside(now) ? [] : sessions.map(({ id }) => ({ session: id, reason })),
        due: (_session, now) => hours.changesAfter(now),
      };
    }
    case 'credential-change':
      return {
        rule,
        mode,
        judge: ({ events }, sessions) => judgeCredentialChange(rule, sessions, events),
        due: never,
      };
    case 'failed-logins':
      return {
        rule,
        mode,
        judge: ({ events }, sessions) => judgeFailedLogins(rule, sessions, events),
        due: never,
      };
    default:
      return assertNever(rule);
  }
}

const eventsMsOf = (rule: Rule): number =>
  rule.kind === 'failed-logins' ? rule.withinMs * 2 : rule.kind === 'credential-change' ? CREDENTIAL_MS : 0;

/** Enforced rules first, concurrency last among each: what another rule ends does not take up a place. */
const rank = ({ rule, mode }: Compiled) =>
  (mode === 'enforce' ? 0 : 2) + (rule.kind === 'concurrency' ? 1 : 0);

/** Without the events that are settled for this rule; where there are none, that is not asked. */
function unsettled(group: RuleGroup, rule: Rule): RuleGroup {
  if (group.events.length === 0) return group;
  const until = group.settledUntil(rule.id);
  return { ...group, events: group.events.filter(({ at }) => at > until) };
}

/** Makes rules ready. The same rules, facts, group and moment always give the same verdicts. */
export function createEvaluator(rules: readonly Rule[], facts: RuleFacts): Evaluator {
  const compiled = rules
    .flatMap((rule) => (rule.mode === 'off' ? [] : [compile(rule, rule.mode, facts)]))
    .sort((a, b) => rank(a) - rank(b));
  return {
    active: compiled.length > 0,
    eventsMs: Math.max(0, ...compiled.map(({ rule }) => eventsMsOf(rule))),
    judge(group, now) {
      const verdicts: Verdict[] = [];
      const gone = new Set<string>();
      const live = group.sessions.filter(({ expiresAt }) => expiresAt === null || expiresAt > now);
      for (const one of compiled) {
        const { rule, mode } = one;
        if (!appliesTo(rule, group.account)) continue;
        const left = gone.size === 0 ? live : live.filter(({ id }) => !gone.has(id));
        for (const finding of one.judge(unsettled(group, rule), left, now)) {
          const { session, reason, trigger = null, holdMs = null } = finding;
          const { id, kind } = rule;
          const account = group.account.id;
          verdicts.push({ rule: id, mode, kind, account, session, reason, trigger, holdMs });
          if (mode === 'enforce' && session !== null) gone.add(session);
        }
      }
      return verdicts;
    },
    dueAfter(group, now) {
      let first: number | null = null;
      for (const { rule, due } of compiled) {
        if (!appliesTo(rule, group.account)) continue;
        for (const session of group.sessions) {
          const at = due(session, now);
          if (at !== null && at > now && (first === null || at < first)) first = at;
        }
      }
      return first;
    },
  };
}
