import { z } from 'zod';
import type { DetectionDelta, DetectionRecord } from '#shared/domain/detection.ts';
import { DAY, HOUR } from '#shared/domain/lengths.ts';
import { countMatches, counterOf } from './counting.ts';
import type { CorrelationRule } from './correlation.ts';
import { fieldsOf, type Fields, type NameOf, type RuleEvent } from './fields.ts';
import { carry, episodes, place, type Carried, type Match, type WindowCount } from './groups.ts';
import { ruleRecord } from './record.ts';
import type { DetectionRule } from './rule.ts';
import type { RuleSet } from './rule-set.ts';

/** Matches that one group keeps; beyond that the oldest go together. Thresholds are at most half of what stays. */
const MOST_MATCHES = 2_000;
const DROP_MATCHES = 500;
/** Groups of all rules together; those that were touched longest ago go first. */
const MOST_GROUPS = 50_000;
/** A rule without a window of its own is one finding per account (or address) and hour. */
const SINGLE_MS = HOUR;
/** Matches are kept this long after their window, for late events. */
const HORIZON_MS = DAY;

const MatchState = z.object({
  ts: z.number(),
  id: z.string(),
  rules: z.array(z.number()),
  value: z.string().nullable(),
  user: z.string().nullable(),
  ip: z.string().nullable(),
  session: z.string().nullable(),
  silent: z.boolean(),
});
/** What is kept of one group: its key, its matches, what was carried over. */
export const GroupState = z.tuple([
  z.string(),
  z.array(MatchState),
  z.object({ at: MatchState, heldAt: z.number(), dropped: z.number(), most: z.number() }).nullable(),
]);
export type GroupState = z.infer<typeof GroupState>;
/** What an evaluator keeps between runs. */
export const SigmaState = z.object({ watermark: z.number().nullable(), groups: z.array(GroupState) });
export type SigmaState = z.infer<typeof SigmaState>;

interface Group {
  readonly matches: Match[];
  carried: Carried | null;
  /** What it says now, by the id of the record. */
  records: Map<string, DetectionRecord>;
}

/** Runs imported rules over one environment's events. Event time throughout; any order of arrival gives the same. */
export interface SigmaEvaluator {
  ingest(event: RuleEvent, options?: { readonly retrospective?: boolean }): DetectionDelta[];
  state(): SigmaState;
  /** Keys of the groups that were touched or dropped since the last call. */
  changed(): ReadonlySet<string>;
  /** What is to be kept of a group; null when it is gone. */
  groupState(key: string): GroupState | null;
}

/**
 * @param environment its name, a field of every event
 * @param nameOf accounts by name, as rules compare them
 */
export function createSigmaEvaluator(
  rules: RuleSet['rules'],
  environment: string,
  state?: SigmaState,
  nameOf?: NameOf,
): SigmaEvaluator {
  const byId = new Map(rules.map((rule) => [rule.id, rule]));
  const groups = new Map<string, Group>();
  let touched = new Set<string>();
  let watermark = state?.watermark ?? null;

  const evaluate = (rule: DetectionRule | CorrelationRule, key: string, group: Group): DetectionDelta[] => {
    const { timespanMs, counter, holds } = windowOf(rule);
    const now = new Map<string, DetectionRecord>();
    for (const episode of episodes(group.matches, group.carried, timespanMs, counter, holds)) {
      const record = ruleRecord(rule, key, episode, environment);
      now.set(record.id, record);
    }
    const deltas: DetectionDelta[] = [];
    for (const id of group.records.keys()) if (!now.has(id)) deltas.push({ kind: 'withdraw', id });
    for (const [id, record] of now) {
      const before = group.records.get(id);
      if (before === undefined || before.evidence['count'] !== record.evidence['count']) {
        deltas.push({ kind: 'upsert', record });
      }
    }
    group.records = now;
    return deltas;
  };

  /** Forgets what no late event can change any more, and what is too much. The findings of it stand. */
  const trim = (rule: DetectionRule | CorrelationRule, group: Group): void => {
    const { timespanMs, counter, holds } = windowOf(rule);
    const oldest = (watermark ?? -Infinity) - timespanMs - HORIZON_MS;
    let drop = group.matches.length > MOST_MATCHES ? DROP_MATCHES : 0;
    while ((group.matches[drop]?.ts ?? Infinity) < oldest) drop += 1;
    if (drop === 0) return;
    const kept = carry(group.matches, drop, group.carried, timespanMs, counter, holds);
    group.matches.splice(0, drop);
    group.carried = kept;
    const first = group.matches[0]?.ts ?? Infinity;
    for (const [id, record] of group.records) {
      if (record.raisedAt < first && record.at !== kept?.at.id) group.records.delete(id);
    }
  };

  for (const [key, matches, carried] of state?.groups ?? []) {
    const [id = ''] = JSON.parse(key) as string[];
    const rule = byId.get(id);
    if (rule === undefined) continue;
    const group: Group = { matches, carried, records: new Map() };
    evaluate(rule, key, group);
    groups.set(key, group);
  }

  const put = (rule: DetectionRule | CorrelationRule, key: string, match: Match): DetectionDelta[] => {
    let group = groups.get(key);
    if (group === undefined) group = { matches: [], carried: null, records: new Map() };
    else groups.delete(key);
    // Touched last stands last.
    groups.set(key, group);
    touched.add(key);
    if (groups.size > MOST_GROUPS) {
      for (const oldest of groups.keys()) {
        groups.delete(oldest);
        touched.add(oldest);
        break;
      }
    }
    if (!place(group.matches, match)) return [];
    const deltas = evaluate(rule, key, group);
    trim(rule, group);
    return deltas;
  };

  return {
    ingest: (event, options = {}) => {
      const ts = typeof event.ts === 'number' ? event.ts : Date.parse(event.ts);
      const silent = options.retrospective === true;
      if (!silent) watermark = Math.max(watermark ?? ts, ts);
      if (watermark !== null && ts < watermark - HORIZON_MS && !silent) return [];
      const fields = fieldsOf(event, environment, nameOf);
      const base = {
        ts,
        id: event.id,
        value: null,
        user: event.user ?? null,
        ip: event.ip ?? null,
        session: event.session ?? null,
        silent,
      };
      return rules.flatMap((rule) => {
        if (rule.is === 'detection') {
          if (!rule.matches(fields)) return [];
          const about = event.user ?? event.ip ?? environment;
          return put(rule, JSON.stringify([rule.id, about]), { ...base, rules: [0] });
        }
        const matched = rule.rules.flatMap((one, index) => (one.matches(fields) ? [index] : []));
        const [first] = matched;
        if (first === undefined) return [];
        const key = groupKey(rule, first, fields);
        if (key === null) return [];
        const value = rule.counted === null ? null : (fields.get(rule.counted)?.toString() ?? null);
        return put(rule, key, { ...base, rules: matched, value });
      });
    },
    state: () => ({ watermark, groups: [...groups].map(([key, group]) => stateOf(key, group)) }),
    changed: () => {
      const keys = touched;
      touched = new Set();
      return keys;
    },
    groupState: (key) => {
      const group = groups.get(key);
      return group === undefined ? null : stateOf(key, group);
    },
  };
}

/** Null when the event lacks a field of the group: it belongs to no group. */
function groupKey(rule: CorrelationRule, matched: number, fields: Fields): string | null {
  const values: string[] = [];
  for (const { fieldOf } of rule.groupBy) {
    const value = fields.get(fieldOf(matched));
    if (value === undefined || value === '') return null;
    values.push(String(value).toLowerCase());
  }
  return JSON.stringify([rule.id, ...values]);
}

const stateOf = (key: string, { matches, carried }: Group): GroupState => [
  key,
  matches.map(mutable),
  carried === null ? null : { ...carried, at: mutable(carried.at) },
];
const mutable = (match: Match) => ({ ...match, rules: [...match.rules] });

/** How a rule counts: a correlation by its own window, a plain rule anything within an hour. */
const windowOf = (
  rule: DetectionRule | CorrelationRule,
): {
  readonly timespanMs: number;
  readonly counter: WindowCount;
  readonly holds: (count: number) => boolean;
} =>
  rule.is === 'correlation'
    ? { timespanMs: rule.timespanMs, counter: counterOf(rule), holds: rule.holds }
    : { timespanMs: SINGLE_MS, counter: countMatches(), holds: (count) => count > 0 };
