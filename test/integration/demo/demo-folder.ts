import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { onTestFinished } from 'vitest';
import { z } from 'zod';
import { demoStoreConfig } from '#agent/stores/demo/config.ts';
import type { DemoStore, DemoStoreDeps } from '#agent/stores/demo/demo-store.ts';
import { createDemoStore } from '#agent/stores/demo/demo-store.ts';
import type {
  StoredAccount,
  StoredEvent,
  StoredSession,
  StoreCursor,
  StoreKey,
} from '#agent/stores/store-adapter.ts';
import type { Log } from '#shared/domain/log.ts';
import { epochMs } from '#shared/domain/units.ts';

export const START = Date.UTC(2026, 10, 20, 12, 0, 0);
export const never = new AbortController().signal;

/** A clock that moves only when told to. */
export class HandClock {
  at = START;
  readonly read = () => epochMs(this.at);
}

export class MemoryLog implements Log {
  readonly lines: string[] = [];
  readonly #take = (message: string, facts?: unknown): void => {
    this.lines.push(`${message} ${JSON.stringify(facts ?? {})}`);
  };
  readonly debug = this.#take;
  readonly info = this.#take;
  readonly warn = this.#take;
  readonly error = this.#take;
}

/** A folder that is removed after the test. */
export function temporaryFolder(): string {
  const dir = mkdtempSync(join(tmpdir(), 'watchfloor-demo-'));
  onTestFinished(() => {
    rmSync(dir, { recursive: true, force: true });
  });
  return dir;
}

/** A store of the blog with two days of history, closed after the test. */
export function demoStoreIn(
  dir: string,
  over: Record<string, unknown> = {},
  deps: Partial<DemoStoreDeps> = {},
): DemoStore {
  const config = demoStoreConfig.parse({ dir, preset: 'blog', seed: 3, historyDays: 2, ...over });
  const store = createDemoStore(config, { clock: new HandClock().read, log: new MemoryLog(), ...deps });
  onTestFinished(() => store.close());
  return store;
}

/** The database as somebody else would open it. */
export function openBeside(dir: string): Database.Database {
  const db = new Database(join(dir, 'store.db'), { timeout: 4_000 });
  onTestFinished(() => {
    db.close();
  });
  return db;
}

const Counted = z.object({ n: z.int() });
export const count = (db: Database.Database, from: string): number =>
  Counted.parse(db.prepare(`SELECT count(*) AS n FROM ${from}`).get()).n;

export async function list(
  store: DemoStore,
  cursor: StoreCursor | null = null,
): Promise<{ sessions: StoredSession[]; cursor: StoreCursor | null }> {
  const sessions: StoredSession[] = [];
  const next = await store.sessions(
    cursor,
    (page) => {
      sessions.push(...page);
      return Promise.resolve();
    },
    never,
  );
  return { sessions, cursor: next };
}

export async function keysOf(store: DemoStore): Promise<Set<StoreKey>> {
  const keys = new Set<StoreKey>();
  await store.keys((page) => {
    for (const key of page) keys.add(key);
    return Promise.resolve();
  }, never);
  return keys;
}

export async function accountsOf(store: DemoStore): Promise<StoredAccount[]> {
  const accounts: StoredAccount[] = [];
  await store.accounts((page) => {
    accounts.push(...page);
    return Promise.resolve();
  }, never);
  return accounts;
}

/** The whole log after a cursor, page by page. */
export async function follow(store: DemoStore, cursor: StoreCursor | null = null, limit = 400) {
  const events: StoredEvent[] = [];
  let cleared = 0;
  for (;;) {
    const page = await readPage(store, cursor, limit);
    events.push(...page.events);
    if (page.cleared) cleared += 1;
    cursor = page.cursor;
    if (!page.more) return { events, cursor, cleared };
  }
}

function readPage(store: DemoStore, cursor: StoreCursor | null, limit: number) {
  if (store.events === undefined) throw new Error('the demo store keeps a log');
  return store.events(cursor, limit, never);
}
