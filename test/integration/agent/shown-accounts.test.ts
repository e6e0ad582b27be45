import { expect, test } from 'vitest';
import type { AccountId } from '#shared/domain/ids.ts';
import { epochMs } from '#shared/domain/units.ts';
import type { StoreAdapter, StoreKey, StoredAccount } from '#agent/stores/store-adapter.ts';
import { storeKey } from '#agent/stores/store-adapter.ts';
import { createMemoryStore, type MemoryStore } from '#test/support/memory-store.ts';
import { of, oneAgent, order } from './parts/one-agent.ts';

const here = oneAgent();

/** Roles that the session itself names, as an Express session does; the one used last counts. */
interface Shown {
  readonly account: string;
  readonly roles: readonly string[];
  readonly used: number;
}

/** A store without a table of accounts, which says what ended since a cursor unless it is told not to. */
function tellingStore(tellsEnds = true): {
  readonly store: MemoryStore;
  put(key: string, shown: Shown): void;
  remove(key: string): void;
  /** What changed cannot be told one by one. */
  lose(): void;
  /** Runs once before the next reading of sessions. */
  beforeReading(work: () => Promise<void>): void;
} {
  const store = createMemoryStore({ events: false });
  const shown = new Map<string, Shown>();
  let ended: string[] = [];
  let changed: string[] = [];
  let lost = false;
  let hook: (() => Promise<void>) | null = null;
  const accountsOf = (keys: Iterable<string>): readonly StoredAccount[] => {
    const latest = new Map<string, Shown>();
    for (const key of keys) {
      const one = shown.get(key);
      if (one !== undefined && one.used >= (latest.get(one.account)?.used ?? 0)) latest.set(one.account, one);
    }
    return [...latest].map(([id, { roles }]) => ({
      id: id as AccountId,
      name: id,
      roles,
      status: 'unknown' as const,
    }));
  };
  const bare = { ...store.adapter };
  const adapter: StoreAdapter = Object.assign(store.adapter, {
    sessions: async (...[cursor, page, signal, notes]: Parameters<StoreAdapter['sessions']>) => {
      const work = hook;
      hook = null;
      await work?.();
      const whole = cursor === null || lost;
      if (cursor !== null && lost) notes?.everything();
      const next = await bare.sessions(whole ? null : cursor, page, signal);
      if (!whole) {
        notes?.shown(accountsOf(changed));
        if (tellsEnds) notes?.ended(ended.map(storeKey));
      }
      [changed, ended, lost] = [[], [], false];
      return next;
    },
    accountsOf: (keys: readonly StoreKey[]) => Promise.resolve(accountsOf(keys)),
    accounts: async (page: (accounts: readonly StoredAccount[]) => Promise<void>) => {
      store.calls.accounts += 1;
      await page(accountsOf(shown.keys()));
    },
  });
  return {
    store: { ...store, adapter },
    put(key, one) {
      shown.set(key, one);
      changed.push(key);
      store.put(key, { account: one.account, last: { at: epochMs(one.used), ip: null, userAgent: null } });
    },
    remove(key) {
      shown.delete(key);
      ended.push(key);
      store.remove(key);
    },
    lose() {
      lost = true;
    },
    beforeReading(work) {
      hook = work;
    },
  };
}
const NOW = Date.now();

test('a store that tells what ended, and shows accounts in sessions only, is neither compared nor read whole', async () => {
  const telling = tellingStore();
  telling.put('a1', { account: 'ann', roles: ['editor'], used: NOW });
  telling.put('b1', { account: 'ben', roles: [], used: NOW });
  await here.start({ createStore: () => telling.store.adapter });
  const console = await here.follow();
  // Somebody nobody knew, and who can do harm: told with the mark from the first moment.
  telling.put('c1', { account: 'cleo', roles: ['admin'], used: NOW + 1 });
  await console.until(() => of(console, 'cleo').length === 1, 'the new session');
  const opened = console.changes.findIndex(({ kind }) => kind === 'session.opened');
  const known = console.changes.findIndex(({ kind }) => kind === 'account.upserted');
  expect(known).toBeGreaterThanOrEqual(0);
  expect(known).toBeLessThan(opened);
  expect(console.changes[opened]).toMatchObject({ session: { marks: ['privileged'] } });
  // Another session with other roles: the one used last counts, whichever was written last.
  telling.put('a2', { account: 'ann', roles: ['editor', 'admin'], used: NOW + 10 });
  await console.until(() => console.accounts.get('ann')?.privileged === true, 'the new roles');
  await console.until(
    () => [...console.sessions.values()].filter(({ marks }) => marks.includes('privileged')).length === 3,
    'both her sessions and that of Cleo marked',
  );
  telling.put('a1', { account: 'ann', roles: ['editor'], used: NOW + 2 });
  await console.until(
    () => [...console.sessions.values()].some(({ last }) => last.at === NOW + 2),
    'the old session used',
  );
  expect(console.accounts.get('ann')?.roles).toEqual(['editor', 'admin']);
  // Without it the older one counts; without any the account is gone.
  telling.remove('a2');
  await console.until(() => console.accounts.get('ann')?.privileged === false, 'the old roles');
  telling.remove('b1');
  await console.until(() => !console.accounts.has('ben'), 'no account without sessions');
  // A session that is somebody else's now.
  telling.put('c1', { account: 'dora', roles: [], used: NOW + 20 });
  await console.until(() => !console.accounts.has('cleo') && console.accounts.has('dora'), 'the new owner');
  for (let look = 0; look < 5; look += 1) await here.agent.refresh();
  expect(telling.store.calls).toMatchObject({ keys: 0, accounts: 1 });
});

test('after everything had to be read, accounts are read once more and ends are found by it', async () => {
  const telling = tellingStore();
  for (const key of ['a1', 'a2']) telling.put(key, { account: 'ann', roles: [], used: NOW });
  telling.put('b1', { account: 'ben', roles: [], used: NOW });
  await here.start({ createStore: () => telling.store.adapter });
  const console = await here.follow();
  telling.remove('b1');
  telling.remove('a1');
  telling.lose();
  await console.until(() => console.sessions.size === 1 && !console.accounts.has('ben'), 'what is left');
  for (let look = 0; look < 5; look += 1) await here.agent.refresh();
  expect(telling.store.calls).toMatchObject({ keys: 0, accounts: 2 });
});

test('a store that shows accounts but not what ended is compared, and accounts follow all the same', async () => {
  const telling = tellingStore(false);
  telling.put('a1', { account: 'ann', roles: ['editor'], used: NOW });
  telling.put('b1', { account: 'ben', roles: [], used: NOW });
  await here.start({ createStore: () => telling.store.adapter });
  const console = await here.follow();
  telling.put('a2', { account: 'ann', roles: ['admin'], used: NOW + 1 });
  await console.until(() => console.accounts.get('ann')?.privileged === true, 'the new roles');
  telling.remove('a2');
  await console.until(() => console.accounts.get('ann')?.privileged === false, 'the old roles');
  telling.remove('b1');
  await console.until(
    () => !console.accounts.has('ben') && console.sessions.size === 1,
    'no account without sessions',
  );
  for (let look = 0; look < 5; look += 1) await here.agent.refresh();
  expect(telling.store.calls.keys).toBeGreaterThan(1);
  expect(telling.store.calls.accounts).toBe(1);
});

test('a session that is ended and comes back within one look is not overlooked', async () => {
  const telling = tellingStore();
  telling.put('a1', { account: 'ann', roles: [], used: NOW });
  // Nobody looks again for the command's sake: what is told here, the looks have found.
  await here.start({ createStore: () => telling.store.adapter, timing: { proofAfterMs: [600_000] } });
  const console = await here.follow();
  const [id] = of(console, 'ann');
  let letEnd = (): void => undefined;
  const reading = new Promise<void>((resolve) => {
    letEnd = resolve;
  });
  telling.store.onEnd(() => reading.then(() => null));
  const asked = console.ask('command', order({ selector: { sessions: [id] } }));
  await expect.poll(() => telling.store.calls.end).toBe(1);
  // A look begins while it is being ended, and reads when a request under way has brought it back.
  telling.beforeReading(async () => {
    letEnd();
    expect(await asked).toMatchObject({ ok: true, ended: 1 });
    telling.put('a1', { account: 'ann', roles: [], used: NOW + 1 });
  });
  telling.put('b1', { account: 'ben', roles: [], used: NOW });
  await console.until(() => of(console, 'ben').length === 1, 'the other session');
  await console.until(() => of(console, 'ann').length === 1, 'the session that came back');
});
