import { z } from 'zod';
import { ConnectionId } from '../domain/ids.ts';
import { Rule } from '../protocol/rules.ts';
import { method } from './contract.ts';
import type {
  HistorySimulation,
  LiveSimulation,
  PublishResult,
  RuleDraft,
  RuleVersionView,
  RulesOfEnvironment,
} from './rules-views.ts';

const connection = ConnectionId;
const rules = z.array(Rule).max(1_000);

export const RULES_METHODS = {
  /** The rules of every configured environment, asked from the agents now. */
  'rules.list': method<readonly RulesOfEnvironment[]>()(() => z.strictObject({})),
  /** Whom each rule would end now, by the mirrored live list, and by the agent's own count where it can be asked. */
  'rules.simulateLive': method<LiveSimulation>()(() => z.strictObject({ connection, rules: rules.min(1) })),
  /** What one rule would have done over past days, by the mirrored history. Can be cancelled. */
  'rules.simulateHistory': method<HistorySimulation>()(() =>
    z.strictObject({ connection, rule: Rule, days: z.int().min(1).max(400) }),
  ),
  /** Replaces the rules of one or several environments; each answers for itself. */
  'rules.publish': method<readonly PublishResult[]>()(() =>
    z.strictObject({
      items: z
        .array(z.strictObject({ connection, rules, ifVersion: z.int().min(0) }))
        .min(1)
        .max(100),
    }),
  ),
  /** Versions of one environment, newest first. */
  'rules.versions': method<{ readonly items: readonly RuleVersionView[]; readonly next: number | null }>()(
    () => z.strictObject({ connection, before: z.int().min(1).optional(), limit: z.int().min(1).max(100) }),
  ),
  /** What was written and not published; one for an environment, kept on this machine. */
  'rules.drafts': method<readonly RuleDraft[]>()(() => z.strictObject({})),
  'rules.saveDraft': method<RuleDraft>()(() =>
    z.strictObject({ connection, rules, basedOn: z.int().min(0) }),
  ),
  'rules.dropDraft': method<{ readonly dropped: boolean }>()(() => z.strictObject({ connection })),
} as const;
