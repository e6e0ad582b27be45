import type { Rule } from '#shared/protocol/rules.ts';
import { SECOND, type EpochMs } from '#shared/domain/units.ts';
import type { Act } from '../state/rule-acts.ts';
import type { Warning } from '../poll/store-state.ts';
import { StoreError } from '../stores/store-adapter.ts';
import { brakeItem, brakeReason, renew } from './brake.ts';
import { createClockTrust } from './clock-trust.ts';
import type { RuleContext } from './context.ts';
import { decide } from './decide.ts';
import { endSessions, settleEnded } from './end-sessions.ts';
import type { FactSource } from './facts.ts';
import type { Judge } from './judge.ts';
import { createJudge, everyHolder, judgeMany } from './judge.ts';
import { createLookAgain } from './look-again.ts';
import { inSlices, pause } from './slices.ts';
import type { Verdict } from '#shared/rules/facts.ts';

const LAST_RUN = 'rules:clock';
const LISTS_EVERY_MS = 5 * SECOND;
const OPEN_STATES = ['ending', 'approved', 'held'] as const;
const OPEN_PAGE = 200;
const BY_TIME: ReadonlySet<Rule['kind']> = new Set(['idle', 'lifetime', 'hours']);

const saidOf = (rule: string, session: string | null): string => `${rule}\0${session ?? ''}`;

/** Holds the line: judges after every look at the store whom the rules mean, and ends them. */
export interface Enforcer {
  /** Something of this account changed. */
  touched(account: string): void;
  /** The rules changed, or this is the start. */
  reload(): void;
  active(): boolean;
  enforce(signal: AbortSignal): Promise<void>;
  /** Called every second or so. */
  tick(): void;
  warnings(): readonly Warning[];
}

export function createEnforcer(context: RuleContext, facts: FactSource): Enforcer {
  const { state, store, recorder, clock, lists, log } = context;
  const lastRun = state.meta.get(LAST_RUN);
  const trust = createClockTrust(context.monotonic, lastRun === null ? null : Number(lastRun));
  const lookAgain = createLookAgain(context);
  const dirty = new Set<string>();
  /** When time alone changes the judgement of an account. */
  const due = new Map<string, number>();
  let everybody = true;
  /** Counts how often the rules, or what was decided about a stopped one, were changed. */
  let turn = 0;
  let rules: readonly Rule[] = state.ruleBook.current().rules;
  let version = state.ruleBook.current().version;
  let judges: { readonly made: string; readonly all: Judge; readonly timeless: Judge } | null = null;
  let doubting = false;
  let listsAt = 0;
  let savedAt = 0;

  const isOn = () => rules.some(({ mode }) => mode !== 'off');

  /** Rules made ready; made anew when the store, the lists or the rules changed. */
  async function ready(): Promise<NonNullable<typeof judges>> {
    const now = clock();
    let changed = false;
    if (now - listsAt >= LISTS_EVERY_MS || now < listsAt) {
      listsAt = now;
      changed = rules.some((rule) => rule.kind === 'network' && rule.lists !== undefined) && lists.refresh();
    }
    const made = `${String(version)}/${String(store.description()?.writeIntervalMs ?? 0)}`;
    if (judges !== null && judges.made === made && !changed) return judges;
    await facts.prepare(rules);
    const known = facts.facts();
    const untimed = rules.filter(({ kind }) => !BY_TIME.has(kind));
    judges = {
      made,
      all: createJudge(context, rules, known),
      timeless: createJudge(context, untimed, known),
    };
    everybody = true;
    return judges;
  }

  function trusted(): boolean {
    const now = clock();
    const trusts = trust.trust(now);
    if (trusts === doubting) {
      doubting = !trusts;
      if (doubting) log.warn('the clock jumped; rules about time wait two minutes');
      else everybody = true;
    }
    if (Math.abs(now - savedAt) >= 10 * SECOND) {
      savedAt = now;
      state.meta.set(LAST_RUN, String(now));
    }
    return trusts;
  }

  /**
   * What an earlier run had decided, was held, or is approved: settled where the session is gone, else judged again.
   * What is held concerns this look where something changed; there may be very many.
   */
  async function takeUp(
    everyone: boolean,
    signal: AbortSignal,
  ): Promise<readonly { rule: Rule; act: Act }[]> {
    const direct: { rule: Rule; act: Act }[] = [];
    for (const what of everyone ? OPEN_STATES : (['ending', 'approved'] as const)) {
      for (let after: Act | null = null; !signal.aborted;) {
        const page = state.ruleActs.inState(what, after, OPEN_PAGE);
        const last = page.at(-1);
        if (last === undefined) break;
        after = last;
        direct.push(...takeUpPage(page));
        await pause();
      }
    }
    if (!everyone) {
      const held = [...dirty].flatMap((account) => state.ruleActs.openOf(account));
      takeUpPage(held.filter((act) => act.state === 'held'));
    }
    return direct;
  }

  function takeUpPage(page: readonly Act[]): readonly { rule: Rule; act: Act }[] {
    const direct: { rule: Rule; act: Act }[] = [];
    recorder.record(() => {
      for (const act of page) {
        const rule = rules.find(({ id }) => id === act.rule);
        const there = state.sessions.numberOf(act.session) !== undefined;
        if (act.state === 'ending' && !there) {
          // Gone: closed by the look, which knew the cause; the outcome is noted now.
          if (rule === undefined) state.ruleActs.setState(act.rule, act.session, 'ended');
          else settleEnded(context, rule, act);
        } else if (!there || rule?.mode !== 'enforce') {
          state.ruleActs.forget(act.rule, act.session);
        } else if (act.state !== 'held') {
          if (act.trigger === null) dirty.add(act.account);
          else {
            state.ruleActs.setState(act.rule, act.session, 'ending');
            direct.push({ rule, act });
          }
        }
      }
    });
    return direct;
  }

  async function candidates(everyone: boolean, eventsMs: number): Promise<Set<string>> {
    const all = everyone ? await everyHolder(context, eventsMs) : new Set<string>();
    for (const account of dirty) all.add(account);
    const now = clock();
    for (const [account, at] of due) if (at <= now) all.add(account);
    return all;
  }

  /** Open decisions whose ground is gone: somebody was seen again, or another session ended first. */
  async function dropUnfounded(
    judged: ReadonlySet<string>,
    said: ReadonlySet<string>,
    goOn: () => boolean,
  ): Promise<void> {
    if (!state.ruleActs.anyOpen()) return;
    await inSlices([...judged], goOn, (slice) => {
      const unfounded = slice
        .flatMap((account) => state.ruleActs.openOf(account))
        .filter(({ rule, session, trigger }) => trigger === null && !said.has(saidOf(rule, session)));
      if (unfounded.length === 0) return;
      recorder.record(() => {
        for (const { rule, session } of unfounded) state.ruleActs.forget(rule, session);
      });
    });
  }

  async function enforce(signal: AbortSignal): Promise<void> {
    await lookAgain.run(signal);
    if (!isOn()) {
      dirty.clear();
      due.clear();
      return;
    }
    const { all, timeless } = await ready();
    const byClock = trusted();
    const everyone = everybody;
    // From here on it tells whether everybody is to be judged again.
    everybody = false;
    try {
      await judgeAll(byClock ? all : timeless, { everyone, byClock }, signal);
    } catch (error) {
      // What a store would not end is judged again by account; whatever else went wrong, everybody is.
      if (!(error instanceof StoreError)) everybody = true;
      throw error;
    }
  }

  async function judgeAll(
    judge: Judge,
    { everyone, byClock }: { readonly everyone: boolean; readonly byClock: boolean },
    signal: AbortSignal,
  ): Promise<void> {
    const began = turn;
    const goOn = (): boolean => turn === began && !signal.aborted;
    const direct = await takeUp(everyone, signal);
    const holders = await candidates(everyone, judge.evaluator.eventsMs);
    dirty.clear();
    const verdicts: Verdict[] = [];
    const settled: { verdict: Verdict; until: EpochMs }[] = [];
    const said = new Set<string>();
    const done = await judgeMany(context, judge, holders, signal, (holder, judged) => {
      verdicts.push(...judged.verdicts);
      settled.push(...judged.settled);
      for (const { rule, session } of judged.verdicts) said.add(saidOf(rule, session));
      if (!byClock) return;
      if (judged.due === null) due.delete(holder);
      else due.set(holder, judged.due);
    });
    if (!done) {
      everybody = true;
      return;
    }
    if (verdicts.length === 0 && direct.length === 0 && !state.ruleActs.anyOpen()) return;
    if (byClock) await dropUnfounded(holders, said, goOn);
    const decision = await decide(context, { rules, version }, { verdicts, settled }, goOn);
    context.reached('decided');
    for (const id of decision.stopped) await announceStop(id);
    // Rules that were changed meanwhile judge everybody at the next look; what they mean no more is not ended now.
    if (turn !== began) return;
    await end([...direct, ...decision.end], signal);
  }

  async function end(decided: Parameters<typeof endSessions>[1], signal: AbortSignal): Promise<void> {
    if (decided.length === 0) return;
    try {
      const { failed } = await endSessions(context, decided, lookAgain, signal);
      for (const account of failed) dirty.add(account);
    } catch (error) {
      if (error instanceof StoreError) for (const { act } of decided) dirty.add(act.account);
      throw error;
    }
  }

  async function announceStop(id: Rule['id']): Promise<void> {
    await context.heldReach.prepare(id);
    // Somebody may have decided, or changed the rule, meanwhile.
    const rule = rules.find((one) => one.id === id);
    const brake = state.ruleActs.brake(id);
    if (rule === undefined || brake === null) return;
    const held = state.ruleActs.heldCount(id);
    log.warn(brakeReason(rule, brake, held), { rule: id, approval: brake.approval });
    context.notify({ is: 'approval-requested', owners: [], item: brakeItem(context, brake, rule) });
    context.notify({ is: 'rules-changed', version });
    const { wanted, allowed, stoppedAt: at } = brake;
    recorder.record(() => context.tell({ is: 'stopped', rule: id, name: rule.name, wanted, allowed, at }));
  }

  return {
    touched(account) {
      if (isOn()) dirty.add(account);
    },
    reload() {
      ({ rules, version } = state.ruleBook.current());
      turn += 1;
      judges = null;
      everybody = true;
      due.clear();
    },
    active: isOn,
    enforce,
    tick() {
      const now = clock();
      for (const brake of state.ruleActs.brakes()) {
        const rule = rules.find((one) => one.id === brake.rule);
        if (brake.state !== 'waiting' || brake.expiresAt > now || rule === undefined) continue;
        const next = recorder.record(() => renew(context, brake));
        const resolved = { id: brake.approval, decision: 'expired' as const };
        const { id: operator } = brakeItem(context, brake, rule).requestedBy;
        context.notify({ is: 'approval-resolved', operator, owners: [], resolved });
        context.notify({ is: 'approval-requested', owners: [], item: brakeItem(context, next, rule) });
      }
    },
    warnings() {
      const stopped = state.ruleActs.brakes().flatMap((brake): Warning[] => {
        const rule = rules.find((one) => one.id === brake.rule);
        if (rule === undefined) return [];
        const held = state.ruleActs.heldCount(rule.id);
        const message =
          brake.state === 'denied'
            ? `The rule “${rule.name}” was stopped and its ends were denied; it rests until it is changed.`
            : brakeReason(rule, brake, held);
        return [{ id: `rule-stopped-${rule.id}`.slice(0, 256), message }];
      });
      const jumped = doubting
        ? [
            {
              id: 'rules-clock',
              message: 'The clock jumped: rules about time wait until it ran evenly for two minutes.',
            },
          ]
        : [];
      return [...stopped, ...jumped, ...lists.warnings(), ...facts.warnings()];
    },
  };
}
