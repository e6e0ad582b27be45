import type { AccountId } from '#shared/domain/ids.ts';
import type { DurationMs, EpochMs } from '#shared/domain/units.ts';
import type { Capability } from '#shared/protocol/handshake.ts';
import type { PostureCheck } from '#shared/protocol/posture.ts';
import type { Action, Attributes, Mark, Sighting } from '#shared/protocol/records.ts';

/**
 * A store's own identifier of a session. It may be replayable (Laravel, Express, Django), so it stays in the
 * agent's memory and in sealed columns, and is never logged or sent; consoles know an HMAC of it.
 */
export type StoreKey = string & { readonly __brand: 'StoreKey' };
export const storeKey = (value: string): StoreKey => value as StoreKey;

export interface StoreDescription {
  readonly kind: string;
  readonly version?: string;
  readonly capabilities: readonly Capability[];
  /** How long an active session can look unchanged because the store does not write; null when it does not say. */
  readonly writeIntervalMs: DurationMs | null;
  /** How long a request can be under way and still write its session back. */
  readonly longestRequestMs: DurationMs;
}

/**
 * Whose a session is. A reader that gives the same object for all sessions of an account spares a first listing to
 * find out a million times which account that is.
 */
export interface StoredOwner {
  readonly id: AccountId;
  readonly name: string;
  /** The core's own: what it wrote of this account before. */
  written?: object | undefined;
}

/** A live session as the store knows it. What it does not know is null. */
export interface StoredSession {
  readonly key: StoreKey;
  readonly account: StoredOwner | null;
  readonly opened: Sighting;
  readonly last: Sighting;
  readonly expiresAt: EpochMs | null;
  readonly marks: readonly Mark[];
  readonly via?: { readonly account: { readonly id: AccountId; readonly name: string } };
  readonly replaces?: StoreKey;
  readonly attributes?: Attributes;
}

/** An account. `privileged` and `service` are the agent's configuration and added by the core. */
export interface StoredAccount {
  readonly id: AccountId;
  readonly name: string;
  readonly roles: readonly string[];
  readonly status: 'active' | 'blocked' | 'unknown';
  readonly email?: string;
  readonly createdAt?: EpochMs;
  readonly lastLoginAt?: EpochMs;
  /**
   * Anything that changes when the credential does (a password hash column). The core keeps only a keyed
   * fingerprint of it and reports the change; the value itself never leaves the adapter's caller.
   */
  readonly credential?: string;
}

export interface StoredEvent {
  /** The store's own id of the row: stable, so that re-reading an overlap deduplicates. */
  readonly id: string;
  readonly at: EpochMs;
  readonly action: Action;
  readonly outcome: 'success' | 'failure' | 'unknown';
  readonly reason?: string;
  readonly account: { readonly id?: AccountId; readonly name: string } | null;
  readonly ip?: string;
  readonly userAgent?: string;
  readonly sessionKey?: StoreKey;
  readonly actor?: { readonly id?: string; readonly name: string };
  readonly object?: { readonly kind: string; readonly id?: string; readonly name?: string };
  readonly message?: string;
  readonly attributes?: Attributes;
}

/** A position in something that is followed; opaque to the core, kept durably, given back. JSON text. */
export type StoreCursor = string & { readonly __cursor: 'StoreCursor' };

export interface EventPage {
  readonly events: readonly StoredEvent[];
  readonly cursor: StoreCursor;
  /** More can be read at once without waiting for the next poll. */
  readonly more: boolean;
  /** The store's log was emptied or replaced since the cursor; reading started anew. */
  readonly cleared: boolean;
}

export type EndResult =
  | { readonly outcome: 'ended' }
  | { readonly outcome: 'already-gone' }
  | { readonly outcome: 'failed'; readonly code: string; readonly message: string };

/** What the core asks a store to end; the account is there for stores that keep sessions in a row per person. */
export interface EndTarget {
  readonly key: StoreKey;
  readonly account: AccountId | null;
}

/** Why the core ends sessions: some stores must do more when the whole account is meant (remember-me tokens). */
export type EndScope = 'sessions' | 'accounts';

/**
 * What a listing finds out besides the sessions it gives. A store that can say it spares the core comparing all keys
 * and reading all accounts; one that cannot never calls these.
 */
export interface ReadingNotes {
  /** Before the first page: every live session follows, although a cursor was given. */
  everything(): void;
  /** With a cursor: these may have ended since, and no other did. Keys nobody knows are harmless. */
  ended(keys: readonly StoreKey[]): void;
  /** With a cursor, where only sessions show accounts: accounts as those that changed show them. */
  shown(accounts: readonly StoredAccount[]): void;
}

/**
 * A session store. One adapter per kind of store, each proved by the same conformance suite.
 * Every method rejects with StoreError (below) when the store cannot be reached; it never guesses.
 * The core calls one method at a time, except `end`, which may interleave with reading.
 */
export interface StoreAdapter {
  /** Connects and says what this store can do. Called again after the store was down. */
  open(signal: AbortSignal): Promise<StoreDescription>;
  /**
   * A cheap look (count, newest, checksum): equal answers mean that no listing can differ, also not by sessions whose
   * time has run out and that listings leave out although their rows lie there still.
   * Null means that the store cannot tell and everything has to be read.
   */
  glance(signal: AbortSignal): Promise<string | null>;
  /**
   * Live sessions, in pages, each page small enough to hold. With a cursor: only those that may have changed
   * since; without: all. Returns the cursor for the next call when done.
   */
  sessions(
    cursor: StoreCursor | null,
    page: (sessions: readonly StoredSession[]) => Promise<void>,
    signal: AbortSignal,
    notes?: ReadingNotes,
  ): Promise<StoreCursor | null>;
  /** Keys of all live sessions, in pages: what is missing from them has ended. */
  keys(page: (keys: readonly StoreKey[]) => Promise<void>, signal: AbortSignal): Promise<void>;
  /** These sessions as they are now; those that are gone are absent. Used before ending and when looking again. */
  lookUp(keys: readonly StoreKey[], signal: AbortSignal): Promise<readonly StoredSession[]>;
  /** All accounts that have or may have sessions, in pages. */
  accounts(page: (accounts: readonly StoredAccount[]) => Promise<void>, signal: AbortSignal): Promise<void>;
  /**
   * Where there is no table of accounts: accounts as these sessions show them now. Then accounts change only when a
   * glance does.
   */
  readonly accountsOf?: (keys: readonly StoreKey[], signal: AbortSignal) => Promise<readonly StoredAccount[]>;
  /** The store's own log after a cursor (null: from its beginning); oldest first. Absent: the store keeps none. */
  readonly events?: (cursor: StoreCursor | null, limit: number, signal: AbortSignal) => Promise<EventPage>;
  /** Ends these sessions; the answer has one result for each target, in order. */
  end(targets: readonly EndTarget[], scope: EndScope, signal: AbortSignal): Promise<readonly EndResult[]>;
  /** Blocks or unblocks accounts where the store can. */
  readonly setBlocked?: (
    accounts: readonly AccountId[],
    blocked: boolean,
    signal: AbortSignal,
  ) => Promise<void>;
  /** What a person should know about the last reading: sessions that could not be read, and how many. */
  readonly warnings?: () => readonly { readonly id: string; readonly message: string }[];
  readonly posture?: (signal: AbortSignal) => Promise<readonly PostureCheck[]>;
  close(): Promise<void>;
}

/** The store could not do what was asked. `unavailable`: try again later; the rest needs a person. */
export class StoreError extends Error {
  override readonly name = 'StoreError';
  readonly kind: 'unavailable' | 'misconfigured' | 'unreadable';
  constructor(kind: 'unavailable' | 'misconfigured' | 'unreadable', message: string, options?: ErrorOptions) {
    super(message, options);
    this.kind = kind;
  }
}
