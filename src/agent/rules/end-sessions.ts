import type { Rule } from '#shared/protocol/rules.ts';
import type { AccountId } from '#shared/domain/ids.ts';
import type { Act } from '../state/rule-acts.ts';
import type { EndScope } from '../stores/store-adapter.ts';
import { appliedEvent } from './audit.ts';
import type { RuleContext } from './context.ts';
import { newsOf } from './decide.ts';
import type { LookAgain } from './look-again.ts';
import { inSlices, pause } from './slices.ts';

const CHUNK = 250;

/** After these a remembered sign-in must not bring the session back. */
const scopeOf = (rule: Rule): EndScope =>
  rule.kind === 'failed-logins' || (rule.kind === 'credential-change' && rule.keep === 'none')
    ? 'accounts'
    : 'sessions';

export interface Ended {
  /** Accounts whose sessions the store would not end: they are judged again at the next look. */
  readonly failed: readonly string[];
}

/** Ends what was decided, and notes each outcome. Rejects with StoreError when the store is not there. */
export async function endSessions(
  context: RuleContext,
  decided: readonly { readonly rule: Rule; readonly act: Act }[],
  lookAgain: LookAgain,
  signal: AbortSignal,
): Promise<Ended> {
  const failed = new Set<string>();
  for (const scope of ['sessions', 'accounts'] as const) {
    const list = decided.filter(({ rule }) => scopeOf(rule) === scope);
    for (let at = 0; at < list.length && !signal.aborted; at += CHUNK) {
      await endChunk(context, list.slice(at, at + CHUNK), scope, lookAgain, signal, failed);
    }
  }
  return { failed: [...failed] };
}

async function endChunk(
  context: RuleContext,
  chunk: readonly { readonly rule: Rule; readonly act: Act }[],
  scope: EndScope,
  lookAgain: LookAgain,
  signal: AbortSignal,
  failed: Set<string>,
): Promise<void> {
  const { state, adapter, evidence, recorder, log } = context;
  const there = chunk.flatMap(({ rule, act }) => {
    const row = state.sessions.get(act.session);
    return row === undefined ? [] : [{ rule, act, row }];
  });
  if (there.length === 0) return;
  for (const { rule, act } of there) evidence.endingByRule(act.session, rule.id);
  const targets = there.map(({ row }) => ({
    key: state.keys.unseal(row.sealed),
    account: row.account as AccountId | null,
  }));
  const results = await adapter.end(targets, scope, signal);
  context.reached('acted');
  const done = there.map((one, index) => ({ ...one, result: results[index] }));
  const settle = ({ rule, act, row, result }: (typeof done)[number]): void => {
    if (result?.outcome === 'ended') {
      settleEnded(context, rule, act);
      lookAgain.watch(rule, act, row.sealed, row.account);
      context.tell(newsOf(context, rule, act, false));
      return;
    }
    evidence.notEnded(act.session);
    if (result?.outcome === 'already-gone') {
      state.ruleActs.forget(rule.id, act.session);
      return;
    }
    failed.add(act.account);
    log.warn('a rule could not end a session; it is tried again', {
      rule: rule.id,
      session: act.session,
      code: result?.outcome === 'failed' ? result.code : 'no answer',
    });
  };
  // They are gone from the store: also an agent that stops notes them all, others are only served in between.
  await inSlices(
    done,
    () => true,
    (slice) => {
      recorder.record(() => {
        for (const one of slice) settle(one);
      });
    },
  );
  context.reached('settled');
  await pause();
}

/** Notes that a rule ended this session. Call inside `record`. */
export function settleEnded(context: RuleContext, rule: Rule, act: Act): void {
  const { state, recorder, evidence, clock } = context;
  const row = state.sessions.get(act.session);
  recorder.acted(appliedEvent(context, rule, act.version, 'enforce', act, row));
  state.ruleActs.setState(rule.id, act.session, 'ended');
  evidence.ended(act.session);
  if (row !== undefined) recorder.closed(row, { reason: 'rule', at: clock(), ruleId: rule.id });
}
