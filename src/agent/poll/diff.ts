import type { CommandId, RuleId, SessionId } from '#shared/domain/ids.ts';
import type { EpochMs } from '#shared/domain/units.ts';
import { LIMITS } from '#shared/protocol/limits.ts';
import type { CloseReason, Session } from '#shared/protocol/records.ts';

/** What to do with a session that was read again. */
export type SessionDiff =
  | { readonly is: 'same' }
  /** Report it now. */
  | { readonly is: 'updated' }
  /** It was reported a moment ago: keep it and report the latest later. */
  | { readonly is: 'held-back' }
  /** It belongs to somebody else now: an end for who saw the old one, a start for who sees the new. */
  | { readonly is: 'other-owner' };

export interface KnownSession {
  readonly record: string;
  readonly account: string | null;
  readonly via: string | null;
  readonly reported_at: number;
}

/** Compares what is kept with what was read. At most one report in five seconds for a session. */
export function diffSession(
  known: KnownSession,
  session: Session,
  record: string,
  now: EpochMs,
): SessionDiff {
  if (known.record === record) return { is: 'same' };
  if (known.account !== (session.account?.id ?? null) || known.via !== (session.via?.account.id ?? null)) {
    return { is: 'other-owner' };
  }
  return { is: now - known.reported_at >= LIMITS.updateEveryMs ? 'updated' : 'held-back' };
}

/** What is known about the disappearance of one session. */
export interface EndEvidence {
  readonly expiresAt: number | null;
  /** When a listing last held it although this had passed: then the store collected it later. */
  readonly lastListedAt: number;
  readonly command: { readonly id: CommandId } | null;
  readonly rule?: RuleId | null;
  readonly logoutAt: EpochMs | null;
  readonly replaced: boolean;
  readonly credentialChangedAt: EpochMs | null;
}
export interface SessionEnd {
  readonly reason: CloseReason;
  readonly at: EpochMs;
  readonly commandId?: CommandId;
  readonly ruleId?: RuleId;
}

/** Says why a session is gone: the surest evidence first, and `unknown` rather than a guess. */
export function explainEnd(evidence: EndEvidence, now: EpochMs): SessionEnd {
  const past = (at: number) => Math.min(at, now) as EpochMs;
  if (evidence.command !== null) return { reason: 'revoked', at: now, commandId: evidence.command.id };
  if (evidence.rule) return { reason: 'rule', at: now, ruleId: evidence.rule };
  if (evidence.logoutAt !== null) return { reason: 'logout', at: past(evidence.logoutAt) };
  if (evidence.expiresAt !== null && evidence.expiresAt <= now) {
    return evidence.lastListedAt > evidence.expiresAt
      ? { reason: 'collected', at: now }
      : { reason: 'expired', at: past(evidence.expiresAt) };
  }
  if (evidence.replaced) return { reason: 'replaced', at: now };
  if (evidence.credentialChangedAt !== null) {
    return { reason: 'credential-change', at: past(evidence.credentialChangedAt) };
  }
  return { reason: 'unknown', at: now };
}

/** A session renewed under another id can be this much older than the moment it was first read. */
const PAIR_SLACK_MS = 10_000;

/**
 * Pairs sessions that went with sessions that came in the same look: the store renewed the identifier (at sign-in or
 * password change). Same account, same address, same browser where both are known. Where a store knows no
 * addresses, only when the account has exactly one of each.
 * @param since when the store was looked at before
 */
export function pairReplaced(
  gone: readonly Session[],
  opened: readonly Session[],
  since: EpochMs,
): ReadonlyMap<SessionId, SessionId> {
  const pairs = new Map<SessionId, SessionId>();
  const taken = new Set<SessionId>();
  for (const fresh of opened) if (fresh.replaces !== undefined) pairs.set(fresh.replaces, fresh.id);
  for (const id of pairs.values()) taken.add(id);
  for (const old of gone) {
    if (pairs.has(old.id)) continue;
    const match = opened.find((fresh) => !taken.has(fresh.id) && isRenewal(old, fresh, since, gone, opened));
    if (match === undefined) continue;
    pairs.set(old.id, match.id);
    taken.add(match.id);
  }
  return pairs;
}

function isRenewal(
  old: Session,
  fresh: Session,
  since: EpochMs,
  gone: readonly Session[],
  opened: readonly Session[],
): boolean {
  const account = old.account?.id;
  if (account === undefined || fresh.account?.id !== account) return false;
  if (old.via?.account.id !== fresh.via?.account.id) return false;
  if (fresh.opened.at !== null && fresh.opened.at < since - PAIR_SLACK_MS) return false;
  const browsers = [agentOf(old), agentOf(fresh)];
  if (browsers[0] !== null && browsers[1] !== null && browsers[0] !== browsers[1]) return false;
  const addresses = [addressOf(old), addressOf(fresh)];
  if (addresses[0] !== null && addresses[1] !== null) return addresses[0] === addresses[1];
  const only = (list: readonly Session[]) =>
    list.filter((session) => session.account?.id === account).length === 1;
  return addresses[0] === addresses[1] && only(gone) && only(opened);
}

const addressOf = (session: Session) => session.last.ip ?? session.opened.ip;
const agentOf = (session: Session) => session.last.userAgent ?? session.opened.userAgent;
