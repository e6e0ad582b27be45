import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { epochMs } from '#shared/domain/units.ts';
import { openReadable, openWritable, transaction } from '#engine/mirror/database.ts';
import { migrate } from '#engine/mirror/migrate.ts';
import { MIGRATIONS } from '#engine/mirror/migrations/index.ts';
import { mirrorFile } from '#engine/mirror/mirror-file.ts';
import { knownEntries } from '#engine/mirror/known-entries.ts';
import { rowsOf } from '#engine/mirror/session-rows.ts';
import { fakeAccount, fakeSession } from '#test/support/fake-agent/fake-records.ts';
import { ingestWorld } from '../ingest/world.ts';

const NOW = epochMs(Date.UTC(2026, 2, 15, 12));

const OF_ALICE = {
  account: { id: '1', name: 'alice' },
  opened: { at: 1_000, ip: '8.8.8.8', userAgent: 'curl/8.4.0' },
};

test('a reader remembers what keys stand for until it changes, and not longer', () => {
  const world = ingestWorld();
  const write = (work: () => void): void => {
    transaction(world.db, () => {
      work();
      world.writer.flush();
    });
  };
  const alice = { name: 'alice', roles: ['editor'], privileged: false };
  write(() => {
    world.writer.accounts.upsert(world.who.key, fakeAccount('1', alice), NOW);
    world.writer.sessions.upsert(world.who.key, fakeSession('s1', OF_ALICE), NOW, 'v');
  });
  const reader = openReadable(mirrorFile(world.profile));
  const key = Number(reader.prepare('SELECT key FROM session').pluck().get());
  const shown = () => rowsOf(reader, [key], NOW)[0];
  expect(shown()).toMatchObject({ account: { name: 'alice' }, roles: ['editor'], privileged: false });
  const before = knownEntries(reader);

  // Another session changes no entry: everything is still remembered.
  write(() => {
    world.writer.sessions.upsert(world.who.key, fakeSession('s2', OF_ALICE), NOW, 'v');
  });
  expect(knownEntries(reader)).toBe(before);

  write(() => {
    const renamed = { ...alice, name: 'Alice B.', roles: ['administrator'], privileged: true };
    world.writer.accounts.upsert(world.who.key, fakeAccount('1', renamed), NOW);
  });
  expect(shown()).toMatchObject({
    account: { name: 'Alice B.' },
    roles: ['administrator'],
    privileged: true,
  });

  // Entries may be deleted and their keys used again.
  for (const table of ['address', 'device', 'word', 'account']) {
    const held = knownEntries(reader);
    write(() => {
      world.db.exec(`DELETE FROM ${table} WHERE key = (SELECT max(key) FROM ${table})`);
    });
    expect(knownEntries(reader), table).not.toBe(held);
  }
  reader.close();
});

test('the handle that writes remembers nothing that it may take back', () => {
  const world = ingestWorld();
  expect(() =>
    transaction(world.db, () => {
      world.writer.accounts.upsert(world.who.key, fakeAccount('1', { name: 'alice' }), NOW);
      expect(knownEntries(world.db).account(1)?.name).toBe('alice');
      throw new Error('taken back');
    }),
  ).toThrow('taken back');
  expect(knownEntries(world.db).account(1)).toBeNull();
});

test('a mirror of before comes along with its sessions, and an account that waits to be joined can be renamed', () => {
  const folder = mkdtempSync(join(tmpdir(), 'watchfloor-test-'));
  const old = openWritable(mirrorFile(folder));
  const own = MIGRATIONS.findIndex(({ name }) => name.endsWith('questions'));
  migrate(old, MIGRATIONS.slice(0, own));
  old.exec(`INSERT INTO account (key, connection, id, name, known, roles, status, privileged, service)
      VALUES (7, 1, 'a', 'alice', 1, '[]', 'active', 0, 0);
    INSERT INTO account_change VALUES (7, 1, 'Alice', '[]', 'active', 0, 0, 0);
    INSERT INTO word (key, text) VALUES (1, '[]'), (2, 'Login');
    INSERT INTO session (key, connection, account, opened_at, last_seen_at, ended_at, marks)
      VALUES (1, 1, 7, 10, 20, NULL, 1), (2, 1, 7, 10, 20, 30, 1), (3, 2, NULL, NULL, NULL, NULL, 1);`);
  const rename = `INSERT INTO account (connection, id, name, known, roles, status, privileged, service)
    VALUES (1, 'a', 'alicia', 1, '[]', 'active', 0, 0) ON CONFLICT (connection, id) DO UPDATE SET name = excluded.name`;
  // The fault of before, so that what mends it is seen to.
  expect(() => old.exec(rename)).toThrow(/identity_dirty/);
  migrate(old);
  old.exec(rename);
  const all = (sql: string): unknown => old.prepare(sql).raw().all();
  expect(all('SELECT account FROM identity_dirty')).toEqual([[7]]);
  expect(all('SELECT key FROM session INDEXED BY session_live WHERE ended_at IS NULL ORDER BY key')).toEqual([
    [1],
    [3],
  ]);
  expect(
    all(
      "SELECT account FROM account_change INDEXED BY account_change_name WHERE name = 'ALICE' COLLATE NOCASE",
    ),
  ).toEqual([[7]]);
  expect(all("SELECT key FROM word INDEXED BY word_same WHERE text = 'login' COLLATE NOCASE")).toEqual([[2]]);
  expect(all("SELECT value > 0 FROM constant WHERE name = 'dictionaries'")).toEqual([[1]]);
  old.close();
  rmSync(folder, { recursive: true });
});
