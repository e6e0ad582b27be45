import type { Dispose } from '#shared/domain/log.ts';
import type { Notice } from '../server/services.ts';
import type { Warning } from '../poll/store-state.ts';
import type { RuleContext } from './context.ts';
import { createEnforcer } from './enforcer.ts';
import { createFacts } from './facts.ts';
import { createHeldReach } from './held-reach.ts';
import type { ListConfig } from './lists.ts';
import { createLists } from './lists.ts';
import { createRuleNotifier, type NotifyConfig } from './notify.ts';
import { createProtection } from './protection.ts';
import type { Rules } from './service.ts';
import { createRules } from './service.ts';

/** The part of the configuration that is about rules. */
export interface RulesConfig {
  readonly lists: Readonly<Record<string, ListConfig>>;
  readonly notify?: NotifyConfig | undefined;
  readonly protect: { readonly roles: readonly string[]; readonly accounts: readonly string[] };
}
export type RulesOptions = Omit<RuleContext, 'lists' | 'heldReach' | 'protection' | 'notify' | 'tell'> & {
  readonly config: RulesConfig;
  readonly baseDir: string;
  readonly notify: (notice: Notice) => void;
};
/** Everything about rules, put together. */
export interface RulesSide {
  readonly service: Rules;
  /** Something of this account changed. */
  touched(account: string): void;
  active(): boolean;
  enforce(signal: AbortSignal): Promise<void>;
  warnings(): readonly Warning[];
  /** Stops telling; what was not told is told after the next start. */
  readonly stop: Dispose;
  /** Takes up what was interrupted; call once, before the store is first read. */
  resume(): void;
}

export function createRulesSide({ config, baseDir, ...rest }: RulesOptions): RulesSide {
  const notifier = createRuleNotifier({
    notices: rest.state.notices,
    config: config.notify ?? null,
    environment: rest.environment,
    clock: rest.clock,
    log: rest.log,
  });
  const stop = notifier.start();
  const context: RuleContext = {
    ...rest,
    lists: createLists(config.lists, baseDir, rest.log),
    heldReach: createHeldReach(rest.state, rest.flags),
    protection: createProtection(config.protect),
    tell: (news) => notifier.tell(news),
  };
  const facts = createFacts(context);
  const enforcer = createEnforcer(context, facts);
  const service = createRules(context, facts, enforcer);
  return {
    service,
    touched: (account) => enforcer.touched(account),
    active: () => enforcer.active(),
    enforce: (signal) => enforcer.enforce(signal),
    warnings: () => [...enforcer.warnings(), ...notifier.warnings()],
    stop,
    resume() {
      // A session that vanished between deciding and noting was ended by the rule.
      const { ruleActs } = context.state;
      for (let page = ruleActs.inState('ending', null, 1_000); page.length > 0;) {
        for (const { rule, session } of page) context.evidence.endingByRule(session, rule);
        page = ruleActs.inState('ending', page.at(-1) ?? null, 1_000);
      }
    },
  };
}
