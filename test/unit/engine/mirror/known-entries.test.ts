import { expect, test } from 'vitest';
import { epochMs } from '#shared/domain/units.ts';
import { openReadable, transaction } from '#engine/mirror/database.ts';
import { mirrorFile } from '#engine/mirror/open.ts';
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
