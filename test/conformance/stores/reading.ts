import { expect } from 'vitest';
import {
  storeKey,
  type StoreAdapter,
  type StoreCursor,
  type StoredAccount,
  type StoredSession,
} from '#agent/stores/store-adapter.ts';
import type { AccountId } from '#shared/domain/ids.ts';
import type { Person, Visit, World } from './world.ts';

export const MINUTE = 60_000;
export const never = new AbortController().signal;

/** Names that break parsers, SQL and terminals. */
export const PEOPLE: readonly Person[] = [
  { name: 'anna', email: 'anna@example.org', roles: ['editor', 'reviewer'] },
  { name: 'Jörg Müller-Lüdenscheidt 🦉', email: 'joerg@example.org', roles: ['administrator'] },
  { name: `O'Brien"; DROP TABLE users; -- \\ %s {$x} <b>`, email: 'obrien@example.org', roles: [] },
];
const BROWSERS = [
  'Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0',
  'curl/8 "\\\' ü 🦉;}{|:',
] as const;

export async function listAll(adapter: StoreAdapter, cursor: StoreCursor | null = null) {
  const sessions: StoredSession[] = [];
  let largest = 0;
  const next = await adapter.sessions(
    cursor,
    (page) => {
      largest = Math.max(largest, page.length);
      sessions.push(...page);
      return Promise.resolve();
    },
    never,
  );
  return { sessions, cursor: next, largest };
}
export async function allKeys(adapter: StoreAdapter): Promise<string[]> {
  const keys: string[] = [];
  await adapter.keys((page) => {
    keys.push(...page);
    return Promise.resolve();
  }, never);
  return keys.sort();
}
export async function allAccounts(adapter: StoreAdapter): Promise<Map<string, StoredAccount>> {
  const accounts = new Map<string, StoredAccount>();
  await adapter.accounts((page) => {
    for (const account of page) accounts.set(account.id, account);
    return Promise.resolve();
  }, never);
  return accounts;
}
export const only = (sessions: readonly StoredSession[], key: string): StoredSession => {
  const found = sessions.filter((session) => session.key === key);
  expect(found.length, 'sessions with this key').toBe(1);
  return found[0] as StoredSession;
};
export const end = (
  adapter: StoreAdapter,
  keys: readonly string[],
  account: string | null = null,
  scope: 'sessions' | 'accounts' = 'sessions',
) =>
  adapter.end(
    keys.map((key) => ({ key: storeKey(key), account: account as AccountId | null })),
    scope,
    never,
  );

/** Ten minutes before these tests began, in whole seconds: applications keep no less. */
export const base = Math.trunc(Date.now() / 1000) * 1000 - 10 * MINUTE;
export const visit = (minutes: number, ip = '203.0.113.7', browser = 0): Visit => ({
  at: base + minutes * MINUTE,
  ip,
  userAgent: BROWSERS[browser] ?? BROWSERS[0],
});
export const person = (index: number): Person =>
  PEOPLE[index] ?? { name: `p${String(index)}`, email: '', roles: [] };

/** Waits until a glance tells of a change: what costs much to look at is looked at less often. */
export async function glanceChanges(world: World, before: string | null): Promise<void> {
  if (!world.knows.glance) return;
  await expect.poll(() => world.adapter.glance(never), { timeout: 5_000, interval: 20 }).not.toBe(before);
}
