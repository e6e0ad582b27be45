import type { CorrelationRule } from './correlation.ts';
import type { Match, WindowCount } from './groups.ts';

/** Counts every match. */
export function countMatches(): WindowCount {
  let inside = 0;
  return {
    add: () => (inside += 1),
    remove: () => (inside -= 1),
    count: () => inside,
  };
}

/** Counts different keys of the matches. */
function countDifferent(keys: (match: Match) => readonly (string | number)[]): WindowCount {
  const inside = new Map<string | number, number>();
  return {
    add: (match) => {
      for (const key of keys(match)) inside.set(key, (inside.get(key) ?? 0) + 1);
    },
    remove: (match) => {
      for (const key of keys(match)) {
        const left = (inside.get(key) ?? 1) - 1;
        if (left === 0) inside.delete(key);
        else inside.set(key, left);
      }
    },
    count: () => inside.size,
  };
}

/** What a correlation compares with its threshold in one window. */
export function counterOf(rule: Pick<CorrelationRule, 'kind'>): WindowCount {
  switch (rule.kind) {
    case 'event_count':
      return countMatches();
    case 'value_count':
      return countDifferent(({ value }) => (value === null ? [] : [value]));
    case 'temporal':
      return countDifferent(({ rules }) => rules);
    case 'temporal_ordered':
      return { add: () => undefined, remove: () => undefined, count: (window) => inOrder(window()) };
  }
}

/** How many of the rules were matched one after the other, in the order of the list, each by an event of its own. */
function inOrder(window: readonly Match[]): number {
  let next = 0;
  for (const { rules } of window) if (rules.includes(next)) next += 1;
  return next;
}
