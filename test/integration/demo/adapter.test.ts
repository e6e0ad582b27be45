import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { StoredSession } from '#agent/stores/store-adapter.ts';
import { StoreError, storeKey } from '#agent/stores/store-adapter.ts';
import { Writer } from '#agent/stores/demo/writer.ts';
import { AccountId } from '#shared/domain/ids.ts';
import { PostureCheck } from '#shared/protocol/posture.ts';
import {
  HandClock,
  START,
  accountsOf,
  count,
  demoStoreIn,
  follow,
  keysOf,
  list,
  never,
  openBeside,
  temporaryFolder,
} from './demo-folder.ts';

const HOUR = 3_600_000;

async function quietStore(over: Record<string, unknown> = {}) {
  const dir = temporaryFolder();
  const clock = new HandClock();
  const store = demoStoreIn(dir, { rate: 0, ...over }, { clock: clock.read });
  const description = await store.open(never);
  return { dir, clock, store, description, db: openBeside(dir) };
}

const first = (sessions: readonly StoredSession[]): StoredSession => {
  const [session] = sessions;
  if (session === undefined) throw new Error('no session is live');
  return session;
};

test('lists exactly the live rows, as they are in the table', async () => {
  const { store, db, description, clock } = await quietStore();
  expect(description.kind).toBe('demo');
  const { sessions } = await list(store);
  expect(sessions.length).toBeGreaterThan(10);
  expect(sessions).toHaveLength(count(db, `sessions WHERE expires_at > ${String(clock.at)}`));
  expect(new Set(sessions.map((session) => session.key))).toEqual(await keysOf(store));
  for (const session of sessions) {
    expect(session.account?.name).toMatch(/^[a-z]/);
    expect(session.opened.at).toBeLessThanOrEqual(START);
    expect(session.opened.userAgent).not.toBeNull();
    expect(session.expiresAt).toBeGreaterThan(START);
  }
  const marks = new Set(sessions.flatMap((session) => session.marks));
  expect(marks).toContain('remember-me');
  expect(marks).toContain('mfa');
});

test('pages hold many sessions without losing or repeating any', async () => {
  const { store, db } = await quietStore({ preset: 'shop', people: 1_500, historyDays: 1 });
  const sizes: number[] = [];
  const keys: string[] = [];
  await store.sessions(
    null,
    (page) => {
      sizes.push(page.length);
      keys.push(...page.map((session) => session.key));
      return Promise.resolve();
    },
    never,
  );
  expect(sizes.length).toBeGreaterThan(1);
  expect(Math.max(...sizes)).toBeLessThanOrEqual(500);
  expect(new Set(keys).size).toBe(keys.length);
  expect(keys).toHaveLength(count(db, 'sessions'));
  expect(await accountsOf(store)).toHaveLength(count(db, 'users'));
});

test('with a cursor only what changed since is listed, and a glance tells whether to look', async () => {
  const { store, clock, db } = await quietStore();
  const { sessions, cursor } = await list(store);
  const glance = await store.glance(never);
  expect(await store.glance(never)).toBe(glance);
  expect((await list(store, cursor)).sessions).toEqual([]);
  store.setRate(40);
  clock.at += 5_000;
  await expect.poll(() => store.glance(never), { timeout: 10_000 }).not.toBe(glance);
  store.setRate(0);
  const changed = await list(store, cursor);
  expect(changed.sessions.length).toBeGreaterThan(0);
  const before = new Map(sessions.map((session) => [session.key, session]));
  for (const session of changed.sessions) expect(session).not.toEqual(before.get(session.key));
  const now = await list(store);
  const changedKeys = new Set(changed.sessions.map((session) => session.key));
  for (const session of now.sessions)
    if (!changedKeys.has(session.key)) expect(session).toEqual(before.get(session.key));
  expect(now.sessions).toHaveLength(count(db, `sessions WHERE expires_at > ${String(clock.at)}`));
});

test('a cursor of another database, or nonsense, means reading everything', async () => {
  const { store } = await quietStore();
  const other = await quietStore({ seed: 4 });
  const foreign = (await list(other.store)).cursor;
  const all = (await list(store)).sessions.length;
  expect((await list(store, foreign)).sessions).toHaveLength(all);
  expect((await list(store, 'nonsense' as typeof foreign)).sessions).toHaveLength(all);
});

test('ending a session deletes its row and nothing else; a second time it is already gone', async () => {
  const { store, db } = await quietStore();
  const { sessions } = await list(store);
  const glance = await store.glance(never);
  const target = first(sessions);
  const account = target.account?.id ?? null;
  const answer = await store.end(
    [
      { key: target.key, account },
      { key: storeKey('f'.repeat(32)), account: null },
    ],
    'sessions',
    never,
  );
  expect(answer).toEqual([{ outcome: 'ended' }, { outcome: 'already-gone' }]);
  expect(db.prepare('SELECT 1 FROM sessions WHERE id = ?').get(target.key)).toBeUndefined();
  expect(count(db, 'sessions')).toBe(sessions.length - 1);
  expect(await store.glance(never)).not.toBe(glance);
  expect(await keysOf(store)).not.toContain(target.key);
  expect(await store.lookUp([target.key], never)).toEqual([]);
  expect(await store.end([{ key: target.key, account }], 'sessions', never)).toEqual([
    { outcome: 'already-gone' },
  ]);
});

test('remember-me survives the end of a session and not that of an account', async () => {
  const { store, db } = await quietStore();
  const remembered = (await list(store)).sessions.find(
    (session) => session.marks.includes('remember-me') && session.account !== null,
  );
  const account = remembered?.account?.id;
  if (remembered === undefined || account === undefined) throw new Error('nobody is remembered');
  const tokens = (): number => count(db, `remember_tokens WHERE user_id = ${account}`);
  const all = count(db, 'remember_tokens');
  const had = tokens();
  expect(had).toBeGreaterThan(0);
  await store.end([{ key: remembered.key, account }], 'sessions', never);
  expect(tokens()).toBe(had);
  await store.end([{ key: remembered.key, account }], 'accounts', never);
  expect(tokens()).toBe(0);
  expect(count(db, 'remember_tokens')).toBe(all - had);
});

test('thousands are ended with one answer each, in order', async () => {
  const { store, db } = await quietStore({ preset: 'shop', people: 1_200, historyDays: 1 });
  const { sessions } = await list(store);
  const targets = sessions.map((session) => ({ key: session.key, account: session.account?.id ?? null }));
  targets.splice(3, 0, { key: storeKey('0'.repeat(32)), account: null });
  const answers = await store.end(targets, 'accounts', never);
  expect(answers).toHaveLength(targets.length);
  expect(answers.flatMap((answer, index) => (answer.outcome === 'already-gone' ? [index] : []))).toEqual([3]);
  expect(count(db, 'sessions')).toBe(0);
});

test('expired rows that wait for collection are not live, and a glance notices the hour', async () => {
  const { store, clock, db } = await quietStore();
  const glance = await store.glance(never);
  clock.at += 24 * HOUR + 1;
  expect(await store.glance(never)).not.toBe(glance);
  const { sessions } = await list(store);
  expect(sessions.length).toBeLessThan(count(db, 'sessions'));
  expect(sessions.every((session) => (session.expiresAt ?? 0) > clock.at)).toBe(true);
  expect(await keysOf(store)).toEqual(new Set(sessions.map((session) => session.key)));
  const expired = db.prepare('SELECT id FROM sessions WHERE expires_at <= ?').pluck().get(clock.at);
  expect(await store.end([{ key: storeKey(String(expired)), account: null }], 'sessions', never)).toEqual([
    { outcome: 'already-gone' },
  ]);
});

test('accounts carry roles, status and something that changes with the password', async () => {
  const { store, db } = await quietStore();
  const accounts = await accountsOf(store);
  expect(accounts).toHaveLength(count(db, 'users'));
  expect(new Set(accounts.flatMap((account) => account.roles))).toContain('administrator');
  const credentials = accounts.map((account) => account.credential);
  expect(new Set(credentials).size).toBe(accounts.length);
});

test('blocking an account makes its sessions dead at once, unblocking brings them back', async () => {
  const { store, db } = await quietStore();
  const target = first((await list(store)).sessions);
  const id = target.account?.id ?? AccountId.parse('0');
  await store.setBlocked?.([id], true, never);
  expect((await accountsOf(store)).find((account) => account.id === id)?.status).toBe('blocked');
  expect(await keysOf(store)).not.toContain(target.key);
  expect(await store.lookUp([target.key], never)).toEqual([]);
  expect(count(db, `sessions WHERE id = '${target.key}'`)).toBe(1);
  await store.setBlocked?.([id], false, never);
  expect(await keysOf(store)).toContain(target.key);
});

test('the log is read in order, in pages, each row once', async () => {
  const { store, db } = await quietStore();
  const small = await follow(store, null, 37);
  expect(small.events).toHaveLength(count(db, 'audit_log'));
  expect(new Set(small.events.map((event) => event.id)).size).toBe(small.events.length);
  expect(small.events.map((event) => event.at)).toEqual(
    small.events.map((event) => event.at).sort((a, b) => a - b),
  );
  expect(small.cleared).toBe(0);
  const rest = await follow(store, small.cursor);
  expect(rest.events).toEqual([]);
  expect(rest.cleared).toBe(0);
  db.prepare(
    "INSERT INTO audit_log (at, action, outcome, user_name) VALUES (?, 'login', 'failure', 'nobody')",
  ).run(START);
  expect((await follow(store, rest.cursor)).events.map((event) => event.account)).toEqual([
    { name: 'nobody' },
  ]);
});

const add = "INSERT INTO audit_log (at, action, outcome, user_name) VALUES (?, 'login', 'failure', ?)";

test.each([
  ['emptied', (db: ReturnType<typeof openBeside>) => db.exec('DELETE FROM audit_log'), 0],
  [
    'emptied and written to again',
    (db: ReturnType<typeof openBeside>) => {
      db.exec('DELETE FROM audit_log');
      db.prepare(add).run(START + 1, 'x');
      db.prepare(add).run(START + 2, 'y');
    },
    2,
  ],
  [
    'numbered anew beyond the cursor',
    (db: ReturnType<typeof openBeside>) => {
      const rows = count(db, 'audit_log');
      db.exec("DELETE FROM audit_log; DELETE FROM sqlite_sequence WHERE name = 'audit_log'");
      for (let i = 0; i < rows + 3; i += 1) db.prepare(add).run(START + 1_000 + i, 'z');
      return rows;
    },
    null,
  ],
] as const)('a log that was %s is noticed and read from its beginning', async (_what, change, expected) => {
  const { store, db } = await quietStore();
  const before = await follow(store);
  change(db);
  const after = await follow(store, before.cursor);
  expect(after.cleared).toBe(1);
  expect(after.events).toHaveLength(expected ?? count(db, 'audit_log'));
  const ids = new Set(before.events.map((event) => event.id));
  expect(after.events.filter((event) => ids.has(event.id))).toEqual([]);
  expect((await follow(store, after.cursor)).cleared).toBe(0);
});

test('old rows that are trimmed behind the reader are no emptied log', async () => {
  const { store, db } = await quietStore();
  const page = await store.events?.(null, 50, never);
  const rows = count(db, 'audit_log');
  const trim = (to: number): void => new Writer(db).trimLog(0, rows - to);
  trim(20);
  expect(count(db, 'audit_log')).toBe(rows - 20);
  expect((await store.events?.(page?.cursor ?? null, 10, never))?.cleared).toBe(false);
  trim(60);
  expect((await store.events?.(page?.cursor ?? null, 10, never))?.cleared).toBe(false);
});

test('nothing that could be replayed is in a record, but for the key itself and the credential', async () => {
  const { store, db } = await quietStore({ preset: 'shop', people: 120, historyDays: 4 });
  const { sessions } = await list(store);
  const { events } = await follow(store);
  const accounts = await accountsOf(store);
  const secrets = new Set(
    [
      ...db.prepare('SELECT id FROM sessions').pluck().all(),
      ...db.prepare('SELECT session_id FROM audit_log WHERE session_id IS NOT NULL').pluck().all(),
      ...db.prepare('SELECT id FROM remember_tokens').pluck().all(),
      ...db.prepare('SELECT password_hash FROM users').pluck().all(),
    ].map(String),
  );
  const exposed = [
    ...sessions.map(({ key: _key, replaces: _replaces, ...rest }) => rest),
    ...events.map(({ sessionKey: _key, ...rest }) => rest),
    ...accounts.map(({ credential: _credential, ...rest }) => rest),
    ...((await store.posture?.(never)) ?? []),
    await list(store).then(({ cursor }) => cursor),
    await follow(store).then(({ cursor }) => cursor),
    await store.glance(never),
  ]
    .map((record) => JSON.stringify(record))
    .join('\n');
  // Every run of characters that is as long as the shortest secret.
  const found = (exposed.match(/[0-9a-f]{32,}/g) ?? []).filter((text) => secrets.has(text));
  expect(found).toEqual([]);
  expect(exposed).not.toContain('$argon2id$');
  expect([...secrets].every((secret) => secret.length >= 32)).toBe(true);
});

test('posture is made of well-formed checks, and tells the weak from the strong', async () => {
  const { store, db } = await quietStore();
  const checks = (await store.posture?.(never)) ?? [];
  for (const check of checks) expect(PostureCheck.parse(check)).toEqual(check);
  const status = (id: string): string | undefined => checks.find((check) => check.id === id)?.status;
  expect(status('cookie.same-site')).toBe('warn');
  expect(status('identifier.entropy')).toBe('pass');
  expect(status('password.ends-sessions')).not.toBe('fail');
  db.exec("UPDATE sessions SET id = 'session-' || printf('%04d', rowid)");
  const weak = (await store.posture?.(never)) ?? [];
  expect(weak.find((check) => check.id === 'identifier.entropy')?.status).toBe('fail');
});

test('what cannot be used says why: no file, a stranger’s file, damage, the future, a missing table, closed, removed', async () => {
  const empty = temporaryFolder();
  await expect(demoStoreIn(empty, { simulate: false }).open(never)).rejects.toThrow(StoreError);
  writeFileSync(join(empty, 'store.db'), 'this is no database, however long it may be. '.repeat(100));
  await expect(demoStoreIn(empty).open(never)).rejects.toMatchObject({ kind: 'unreadable' });
  const stranger = temporaryFolder();
  openBeside(stranger).exec('CREATE TABLE cats (name TEXT)');
  await expect(demoStoreIn(stranger).open(never)).rejects.toMatchObject({
    kind: 'misconfigured',
    message: expect.stringContaining('not a demo store') as string,
  });
  const { dir, store, db } = await quietStore();
  const glance = await store.glance(never);
  await store.close();
  await expect(store.glance(never)).rejects.toMatchObject({ kind: 'unavailable' });
  await store.open(never);
  expect(await store.glance(never)).not.toBe(glance);
  db.pragma('user_version = 99');
  await store.close();
  await expect(store.open(never)).rejects.toMatchObject({
    kind: 'misconfigured',
    message: expect.stringContaining('schema version 99') as string,
  });
  db.pragma('user_version = 1');
  await store.open(never);
  db.exec('ALTER TABLE sessions RENAME TO gone');
  await expect(list(store)).rejects.toMatchObject({ kind: 'misconfigured' });
  rmSync(join(dir, 'store.db'));
  await expect(store.glance(never)).rejects.toMatchObject({ kind: 'unavailable' });
});

test('an aborted start leaves nothing half made', async () => {
  const dir = temporaryFolder();
  const store = demoStoreIn(dir, { historyDays: 20 });
  const abort = new AbortController();
  const opening = store.open(abort.signal);
  abort.abort();
  await expect(opening).rejects.toThrow();
  const db = openBeside(dir);
  expect(count(db, 'audit_log') + count(db, 'users') + count(db, 'sessions')).toBe(0);
  await store.open(never);
  expect(count(db, 'audit_log')).toBeGreaterThan(100);
});
