import type { Rule } from '#shared/protocol/rules.ts';
import type { RuleFacts } from '#shared/rules/facts.ts';
import { boundedCache } from '#geo/bounded-cache.ts';
import { readUserAgent } from '#geo/user-agent.ts';
import type { Warning } from '../poll/store-state.ts';
import type { PlaceFinder, RuleContext } from './context.ts';
import type { Needs } from './groups.ts';

const CACHED_DEVICES = 5_000;

/** What rules may ask the agent about the world. Places are opened when a rule first needs them, and not before. */
export interface FactSource {
  prepare(rules: readonly Rule[]): Promise<void>;
  facts(): RuleFacts;
  warnings(): readonly Warning[];
}

export const needsOf = (rules: readonly Rule[], eventsMs: number): Needs => ({
  userAgents: rules.some(
    (rule) => rule.kind === 'device' || (rule.kind === 'concurrency' && rule.per === 'device'),
  ),
  eventsMs,
});

export function createFacts({ store, lists, openPlaces }: RuleContext): FactSource {
  const devices = boundedCache<ReturnType<RuleFacts['device']>>(CACHED_DEVICES);
  let opening: Promise<PlaceFinder | null> | null = null;
  let places: PlaceFinder | null = null;
  let wanted = false;
  return {
    async prepare(rules) {
      if (!rules.some(({ kind }) => kind === 'place')) return;
      opening ??= openPlaces();
      places = await opening;
      wanted = true;
    },
    facts: () => ({
      writeIntervalMs: store.description()?.writeIntervalMs ?? 0,
      place: (ip) => places?.(ip) ?? null,
      device: (text) => devices.get(text, readUserAgent),
      list: (name) => lists.find(name),
    }),
    warnings() {
      if (!wanted || places !== null) return [];
      const message =
        'A rule speaks of countries and the agent has no places to look them up in: every place is unknown to it. Build them (npm run build) or name a file under geo.mmdb.';
      return [{ id: 'rules-no-places', message }];
    },
  };
}
