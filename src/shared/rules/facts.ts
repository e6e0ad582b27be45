import type { AccountId, EventId, RuleId, SessionId } from '../domain/ids.ts';
import type { NetworkTest } from '../domain/network.ts';
import type { Place } from '../domain/place.ts';
import type { EpochMs } from '../domain/units.ts';
import type { Rule } from '../protocol/rules.ts';

/** A live session as rules see it. What is not known is null. Times in ms since the epoch. */
export interface RuleSession {
  readonly id: SessionId;
  readonly openedAt: EpochMs | null;
  /** When it was first seen by who asks: it is at least that old. */
  readonly firstSeenAt: EpochMs;
  readonly lastSeenAt: EpochMs | null;
  readonly expiresAt: EpochMs | null;
  /** Address of the last sighting, else of the sign-in. */
  readonly ip: string | null;
  readonly userAgent: string | null;
}

/** Whose sessions they are: for a masquerade, the person behind it. */
export interface RuleAccount {
  readonly id: AccountId;
  readonly name: string;
  readonly roles: readonly string[];
  readonly service: boolean;
}

/** An event that rules look at: a changed credential or a sign-in that failed. */
export interface RuleEvent {
  readonly id: EventId;
  readonly at: EpochMs;
  readonly kind: 'credential-changed' | 'login-failed';
  readonly sessionId: SessionId | null;
  readonly ip: string | null;
}

/** Everything of one account. Rules never compare accounts with each other, so each can be judged alone. */
export interface RuleGroup {
  readonly account: RuleAccount;
  readonly sessions: readonly RuleSession[];
  /** In order of time; at least as far back as the evaluator's `eventsMs`. */
  readonly events: readonly RuleEvent[];
  /** Events up to this moment are settled for that rule: it was made after them, or acted on them. Ms. */
  readonly settledUntil: (rule: RuleId) => number;
}

/** What a rule may ask about the world. */
export interface RuleFacts {
  /** How long an active session can look unchanged because the store does not write, ms. */
  readonly writeIntervalMs: number;
  /** Null: not known. */
  place(ip: string): Pick<Place, 'country' | 'region'> | null;
  device(userAgent: string): { readonly deviceClass: string | null; readonly key: string } | null;
  /** Lists of networks by name; null when there is no such list. */
  list(name: string): { readonly use: 'allow' | 'deny'; readonly contains: NetworkTest } | null;
}

/** What a rule says about one session, or (`session` null) about an account. */
export interface Verdict {
  readonly rule: RuleId;
  readonly mode: 'observe' | 'enforce';
  readonly kind: Rule['kind'];
  readonly account: AccountId;
  readonly session: SessionId | null;
  /** Why, as a sentence without the rule's name. */
  readonly reason: string;
  /** The event that set it off, where one did: the same event sets a rule off once. */
  readonly trigger: EventId | null;
  /** Also end what the account opens for this long, ms. */
  readonly holdMs: number | null;
}

/** Part of a verdict that a kind of rule decides. */
export type Finding = Pick<Verdict, 'session' | 'reason'> & Partial<Pick<Verdict, 'trigger' | 'holdMs'>>;
