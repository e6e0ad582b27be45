import { canonical } from '../domain/canonical.ts';
import type { Rule } from '../protocol/rules.ts';

/** What differs between two sets of rules, by their ids. */
export interface RuleDifference {
  readonly added: readonly Rule[];
  readonly changed: readonly Rule[];
  readonly removed: readonly Rule[];
}

export function compareRules(before: readonly Rule[], after: readonly Rule[]): RuleDifference {
  const old = new Map(before.map((rule) => [rule.id, canonical(rule)]));
  const kept = new Set(after.map(({ id }) => id));
  return {
    added: after.filter(({ id }) => !old.has(id)),
    changed: after.filter((rule) => {
      const text = old.get(rule.id);
      return text !== undefined && text !== canonical(rule);
    }),
    removed: before.filter(({ id }) => !kept.has(id)),
  };
}

export const sameRules = (a: readonly Rule[], b: readonly Rule[]): boolean => {
  const { added, changed, removed } = compareRules(a, b);
  return added.length + changed.length + removed.length === 0;
};
