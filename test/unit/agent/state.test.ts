import { copyFileSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { lockForServing } from '#agent/state/serving-lock.ts';
import { databaseIn, openState } from '#agent/state/state.ts';
import { EVERYTHING, viewerOf } from '#agent/state/viewer.ts';
import { isVisible, readBatch } from '#agent/server/batch-reader.ts';
import { storeKey } from '#agent/stores/store-adapter.ts';
import { OperatorId, seq } from '#shared/domain/ids.ts';
import { epochMs } from '#shared/domain/units.ts';
import { temporaryFolder } from '#test/support/agent-in-process.ts';

let folder: ReturnType<typeof temporaryFolder>;
let now = 1_700_000_000_000;
const clock = () => epochMs(now);
beforeEach(() => {
  folder = temporaryFolder();
  now = 1_700_000_000_000;
});
afterEach(() => folder.remove());

const removed = (n: number, account = 'ann') => ({
  change: { at: clock(), kind: 'account.removed' as const, id: `account-${String(n)}` as never },
  account,
  via: null,
});

test('the folder is its owner’s, and a store’s key is nowhere in it in the clear', () => {
  const state = openState(join(folder.path, 'data'), clock);
  state.sessions.insert(
    {
      id: 'h',
      account: null,
      opened: { at: null, ip: null, userAgent: null },
      last: { at: null, ip: null, userAgent: null },
      expiresAt: null,
      marks: [],
    } as never,
    state.keys.seal(storeKey('replayable-session-key')),
    clock(),
  );
  state.close();
  const database = databaseIn(join(folder.path, 'data'));
  expect(readFileSync(database).includes('replayable-session-key')).toBe(false);
  expect(statSync(join(folder.path, 'data')).mode & 0o777).toBe(0o700);
  expect(statSync(database).mode & 0o777).toBe(0o600);
  expect(statSync(join(folder.path, 'data', 'handle.key')).mode & 0o777).toBe(0o600);
});

test('a database from the future is refused, a damaged one explained', () => {
  const path = databaseIn(folder.path);
  const future = new Database(path);
  future.pragma('user_version = 99');
  future.close();
  expect(() => openState(folder.path, clock)).toThrow(/newer version of the agent/);
});

test('the epoch goes on over a restart and ends with a restored copy', () => {
  const first = openState(folder.path, clock);
  const epoch = first.epoch.current();
  first.transaction(() => first.log.append([removed(1)]));
  first.close();
  const second = openState(folder.path, clock);
  expect(second.epoch.current()).toBe(epoch);
  expect(second.log.head()).toBe(1);
  second.db.pragma('wal_checkpoint(TRUNCATE)');
  second.close();
  const path = databaseIn(folder.path);
  copyFileSync(path, `${path}.backup`);
  for (let run = 0; run < 2; run++) openState(folder.path, clock).close();
  copyFileSync(`${path}.backup`, path);
  const restored = openState(folder.path, clock);
  expect(restored.epoch.renewedBecause).toMatch(/restored/);
  expect(restored.epoch.current()).not.toBe(epoch);
  expect(restored.log.head()).toBe(0);
  restored.close();
});

test('only one agent serves a folder', () => {
  const release = lockForServing(folder.path);
  expect(() => lockForServing(folder.path)).toThrow(/Another agent/);
  release();
  lockForServing(folder.path)();
});

test('the log numbers without gaps, forgets by age and count, and keeps what must be kept', () => {
  const state = openState(folder.path, clock);
  const { log } = state;
  expect([log.tail(), log.head()]).toEqual([1, 0]);
  state.transaction(() => log.append(Array.from({ length: 100 }, (_, n) => removed(n))));
  now += 1_000;
  state.transaction(() => log.append([removed(100)]));
  expect([log.tail(), log.head()]).toEqual([1, 101]);
  expect(log.read(seq(99), 10).map((row) => row.seq)).toEqual([100, 101]);
  const none = epochMs(0);
  log.trim({ before: none, maxRows: 50, keepAfter: seq(10) });
  expect(log.tail()).toBe(11);
  log.trim({ before: none, maxRows: 50, keepAfter: seq(1_000) });
  expect(log.tail()).toBe(52);
  log.trim({ before: clock(), maxRows: 50, keepAfter: seq(1_000) });
  expect(log.tail()).toBe(101);
  now += 1;
  log.trim({ before: clock(), maxRows: 50, keepAfter: seq(1_000) });
  expect([log.tail(), log.head()]).toEqual([102, 101]);
  state.transaction(() => log.append([removed(1)]));
  expect(log.head()).toBe(102);
  state.close();
});

test('a transaction that fails numbers nothing', () => {
  const state = openState(folder.path, clock);
  expect(() =>
    state.transaction(() => {
      state.log.append([removed(1)]);
      throw new Error('no');
    }),
  ).toThrow('no');
  expect(state.log.head()).toBe(0);
  state.close();
});

test('who sees what', () => {
  const all = new Set(['sessions', 'audit', 'accounts'] as const);
  const opened = { kind: 'session.opened', account: 'ben', via: 'ann' };
  const audit = { kind: 'audit', account: 'ben', via: null };
  const account = { kind: 'account.upserted', account: 'ann', via: null };
  const reader = viewerOf(['sessions:read'], ['ben']);
  const auditor = viewerOf(['audit:read'], []);
  const own = viewerOf(['sessions:own', 'audit:read', 'sessions:read'], ['ann']);
  const nobody = viewerOf(['rules:write', 'sessions:revoke-all'], ['ann']);
  const visible = (viewer: typeof reader) =>
    [opened, audit, account].map((change) => isVisible(change, viewer, all));
  expect(visible(reader)).toEqual([true, false, true]);
  expect(visible(auditor)).toEqual([false, true, false]);
  expect(visible(own)).toEqual([true, false, true]);
  expect(visible(nobody)).toEqual([false, false, false]);
  expect(isVisible(opened, reader, new Set(['audit']))).toBe(false);
});

test('batches end at the count and at 256 KiB, and pass over what is not for the viewer', () => {
  const state = openState(folder.path, clock);
  const want = new Set(['accounts'] as const);
  state.transaction(() =>
    state.log.append(Array.from({ length: 10 }, (_, n) => removed(n, n === 9 ? 'ann' : 'ben'))),
  );
  const full = viewerOf(['sessions:read'], []);
  expect(readBatch(state.log, seq(0), full, want, 4)).toMatchObject({
    to: 4,
    items: [{ seq: 1 }, { seq: 2 }, { seq: 3 }, { seq: 4 }],
  });
  expect(readBatch(state.log, seq(10), full, want, 4)).toBeNull();
  expect(readBatch(state.log, seq(0), viewerOf(['sessions:own'], ['ann']), want, 4)).toMatchObject({
    to: 10,
    items: [{ seq: 10 }],
  });
  const event = {
    id: 'e',
    at: clock(),
    recordedAt: clock(),
    action: 'other',
    outcome: 'success',
    account: null,
    message: 'x'.repeat(4_000),
  };
  const large = {
    change: { at: clock(), kind: 'audit' as const, event: event as never },
    account: null,
    via: null,
  };
  state.transaction(() => state.log.append(Array.from({ length: 200 }, () => large)));
  const batch = readBatch(state.log, seq(10), viewerOf(['audit:read'], []), new Set(['audit'] as const), 500);
  expect(Buffer.byteLength(JSON.stringify(batch?.items))).toBeLessThanOrEqual(256 * 1024);
  expect(batch?.items.length).toBeGreaterThan(50);
  expect(batch?.to).toBe(10 + (batch?.items.length ?? 0));
  state.close();
});

test('tokens: shown once, kept as a hash, valid until revoked or expired', () => {
  const state = openState(folder.path, clock);
  const { token, text } = state.tokens.create({
    operator: OperatorId.parse('ann'),
    name: 'Ann',
    scopes: ['sessions:read'],
    accounts: [],
    expiresAt: epochMs(now + 1_000),
  });
  expect(state.tokens.verify(text)).toMatchObject({ id: token.id, operator: 'ann' });
  expect(state.tokens.verify(`${text}x`)).toBeNull();
  expect(state.tokens.verify(text.replace(token.id, '0000000000'))).toBeNull();
  expect(JSON.stringify(state.db.prepare('SELECT * FROM tokens').all())).not.toContain(text.slice(-20));
  now += 1_000;
  expect(state.tokens.verify(text)).toBeNull();
  now -= 1_000;
  expect(state.tokens.revoke(token.id)).toBe(true);
  expect(state.tokens.revoke(token.id)).toBe(false);
  expect(state.tokens.verify(text)).toBeNull();
  state.close();
});

test('history pages by (at, id) without losing or repeating events of the same time', () => {
  const state = openState(folder.path, clock);
  for (let n = 0; n < 25; n++) {
    const event = {
      id: `e${String(n).padStart(2, '0')}`,
      at: 1_000 + Math.floor(n / 10),
      recordedAt: 1,
      action: 'login',
      outcome: 'success',
      account: null,
    };
    expect(state.audit.insert(event as never, { account: n % 5 === 0 ? 'ann' : null, via: null })).toBe(true);
    expect(state.audit.insert(event as never, { account: null, via: null })).toBe(false);
  }
  const read = (viewer: typeof EVERYTHING) => {
    const seen: string[] = [];
    let before: { at: number; id: string } | null = null;
    for (;;) {
      const page = state.audit.page({ since: null, until: null, before, limit: 7 }, viewer);
      seen.push(...page.map(({ id }) => id));
      const last = page.at(-1);
      if (last === undefined) return seen;
      before = last;
    }
  };
  expect(read(EVERYTHING)).toEqual(
    Array.from({ length: 25 }, (_, n) => `e${String(24 - n).padStart(2, '0')}`),
  );
  expect(read(viewerOf(['sessions:own'], ['ann']))).toEqual(['e20', 'e15', 'e10', 'e05', 'e00']);
  expect(
    state.audit.page({ since: epochMs(1_001), until: epochMs(1_002), before: null, limit: 100 }, EVERYTHING)
      .length,
  ).toBe(10);
  state.close();
});
