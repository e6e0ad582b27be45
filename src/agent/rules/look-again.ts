import type { AccountId } from '#shared/domain/ids.ts';
import { SECOND } from '#shared/domain/units.ts';
import type { Rule } from '#shared/protocol/rules.ts';
import type { Act } from '../state/rule-acts.ts';
import { appliedEvent } from './audit.ts';
import type { RuleContext } from './context.ts';
import { pause } from './slices.ts';

/** The latest of them are surely looked at again. */
const MAX_WATCHED = 20_000;
const CHUNK = 500;

interface Watched {
  readonly rule: Rule;
  readonly act: Act;
  readonly sealed: Buffer;
  readonly account: string | null;
  readonly endedAt: number;
  looks: number;
}

/**
 * Looks again at what rules ended. A request that was under way can write a session back under the same identifier,
 * and a store that tells only what changed may not tell it again. In memory: after a start every key is compared anyway.
 */
export interface LookAgain {
  watch(rule: Rule, act: Act, sealed: Buffer, account: string | null): void;
  run(signal: AbortSignal): Promise<void>;
}

export function createLookAgain(context: RuleContext): LookAgain {
  const { state, adapter, gate, recorder, evidence, clock, store } = context;
  let watched: Watched[] = [];
  const schedule = (): readonly number[] => {
    const longest = store.description()?.longestRequestMs ?? 30 * SECOND;
    return [...new Set([...context.proofAfterMs, longest])].sort((a, b) => a - b);
  };

  async function endAgain(found: readonly Watched[], signal: AbortSignal): Promise<void> {
    for (const { rule, act } of found) evidence.endingByRule(act.session, rule.id);
    const targets = found.map(({ sealed, account }) => ({
      key: state.keys.unseal(sealed),
      account: account as AccountId | null,
    }));
    const results = await adapter.end(targets, 'sessions', signal);
    recorder.record(() => {
      found.forEach(({ rule, act }, index) => {
        if (results[index]?.outcome !== 'ended') return;
        evidence.ended(act.session);
        const reason = `${act.reason}; a request that was under way had written it back`;
        const again = state.ruleActs.put({ ...act, reason, state: 'ended' });
        const row = state.sessions.get(act.session);
        recorder.acted(appliedEvent(context, rule, act.version, 'enforce', again, row));
        if (row !== undefined) recorder.closed(row, { reason: 'rule', at: clock(), ruleId: rule.id });
      });
    });
  }

  return {
    watch(rule, act, sealed, account) {
      if (watched.length >= 2 * MAX_WATCHED) watched = watched.slice(-MAX_WATCHED);
      watched.push({ rule, act, sealed, account, endedAt: clock(), looks: 0 });
    },
    async run(signal) {
      if (watched.length === 0) return;
      const at = schedule();
      const now = clock();
      const due = watched.filter(({ endedAt, looks }) => now - endedAt >= (at[looks] ?? 0));
      for (let from = 0; from < due.length && !signal.aborted; from += CHUNK) {
        const chunk = due.slice(from, from + CHUNK);
        const keys = chunk.map(({ sealed }) => state.keys.unseal(sealed));
        const there = await gate.run(() => adapter.lookUp(keys, signal));
        const ids = new Set(there.map(({ key }) => state.keys.session(key)));
        const back = chunk.filter(({ act }) => ids.has(act.session));
        if (back.length > 0) await endAgain(back, signal);
        for (const one of chunk) one.looks += 1;
        await pause();
      }
      watched = watched.filter(({ looks }) => looks < at.length);
    },
  };
}
