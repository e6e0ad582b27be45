import type { RuleId } from '#shared/domain/ids.ts';
import type { Reach } from '#shared/protocol/commands.ts';
import { countReach, type ReachCounter } from '../commands/reach.ts';
import type { Flags } from '../poll/flags.ts';
import type { Act } from '../state/rule-acts.ts';
import type { AgentState } from '../state/state.ts';
import { pause } from './slices.ts';

const PAGE = 200;

/** Whom the sessions that a brake holds belong to. A braked rule may hold a whole application: it is counted bit by bit. */
export interface HeldReach {
  /** Counts anew what a rule holds, while others are served. */
  prepare(rule: RuleId): Promise<void>;
  /** As it was counted last; the number of sessions is always that of now. */
  of(rule: RuleId): Reach;
}

export function createHeldReach(state: AgentState, flags: Flags): HeldReach {
  const counted = new Map<RuleId, Reach>();
  const counter = (): ReachCounter =>
    countReach({ kind: 'revoke', selector: { all: true } }, new Set(), flags, state.accounts, false);
  /** Adds the next page of held sessions; null at the end. */
  const addPage = (rule: RuleId, after: Act | null, to: ReachCounter): Act | null => {
    const from = after ?? { rule, session: '' as Act['session'] };
    const page = state.ruleActs.inState('held', from, PAGE).filter((act) => act.rule === rule);
    for (const { session } of page) {
      const row = state.sessions.get(session);
      if (row !== undefined) to.add(row);
    }
    return page.at(-1) ?? null;
  };
  return {
    async prepare(rule) {
      const to = counter();
      for (let after = addPage(rule, null, to); after !== null; after = addPage(rule, after, to))
        await pause();
      counted.set(rule, to.result());
    },
    of(rule) {
      const sessions = state.ruleActs.heldCount(rule);
      let reach = counted.get(rule);
      if (reach === undefined) {
        const to = counter();
        for (let after = addPage(rule, null, to); after !== null;) after = addPage(rule, after, to);
        reach = to.result();
        counted.set(rule, reach);
      }
      return { ...reach, sessions };
    },
  };
}
