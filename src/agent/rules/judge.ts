import { epochMs, type EpochMs } from '#shared/domain/units.ts';
import type { Rule } from '#shared/protocol/rules.ts';
import type { Evaluator } from '#shared/rules/evaluate.ts';
import { createEvaluator } from '#shared/rules/evaluate.ts';
import type { RuleFacts, RuleGroup, Verdict } from '#shared/rules/facts.ts';
import type { RuleContext } from './context.ts';
import { needsOf } from './facts.ts';
import { holderOf, readGroup } from './groups.ts';
import { pause } from './slices.ts';

const ROWS = 250;
/** How long is judged between two moments at which consoles and commands are served. */
const SLICE_MS = 15;
/** After an event ended sessions, what a request under way wrote back is ended again for this long. */
const WRITTEN_BACK_MS = 15 * 60_000;

export interface Judged {
  readonly verdicts: readonly Verdict[];
  /** When events of these verdicts are settled. */
  readonly settled: readonly { readonly verdict: Verdict; readonly until: EpochMs }[];
  readonly due: number | null;
}

/** Rules and what they need, made ready for one set of facts. */
export interface Judge {
  readonly evaluator: Evaluator;
  /** What the rules say of one account now; nothing for accounts that no rule may touch. */
  readonly judge: (holder: string, now: EpochMs) => Judged;
}

export function createJudge(context: RuleContext, rules: readonly Rule[], facts: RuleFacts): Judge {
  const { state, flags, protection } = context;
  const evaluator = createEvaluator(rules, facts);
  const needs = needsOf(rules, evaluator.eventsMs);
  const triggered = rules.filter(
    ({ kind, mode }) => mode === 'enforce' && (kind === 'credential-change' || kind === 'failed-logins'),
  );
  return {
    evaluator,
    judge(holder, now) {
      const group = readGroup(state, flags.of(holder).service, holder, needs, now);
      if (protection(group.account)) return { verdicts: [], settled: [], due: null };
      const verdicts = evaluator.judge(group, now);
      const times = new Map(group.events.map(({ id, at }) => [id, at]));
      const settled = verdicts.flatMap((verdict) => {
        const until = verdict.trigger === null ? undefined : times.get(verdict.trigger);
        return until === undefined ? [] : [{ verdict, until }];
      });
      const again = triggered.flatMap((rule) => writtenBack(context, rule, group, now));
      return { verdicts: [...verdicts, ...again], settled, due: evaluator.dueAfter(group, now) };
    },
  };
}

/** Sessions that an event ended and that are there again: the event is settled, what it decided still holds. */
function writtenBack({ state }: RuleContext, rule: Rule, group: RuleGroup, now: EpochMs): readonly Verdict[] {
  if (!state.ruleActs.anySince(rule.id, epochMs(Math.max(0, now - WRITTEN_BACK_MS)))) return [];
  return group.sessions.flatMap(({ id }): Verdict[] => {
    const act = state.ruleActs.find(rule.id, id);
    if (act?.state !== 'ended' || now - act.decidedAt > WRITTEN_BACK_MS) return [];
    const { account, session, reason, trigger } = act;
    return [
      { rule: rule.id, mode: 'enforce', kind: rule.kind, account, session, reason, trigger, holdMs: null },
    ];
  });
}

/** Everybody whom rules could touch: who has sessions, and who has events. */
export async function everyHolder(context: RuleContext, eventsMs: number): Promise<Set<string>> {
  const { state, clock } = context;
  const holders = new Set<string>();
  for (let n = 0; ;) {
    const rows = state.sessions.after(n, ROWS);
    const last = rows.at(-1);
    if (last === undefined) break;
    n = last.n;
    for (const row of rows) {
      const holder = holderOf(row);
      if (holder !== null) holders.add(holder);
    }
    await pause();
  }
  if (eventsMs > 0) {
    const since = epochMs(Math.max(0, clock() - eventsMs));
    for (const account of state.audit.accountsSince(['login', 'password-changed', 'password-reset'], since))
      holders.add(account);
  }
  return holders;
}

/** Judges many, and lets others work in between. */
export async function judgeMany(
  { clock, monotonic }: RuleContext,
  { judge }: Judge,
  holders: Iterable<string>,
  signal: AbortSignal | null,
  each: (holder: string, judged: Judged) => void,
): Promise<boolean> {
  let began = monotonic();
  for (const holder of holders) {
    if (signal?.aborted === true) return false;
    each(holder, judge(holder, clock()));
    if (monotonic() - began < SLICE_MS) continue;
    await pause();
    began = monotonic();
  }
  return true;
}
