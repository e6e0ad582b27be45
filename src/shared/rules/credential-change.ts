import { MINUTE } from '../domain/lengths.ts';
import type { Rule } from '../protocol/rules.ts';
import { bornAt } from './ages.ts';
import type { Finding, RuleEvent, RuleSession } from './facts.ts';

/** A session seen this close to the change can be the one that made it. */
const NEAR_MS = 10 * MINUTE;

/**
 * Sessions that a changed credential ends: those opened before it. `changing-session` keeps the one that made it: the
 * one the event names, else the only one from the event's address, else the one last seen around the change. When
 * none of these is known, all end: keeping a stranger's session is worse than a new sign-in.
 */
export function judgeCredentialChange(
  rule: Extract<Rule, { kind: 'credential-change' }>,
  sessions: readonly RuleSession[],
  events: readonly RuleEvent[],
): readonly Finding[] {
  const ended = new Map<string, Finding>();
  for (const event of events) {
    if (event.kind !== 'credential-changed') continue;
    const before = sessions.filter((session) => bornAt(session) < event.at);
    const kept = rule.keep === 'none' ? null : changingSession(sessions, before, event);
    const why =
      rule.keep === 'none' || kept !== null ? '' : '; which session changed it is not known, so all end';
    for (const session of before) {
      if (session.id === kept || ended.has(session.id)) continue;
      ended.set(session.id, {
        session: session.id,
        reason: `opened before the password was changed${why}`,
        trigger: event.id,
      });
    }
  }
  return [...ended.values()];
}

function changingSession(
  all: readonly RuleSession[],
  before: readonly RuleSession[],
  event: RuleEvent,
): string | null {
  if (event.sessionId !== null) return event.sessionId;
  const fromThere = before.filter(({ ip }) => ip !== null && ip === event.ip);
  const [only] = fromThere;
  if (only !== undefined && fromThere.length === 1) return only.id;
  // A store that renews the identifier with the change has opened the session anew: nothing old is kept for it.
  const renewed = all.some((session) => bornAt(session) >= event.at && bornAt(session) <= event.at + NEAR_MS);
  if (renewed && fromThere.length === 0) return null;
  let best: RuleSession | null = null;
  for (const session of fromThere.length > 0 ? fromThere : before) {
    const { lastSeenAt } = session;
    if (lastSeenAt === null || lastSeenAt < event.at - NEAR_MS) continue;
    if (best === null || lastSeenAt > (best.lastSeenAt ?? 0)) best = session;
  }
  return best?.id ?? null;
}
