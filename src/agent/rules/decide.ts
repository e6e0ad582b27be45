import { randomUUID } from 'node:crypto';
import type { RuleId } from '#shared/domain/ids.ts';
import { epochMs } from '#shared/domain/units.ts';
import type { Account } from '#shared/protocol/records.ts';
import type { Rule } from '#shared/protocol/rules.ts';
import type { Verdict } from '#shared/rules/facts.ts';
import type { Act } from '../state/rule-acts.ts';
import { appliedEvent } from './audit.ts';
import { mayEnd, ruleAsOperator } from './brake.ts';
import type { RuleContext, RuleNews } from './context.ts';

type Ending = Verdict & { readonly session: NonNullable<Verdict['session']> };

/** What came of verdicts: sessions to end now, rules that were stopped, what to tell. */
export interface Decision {
  readonly end: readonly { readonly rule: Rule; readonly act: Act }[];
  readonly stopped: readonly RuleId[];
  readonly news: readonly RuleNews[];
}

/** Notes what the rules decided, before anything is done about it. Call inside `record`. */
export function decide(
  context: RuleContext,
  rules: readonly Rule[],
  version: number,
  verdicts: readonly Verdict[],
): Decision {
  const end: { rule: Rule; act: Act }[] = [];
  const stopped: RuleId[] = [];
  const news: RuleNews[] = [];
  /** A session ends once, by the first rule that ends it. */
  const claimed = new Set<string>();
  const byRule = new Map<RuleId, Verdict[]>();
  for (const verdict of verdicts) {
    const list = byRule.get(verdict.rule);
    if (list === undefined) byRule.set(verdict.rule, [verdict]);
    else list.push(verdict);
  }
  for (const rule of rules) {
    const list = byRule.get(rule.id) ?? [];
    const some = list.filter((verdict): verdict is Ending => isThere(context, verdict));
    for (const verdict of list) if (verdict.session === null) setOff(context, rule, version, verdict, news);
    if (rule.mode === 'observe') for (const verdict of some) observe(context, rule, version, verdict, news);
    if (rule.mode !== 'enforce') continue;
    const fresh = some.filter(({ session }) => !claimed.has(session));
    const decision = enforceRule(context, rule, version, unique(fresh));
    for (const { session } of decision.acts) claimed.add(session);
    end.push(...decision.acts.map((act) => ({ rule, act })));
    if (decision.stopped) stopped.push(rule.id);
  }
  return { end, stopped, news };
}

const unique = (verdicts: readonly Ending[]): readonly Ending[] => [
  ...new Map(verdicts.map((verdict) => [verdict.session, verdict])).values(),
];

const isThere = ({ state }: RuleContext, { session }: Verdict) =>
  session !== null && state.sessions.get(session) !== undefined;

function enforceRule(
  context: RuleContext,
  rule: Rule,
  version: number,
  verdicts: readonly Ending[],
): { acts: readonly Act[]; stopped: boolean } {
  const { ruleActs } = context.state;
  const brake = ruleActs.brake(rule.id);
  const found = verdicts.map((verdict) => ({ verdict, act: ruleActs.find(rule.id, verdict.session) }));
  // Decided before (and perhaps interrupted), or approved: counted already, or not to be counted.
  const free = found.filter(({ act }) => act?.state === 'ending' || act?.state === 'approved');
  const fresh = found.filter(({ act }) => act?.state !== 'ending' && act?.state !== 'approved');
  const put = ({ verdict, act }: (typeof found)[number], state: 'ending' | 'held') => {
    const { account, session, reason, trigger } = verdict;
    const approved = act?.approved === true && act.state !== 'ended';
    return ruleActs.put({ rule: rule.id, session, account, version, state, reason, trigger, approved });
  };
  const acts = free.map((entry) => put(entry, 'ending'));
  if (fresh.length === 0) return { acts, stopped: false };
  if (mayEnd(context, rule, fresh.length)) {
    return { acts: [...acts, ...fresh.map((entry) => put(entry, 'ending'))], stopped: false };
  }
  if (brake?.state !== 'denied')
    for (const entry of fresh) if (entry.act?.state !== 'held') put(entry, 'held');
  return { acts, stopped: brake === null };
}

function observe(context: RuleContext, rule: Rule, version: number, verdict: Ending, news: RuleNews[]): void {
  const { state, recorder } = context;
  const { account, session, reason, trigger } = verdict;
  if (state.ruleActs.find(rule.id, session)?.state === 'observed') return;
  const act = state.ruleActs.put({
    rule: rule.id,
    session,
    account,
    version,
    state: 'observed',
    reason,
    trigger,
  });
  recorder.acted(appliedEvent(context, rule, version, 'observe', act, state.sessions.get(session)));
  news.push(newsOf(context, rule, verdict, true));
}

/** An event set the rule off: told once, and the account held where the rule says so. */
function setOff(context: RuleContext, rule: Rule, version: number, verdict: Verdict, news: RuleNews[]): void {
  const { state, recorder, clock } = context;
  const { account, holdMs } = verdict;
  const applied = { ...verdict, decidedAt: clock() };
  recorder.acted(appliedEvent(context, rule, version, verdict.mode, applied, undefined));
  news.push(newsOf(context, rule, verdict, verdict.mode === 'observe'));
  if (verdict.mode !== 'enforce' || holdMs === null) return;
  state.holds.put({
    account,
    until: epochMs(clock() + holdMs),
    command: randomUUID(),
    operator: ruleAsOperator(rule),
    spared: new Set(),
  });
}

export function newsOf(
  { state, clock }: RuleContext,
  rule: Rule,
  { account, reason }: Pick<Verdict, 'account' | 'reason'>,
  observed: boolean,
): RuleNews {
  const mirrored = state.accounts.get(account);
  const record = mirrored === undefined ? null : (JSON.parse(mirrored.record) as Account);
  return {
    is: 'applied',
    rule: rule.id,
    name: rule.name,
    account: { id: account, name: record?.name ?? account, email: record?.email ?? null },
    reason,
    at: clock(),
    observed,
  };
}
