import type { StoreAdapter, StoredSession } from '#agent/stores/store-adapter.ts';
import type { Finding } from '#agent/stores/store-kind.ts';

export interface Person {
  readonly name: string;
  readonly email: string;
  readonly roles: readonly string[];
  readonly blocked?: boolean;
}
/** A request of a person; `at` in ms, whole seconds. */
export interface Visit {
  readonly at: number;
  readonly ip: string;
  readonly userAgent: string;
}

/** What a store records. What it does not record has to be null in every session. */
export interface Knows {
  readonly openedAt: boolean;
  readonly openedIp: boolean;
  readonly openedUserAgent: boolean;
  readonly lastAt: boolean;
  readonly lastIp: boolean;
  readonly lastUserAgent: boolean;
  readonly expiresAt: boolean;
  readonly roles: boolean;
  readonly accounts: boolean;
  readonly blocking: boolean;
  readonly credential: boolean;
  /** A later reading can be limited to what may have changed. */
  readonly incremental: boolean;
  readonly glance: boolean;
}

/**
 * An application with one kind of store, whose data is written the way the application writes it. The adapter works
 * with exactly the permissions that `--print-grants` gives.
 */
export interface World {
  readonly adapter: StoreAdapter;
  readonly knows: Knows;
  addPerson(person: Person): Promise<string>;
  /** Signs in; the answer is the key that the adapter has to use. */
  signIn(account: string, visit: Visit): Promise<string>;
  /** Many sign-ins at once, for listings longer than a page. */
  signInMany(account: string, count: number, visit: Visit): Promise<void>;
  visit(key: string, visit: Visit): Promise<void>;
  signOut(key: string): Promise<void>;
  /** What a request does that was under way while its session was ended. */
  writeBack(key: string): Promise<void>;
  /** How long after its last visit a session ends by itself; absent where the store goes on accepting it. */
  readonly lifetimeMs?: number;
  /** Does a session that was written back sign somebody in again? */
  readonly writtenBackIsAlive: boolean;
  /** Makes a session too old to be accepted, leaving its row (or key) where the application would. */
  expire?(key: string): Promise<void>;
  setRoles?(account: string, roles: readonly string[]): Promise<void>;
  setPassword?(account: string): Promise<void>;
  block?(account: string): Promise<void>;
  /** Guests, other applications' rows beside ours, rows that look almost like ours. */
  addNoise(): Promise<void>;
  /** Everything of the noise that must never be deleted, as text. */
  noise(): Promise<string>;
  /** Live sessions whose data is hostile, broken or huge; what of them is known. */
  addHostile(account: string, visit: Visit): Promise<readonly string[]>;
  /** Called with a hostile session as it was read. */
  checkHostile?(session: StoredSession): void;
  /** Everything that was written and must not leave. */
  secrets(): readonly string[];
  /** @param aheadMs by how much this machine's clock is ahead of the store's */
  doctor(aheadMs?: number): Promise<readonly Finding[]>;
  down(): Promise<void>;
  up(): Promise<void>;
  dispose(): Promise<void>;
}
