import { createHash } from 'node:crypto';
import type { DetectionRecord } from '#shared/domain/detection.ts';
import type { CorrelationRule } from './correlation.ts';
import type { Episode } from './groups.ts';
import type { DetectionRule } from './rule.ts';

const MOST_EVENTS = 200;
const MOST_LISTED = 50;

/** The finding of an imported rule, in the form of every other. */
export function ruleRecord(
  rule: DetectionRule | CorrelationRule,
  group: string,
  episode: Episode,
  environment: string,
): DetectionRecord {
  const { at, matches } = episode;
  const count = matches.length + episode.dropped;
  const last = matches.at(-1) ?? at;
  const first = episode.dropped > 0 ? at : (matches[0] ?? at);
  const users = different(matches.map(({ user }) => user));
  const ips = different(matches.map(({ ip }) => ip));
  const entity = entityOf(users, ips, environment);
  const grouped = rule.is === 'correlation' ? rule.groupBy.map(({ name }) => name) : [];
  const values = (JSON.parse(group) as string[]).slice(1);
  return {
    id: createHash('sha256')
      .update(JSON.stringify(['sigma_rule', rule.id, group, at.id]))
      .digest('hex')
      .slice(0, 32),
    detection: 'sigma_rule',
    at: at.id,
    raisedAt: at.ts,
    lastAt: last.ts,
    events: matches.slice(-MOST_EVENTS).map(({ id }) => id),
    entity,
    // Several accounts of one group are more likely targets than culprits.
    users: users.length === 1 ? users : [],
    severity: rule.severity,
    retrospective: at.silent && matches.every(({ silent }) => silent),
    evidence: {
      title: rule.title,
      summary:
        rule.is === 'correlation'
          ? `${entity.id} has ${String(count)} events in ${minutes(last.ts - first.ts)} that match “${rule.title}” (${rule.threshold} within ${minutes(rule.timespanMs)})`
          : `${entity.id} has ${count === 1 ? '1 event that matches' : `${String(count)} events that match`} “${rule.title}”`,
      techniques: [...rule.techniques],
      nextStep:
        rule.falsePositives.length > 0
          ? `Rule out what the rule names as harmless: ${rule.falsePositives.join('; ')}. Then ask the person and end what is not theirs.`
          : 'Look at the events that matched, ask the person, and end what is not theirs.',
      filtersConsidered: [],
      rule: rule.id,
      description: rule.description,
      group: Object.fromEntries(grouped.map((name, index) => [name, values[index] ?? ''])),
      count,
      mostInWindow: episode.most,
      accounts: users.slice(0, MOST_LISTED),
      addresses: ips.slice(0, MOST_LISTED),
    },
  };
}

const different = (values: readonly (string | null)[]): string[] => [
  ...new Set(values.filter((value) => value !== null)),
];

/** The account where it is one, otherwise the address where it is one, otherwise the environment. */
function entityOf(
  users: readonly string[],
  ips: readonly string[],
  environment: string,
): DetectionRecord['entity'] {
  const [user, ...otherUsers] = users;
  if (user !== undefined && otherUsers.length === 0) return { kind: 'user', id: user };
  const [ip, ...otherIps] = ips;
  if (ip !== undefined && otherIps.length === 0) return { kind: 'ip', id: ip };
  return { kind: 'environment', id: environment };
}

function minutes(ms: number): string {
  if (ms < 60_000) return `${String(Math.round(ms / 1_000))} s`;
  if (ms < 7_200_000) return `${String(Math.round(ms / 60_000))} min`;
  return `${String(Math.round(ms / 3_600_000))} h`;
}
