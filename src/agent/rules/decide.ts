import { randomUUID } from 'node:crypto';
import type { RuleId } from '#shared/domain/ids.ts';
import { epochMs, type EpochMs } from '#shared/domain/units.ts';
import type { Account } from '#shared/protocol/records.ts';
import type { Rule } from '#shared/protocol/rules.ts';
import type { Verdict } from '#shared/rules/facts.ts';
import type { Act } from '../state/rule-acts.ts';
import { appliedEvent } from './audit.ts';
import { mayEnd, ruleAsOperator } from './brake.ts';
import type { RuleContext, RuleNews } from './context.ts';
import { inSlices } from './slices.ts';

type Ending = Verdict & { readonly session: NonNullable<Verdict['session']> };

/** What came of verdicts: sessions to end now, and rules that were stopped. */
export interface Decision {
  readonly end: readonly { readonly rule: Rule; readonly act: Act }[];
  readonly stopped: readonly RuleId[];
}
/** What the rules said of some accounts. */
export interface Judgement {
  readonly verdicts: readonly Verdict[];
  readonly settled: readonly { readonly verdict: Verdict; readonly until: EpochMs }[];
}

/**
 * Notes what the rules decided, before anything is done about it. A rule may mean a whole application: it is noted in
 * slices, and others are served in between. Whether a rule may end them all is asked once, before any of them is noted; a
 * crash in between is no harm, because what was noted counts as asked for when the rest is judged again.
 * @param goOn says no when the rules were changed meanwhile, or the agent stops: then nothing is to be ended now
 */
export async function decide(
  context: RuleContext,
  book: { readonly rules: readonly Rule[]; readonly version: number },
  judgement: Judgement,
  goOn: () => boolean,
): Promise<Decision> {
  const end: { rule: Rule; act: Act }[] = [];
  const stopped: RuleId[] = [];
  /** A session ends once, by the first rule that ends it. */
  const claimed = new Set<string>();
  const byRule = groupBy(judgement.verdicts, ({ rule }) => rule);
  const settled = groupBy(judgement.settled, ({ verdict }) => verdict.rule);
  for (const rule of book.rules) {
    const list = byRule.get(rule.id) ?? [];
    if (list.length === 0) continue;
    const made = await decideRule({ ...context, goOn }, rule, book.version, {
      verdicts: list,
      settled: settled.get(rule.id) ?? [],
      claimed,
    });
    if (made === null) return { end: [], stopped };
    end.push(...made.acts.map((act) => ({ rule, act })));
    if (made.stopped) stopped.push(rule.id);
  }
  return { end, stopped };
}

interface Guarded extends RuleContext {
  readonly goOn: () => boolean;
}
interface Made {
  readonly acts: readonly Act[];
  readonly stopped: boolean;
}
const NOTHING: Made = { acts: [], stopped: false };

async function decideRule(
  context: Guarded,
  rule: Rule,
  version: number,
  { verdicts, settled, claimed }: Judgement & { readonly claimed: Set<string> },
): Promise<Made | null> {
  const { recorder, state } = context;
  if (!context.goOn()) return null;
  if (settled.length > 0 || verdicts.some(({ session }) => session === null)) {
    // What set the rule off is settled together with all that it decided.
    return recorder.record(() => {
      for (const verdict of verdicts) if (verdict.session === null) setOff(context, rule, version, verdict);
      for (const { verdict, until } of settled) state.ruleActs.settle(rule.id, verdict.account, until);
      const some = endings(context, verdicts);
      if (rule.mode === 'observe') for (const one of some) observe(context, rule, version, one);
      if (rule.mode !== 'enforce') return NOTHING;
      const { free, fresh } = sorted(context, rule, some, claimed);
      const asked = askBrake(context, rule, fresh.length);
      const acts = free.flatMap((one) => note(context, rule, version, one, 'ending') ?? []);
      const more = fresh.flatMap((one) => noteFresh(context, rule, version, one, asked) ?? []);
      return { acts: [...acts, ...more], stopped: asked.stopped };
    });
  }
  const whole: Ending[] = [];
  const slice = <T>(list: readonly T[], work: (part: readonly T[]) => void) =>
    inSlices(list, context.goOn, work);
  if (!(await slice(verdicts, (part) => whole.push(...endings(context, part))))) return null;
  if (rule.mode === 'observe') {
    const done = await slice(whole, (part) => {
      recorder.record(() => {
        for (const one of part) observe(context, rule, version, one);
      });
    });
    return done ? NOTHING : null;
  }
  if (rule.mode !== 'enforce') return NOTHING;
  const free: Ending[] = [];
  const fresh: Ending[] = [];
  const sorting = await slice(whole, (part) => {
    const found = sorted(context, rule, part, claimed);
    free.push(...found.free);
    fresh.push(...found.fresh);
  });
  if (!sorting) return null;
  const asked = recorder.record(() => askBrake(context, rule, fresh.length));
  const acts: Act[] = [];
  const noting = (work: (one: Ending) => Act | null) => (part: readonly Ending[]) => {
    recorder.record(() => {
      acts.push(...part.flatMap((one) => work(one) ?? []));
    });
  };
  const done =
    (await slice(
      free,
      noting((one) => note(context, rule, version, one, 'ending')),
    )) &&
    (await slice(
      fresh,
      noting((one) => noteFresh(context, rule, version, one, asked)),
    ));
  // A rule that was stopped is told of, whatever happened since.
  return done ? { acts, stopped: asked.stopped } : asked.stopped ? { acts: [], stopped: true } : null;
}

function groupBy<T>(list: readonly T[], of: (one: T) => RuleId): ReadonlyMap<RuleId, readonly T[]> {
  const groups = new Map<RuleId, T[]>();
  for (const one of list) {
    const group = groups.get(of(one));
    if (group === undefined) groups.set(of(one), [one]);
    else group.push(one);
  }
  return groups;
}

/** Verdicts about sessions that are there. */
const endings = ({ state }: RuleContext, verdicts: readonly Verdict[]): readonly Ending[] =>
  verdicts.filter(
    (verdict): verdict is Ending =>
      verdict.session !== null && state.sessions.numberOf(verdict.session) !== undefined,
  );

/** Each session once; `free`: decided before (and perhaps interrupted), or approved: counted already, or not to be counted. */
function sorted(
  { state }: RuleContext,
  rule: Rule,
  verdicts: readonly Ending[],
  claimed: Set<string>,
): { readonly free: readonly Ending[]; readonly fresh: readonly Ending[] } {
  const free: Ending[] = [];
  const fresh: Ending[] = [];
  for (const verdict of verdicts) {
    if (claimed.has(verdict.session)) continue;
    claimed.add(verdict.session);
    const act = state.ruleActs.find(rule.id, verdict.session);
    (isFree(act) ? free : fresh).push(verdict);
  }
  return { free, fresh };
}
const isFree = (act: Act | null): boolean => act?.state === 'ending' || act?.state === 'approved';

interface Answered {
  readonly may: boolean;
  /** It was stopped by this very question. */
  readonly stopped: boolean;
}
function askBrake(context: RuleContext, rule: Rule, wanted: number): Answered {
  if (wanted === 0) return { may: true, stopped: false };
  const before = context.state.ruleActs.brake(rule.id);
  const may = mayEnd(context, rule, wanted);
  return { may, stopped: !may && before === null };
}

/** @returns null when it is not to be ended now */
function noteFresh(
  context: RuleContext,
  rule: Rule,
  version: number,
  verdict: Ending,
  { may }: Answered,
): Act | null {
  if (may) return note(context, rule, version, verdict, 'ending');
  const { ruleActs } = context.state;
  const known = ruleActs.find(rule.id, verdict.session);
  // Somebody may have decided about the rule since it was asked.
  if (ruleActs.brake(rule.id)?.state === 'waiting' && known?.state !== 'held' && !isFree(known)) {
    note(context, rule, version, verdict, 'held');
  }
  return null;
}

function note(
  { state }: RuleContext,
  rule: Rule,
  version: number,
  verdict: Ending,
  to: 'ending' | 'held',
): Act | null {
  const act = state.ruleActs.find(rule.id, verdict.session);
  const { account, session, reason, trigger } = verdict;
  const approved = act?.approved === true && act.state !== 'ended';
  return state.ruleActs.put({
    rule: rule.id,
    session,
    account,
    version,
    state: to,
    reason,
    trigger,
    approved,
  });
}

function observe(context: RuleContext, rule: Rule, version: number, verdict: Ending): void {
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
  context.tell(newsOf(context, rule, verdict, true));
}

/** An event set the rule off: told once, and the account held where the rule says so. */
function setOff(context: RuleContext, rule: Rule, version: number, verdict: Verdict): void {
  const { state, recorder, clock } = context;
  const { account, holdMs } = verdict;
  const applied = { ...verdict, decidedAt: clock() };
  recorder.acted(appliedEvent(context, rule, version, verdict.mode, applied, undefined));
  context.tell(newsOf(context, rule, verdict, verdict.mode === 'observe'));
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
