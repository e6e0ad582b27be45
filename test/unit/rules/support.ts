import { AccountId, EventId, SessionId } from '#shared/domain/ids.ts';
import { epochMs } from '#shared/domain/units.ts';
import { parseNetwork } from '#shared/domain/network.ts';
import { Rule } from '#shared/protocol/rules.ts';
import type { RuleEvent, RuleFacts, RuleGroup, RuleSession } from '#shared/rules/facts.ts';
import { createEvaluator } from '#shared/rules/evaluate.ts';

export const NOW = epochMs(Date.UTC(2026, 2, 10, 12, 0, 0));

/** Test equipment: a rule with what every rule has. */
export const rule = (own: Record<string, unknown>): Rule =>
  Rule.parse({ id: 'r', name: 'r', mode: 'enforce', brake: { perMinute: 1_000, percent: 100 }, ...own });

export const session = (id: string, own: Partial<Omit<RuleSession, 'id'>> = {}): RuleSession => ({
  id: SessionId.parse(id),
  openedAt: epochMs(NOW - 3_600_000),
  firstSeenAt: epochMs(NOW - 3_600_000),
  lastSeenAt: epochMs(NOW - 1_000),
  expiresAt: null,
  ip: '192.0.2.1',
  userAgent: 'desktop',
  ...own,
});

export const event = (
  id: string,
  at: number,
  own: Partial<Omit<RuleEvent, 'id' | 'at'>> = {},
): RuleEvent => ({
  id: EventId.parse(id),
  at: epochMs(at),
  kind: 'login-failed',
  sessionId: null,
  ip: null,
  ...own,
});

export const FACTS: RuleFacts = {
  writeIntervalMs: 0,
  place: (ip) =>
    ip.startsWith('192.0.2.')
      ? { country: 'DE', region: 'Bavaria' }
      : ip.startsWith('198.51.100.')
        ? { country: 'US', region: null }
        : null,
  device: (text) =>
    text === 'odd' ? { deviceClass: null, key: '' } : { deviceClass: text, key: `k|${text}` },
  list: (name) => {
    const contains = parseNetwork('203.0.113.0/24');
    return name === 'exits' && contains !== null ? { use: 'deny', contains } : null;
  },
};

export const group = (
  sessions: readonly RuleSession[],
  own: Partial<Omit<RuleGroup, 'sessions' | 'account'>> & { account?: Partial<RuleGroup['account']> } = {},
): RuleGroup => ({
  events: [],
  settledUntil: () => 0,
  ...own,
  account: { id: AccountId.parse('a'), name: 'anna', roles: ['editor'], service: false, ...own.account },
  sessions,
});

/** Ids of the sessions that end, in order of the verdicts. */
export const ends = (
  rules: readonly Rule[],
  of: RuleGroup,
  now: number = NOW,
  facts: RuleFacts = FACTS,
): readonly (string | null)[] =>
  createEvaluator(rules, facts)
    .judge(of, epochMs(now))
    .map((verdict) => verdict.session);
