import { assertNever } from '../domain/assert-never.ts';
import type { Rule } from '../protocol/rules.ts';
import { bornAt } from './ages.ts';
import type { Finding, RuleFacts, RuleSession } from './facts.ts';
import { countInWords } from './words.ts';

type Concurrency = Extract<Rule, { kind: 'concurrency' }>;

const seenAt = (session: RuleSession) => session.lastSeenAt ?? bornAt(session);
const byId = (a: RuleSession, b: RuleSession) => (a.id < b.id ? -1 : a.id > b.id ? 1 : 0);

/** Those that end first come first; equal times are told apart by id, so that every look decides alike. */
function order(end: Concurrency['end']): (a: RuleSession, b: RuleSession) => number {
  switch (end) {
    case 'oldest':
      return (a, b) => bornAt(a) - bornAt(b) || byId(a, b);
    case 'newest':
      return (a, b) => bornAt(b) - bornAt(a) || byId(b, a);
    case 'least-recently-seen':
      return (a, b) => seenAt(a) - seenAt(b) || bornAt(a) - bornAt(b) || byId(a, b);
    default:
      return assertNever(end);
  }
}

const WHICH = {
  oldest: 'this is among the oldest',
  newest: 'this is among the newest',
  'least-recently-seen': 'this was not seen for longest',
} as const;

/** Sessions above the limit. By device: those whose device is not known are not counted. */
export function judgeConcurrency(
  rule: Concurrency,
  sessions: readonly RuleSession[],
  device: RuleFacts['device'],
): readonly Finding[] {
  const groups = rule.per === 'account' ? [sessions] : byDevice(sessions, device);
  return groups.flatMap((group) => {
    const excess = group.length - rule.max;
    if (excess <= 0) return [];
    const what =
      rule.per === 'account'
        ? countInWords(group.length, 'session')
        : `${countInWords(group.length, 'session')} on this kind of device`;
    return [...group]
      .sort(order(rule.end))
      .slice(0, excess)
      .map(({ id }) => ({
        session: id,
        reason: `${what}, ${String(rule.max)} ${rule.max === 1 ? 'is' : 'are'} allowed; ${WHICH[rule.end]}`,
      }));
  });
}

function byDevice(
  sessions: readonly RuleSession[],
  device: RuleFacts['device'],
): readonly (readonly RuleSession[])[] {
  const groups = new Map<string, RuleSession[]>();
  for (const session of sessions) {
    const key = session.userAgent === null ? '' : (device(session.userAgent)?.key ?? '');
    if (key === '') continue;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [session]);
    else group.push(session);
  }
  return [...groups.values()];
}
