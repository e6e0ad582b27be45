import type { AccountId } from '#shared/domain/ids.ts';
import type { EpochMs } from '#shared/domain/units.ts';
import { durationMs, epochMs } from '#shared/domain/units.ts';
import { CAPABILITIES } from '#shared/protocol/handshake.ts';
import type {
  EndResult,
  EndTarget,
  StoreAdapter,
  StoreCursor,
  StoredAccount,
  StoredEvent,
  StoredSession,
  StoreKey,
} from '#agent/stores/store-adapter.ts';
import { StoreError, storeKey } from '#agent/stores/store-adapter.ts';

/** Test equipment: a store that does exactly what a test tells it, and counts what it was asked. */
export interface MemoryStore {
  readonly adapter: StoreAdapter;
  /** Opens or replaces a session. */
  put(
    key: string,
    session: Partial<Omit<StoredSession, 'key' | 'account'>> & { account: string | null },
  ): void;
  remove(key: string): void;
  has(key: string): boolean;
  keys(): readonly string[];
  account(id: string, account?: Partial<Omit<StoredAccount, 'id'>>): void;
  removeAccount(id: string): void;
  event(id: string, event: Partial<Omit<StoredEvent, 'id'>> & Pick<StoredEvent, 'action'>): void;
  /** Empties the log, as a trimmed table with a restarted counter. */
  clearEvents(): void;
  /** From now on every call fails as a store that cannot be reached; null: it is back. */
  down(message: string | null): void;
  /** Decides about each target of `end` before the store does; `null` leaves it to the store. */
  onEnd(decide: ((target: EndTarget) => EndResult | null | Promise<EndResult | null>) | null): void;
  readonly calls: {
    glance: number;
    sessions: number;
    keys: number;
    end: number;
    lookUp: number;
    accounts: number;
  };
  /** How many reads were under way at the same time, at most. */
  readonly mostReads: () => number;
}

const PAGE = 500;

export function createMemoryStore(
  options: { clock?: () => number; incremental?: boolean; events?: boolean } = {},
): MemoryStore {
  const clock = options.clock ?? Date.now;
  const sessions = new Map<string, { session: StoredSession; version: number }>();
  const accounts = new Map<string, StoredAccount>();
  let events: StoredEvent[] = [];
  let generation = 0;
  let version = 0;
  let failing: string | null = null;
  let decide: ((target: EndTarget) => EndResult | null | Promise<EndResult | null>) | null = null;
  const calls = { glance: 0, sessions: 0, keys: 0, end: 0, lookUp: 0, accounts: 0 };
  let reads = 0;
  let mostReads = 0;

  const reading = async <T>(work: () => Promise<T> | T): Promise<T> => {
    if (failing !== null) throw new StoreError('unavailable', failing);
    reads += 1;
    mostReads = Math.max(mostReads, reads);
    try {
      return await work();
    } finally {
      reads -= 1;
    }
  };
  const sighting = { at: null, ip: null, userAgent: null };

  const adapter: StoreAdapter = {
    open: () =>
      reading(() => ({
        kind: 'memory',
        version: '1',
        capabilities: CAPABILITIES.filter(
          (name) => name !== 'sessions.clientSide' && name !== 'rules' && name !== 'posture',
        ),
        writeIntervalMs: durationMs(0),
        longestRequestMs: durationMs(200),
      })),
    glance: () =>
      reading(() => {
        calls.glance += 1;
        return `${String(version)}/${String(sessions.size)}`;
      }),
    sessions: (cursor, page) =>
      reading(async () => {
        calls.sessions += 1;
        const since = cursor === null ? -1 : Number(cursor);
        const found = [...sessions.values()]
          .filter((entry) => entry.version > since)
          .map(({ session }) => session);
        for (let at = 0; at < found.length; at += PAGE) await page(found.slice(at, at + PAGE));
        return options.incremental === false ? null : (String(version) as StoreCursor);
      }),
    keys: (page) =>
      reading(async () => {
        calls.keys += 1;
        const all = [...sessions.keys()].map(storeKey);
        for (let at = 0; at < all.length; at += PAGE) await page(all.slice(at, at + PAGE));
      }),
    lookUp: (keys) =>
      reading(() => {
        calls.lookUp += 1;
        return keys.flatMap((key) => {
          const entry = sessions.get(key);
          return entry === undefined ? [] : [entry.session];
        });
      }),
    accounts: (page) =>
      reading(async () => {
        calls.accounts += 1;
        const all = [...accounts.values()];
        for (let at = 0; at < all.length; at += PAGE) await page(all.slice(at, at + PAGE));
      }),
    async end(targets) {
      calls.end += 1;
      if (failing !== null) throw new StoreError('unavailable', failing);
      const results: EndResult[] = [];
      for (const target of targets) {
        const decided = (await decide?.(target)) ?? null;
        if (decided !== null && decided.outcome !== 'ended') {
          results.push(decided);
          continue;
        }
        const there = sessions.delete(target.key);
        version += there ? 1 : 0;
        results.push({ outcome: there || decided !== null ? 'ended' : 'already-gone' });
      }
      return results;
    },
    setBlocked(ids, blocked) {
      for (const id of ids) {
        const account = accounts.get(id);
        if (account !== undefined) accounts.set(id, { ...account, status: blocked ? 'blocked' : 'active' });
      }
      return Promise.resolve();
    },
    close: () => Promise.resolve(),
    ...(options.events === false
      ? {}
      : {
          events: (cursor: StoreCursor | null, limit: number) =>
            reading(() => {
              const [seen, from] =
                cursor === null ? [generation, 0] : (JSON.parse(cursor) as [number, number]);
              const cleared = seen !== generation;
              const start = cleared ? 0 : from;
              const page = events.slice(start, start + limit);
              const next = JSON.stringify([generation, start + page.length]) as StoreCursor;
              return { events: page, cursor: next, more: start + page.length < events.length, cleared };
            }),
        }),
  };

  return {
    adapter,
    put(key, { account, ...rest }) {
      version += 1;
      const named = account === null ? null : { id: account as AccountId, name: account };
      const session: StoredSession = {
        key: storeKey(key),
        account: named,
        opened: sighting,
        last: sighting,
        expiresAt: null,
        marks: [],
        ...rest,
      };
      sessions.set(key, { session, version });
      if (account !== null && !accounts.has(account)) this.account(account);
    },
    remove(key) {
      if (sessions.delete(key)) version += 1;
    },
    has: (key) => sessions.has(key),
    keys: () => [...sessions.keys()],
    account(id, account = {}) {
      accounts.set(id, {
        id: id as AccountId,
        name: id,
        roles: [],
        status: 'active',
        ...accounts.get(id),
        ...account,
      });
    },
    removeAccount: (id) => void accounts.delete(id),
    event(id, event) {
      events.push({ id, at: epochMs(clock()), outcome: 'success', account: null, ...event });
    },
    clearEvents() {
      events = [];
      generation += 1;
    },
    down(message) {
      failing = message;
    },
    onEnd(next) {
      decide = next;
    },
    calls,
    mostReads: () => mostReads,
  };
}

export const at = (value: number): EpochMs => epochMs(value);
export type { StoreKey };
