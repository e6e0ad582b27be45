import type { EpochMs } from '../domain/units.ts';
import type { Rule } from '../protocol/rules.ts';
import type { Finding, RuleSession } from './facts.ts';
import { lengthInWords } from './words.ts';

/** The oldest moment a session can be from: its opening, else when it was first seen. */
export const bornAt = (session: RuleSession): EpochMs => session.openedAt ?? session.firstSeenAt;

/**
 * When the idle rule is certain, ms since the epoch: a store that writes its last sighting every few minutes shows a
 * session at work as unchanged for that long. Null: the store does not say when it was last seen.
 */
export const idleAt = (
  rule: Extract<Rule, { kind: 'idle' }>,
  session: RuleSession,
  writeIntervalMs: number,
): number | null =>
  session.lastSeenAt === null ? null : session.lastSeenAt + rule.afterMs + writeIntervalMs;

export function judgeIdle(
  rule: Extract<Rule, { kind: 'idle' }>,
  session: RuleSession,
  writeIntervalMs: number,
  now: EpochMs,
): Finding | null {
  const at = idleAt(rule, session, writeIntervalMs);
  if (at === null || now < at) return null;
  return {
    session: session.id,
    reason: `not seen for ${lengthInWords(now - (session.lastSeenAt ?? 0))}; the limit is ${lengthInWords(rule.afterMs)}`,
  };
}

export const lifetimeAt = (rule: Extract<Rule, { kind: 'lifetime' }>, session: RuleSession): number =>
  bornAt(session) + rule.afterMs;

export function judgeLifetime(
  rule: Extract<Rule, { kind: 'lifetime' }>,
  session: RuleSession,
  now: EpochMs,
): Finding | null {
  if (now < lifetimeAt(rule, session)) return null;
  const least = session.openedAt === null ? 'at least ' : '';
  return {
    session: session.id,
    reason: `open for ${least}${lengthInWords(now - bornAt(session))}; the limit is ${lengthInWords(rule.afterMs)}`,
  };
}
