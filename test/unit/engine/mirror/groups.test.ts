import { afterAll, expect, test } from 'vitest';
import { GROUPINGS } from '#shared/ipc/session-groupings.ts';
import { ENGINE_METHODS, type SessionFilter } from '#shared/ipc/engine-contract.ts';
import type { SessionRow } from '#shared/ipc/views.ts';
import type { SessionGroups } from '#shared/ipc/desk-contract.ts';
import { epochMs } from '#shared/domain/units.ts';
import { sessionGroups } from '#engine/mirror/ask-groups.ts';
import { sessionsPage } from '#engine/mirror/ask-sessions.ts';
import { ask } from '#test/support/ask.ts';
import { NOW, randomWorld } from '../search/random-world.ts';

const { world } = await randomWorld(7, { sessions: 120, events: 0 });
afterAll(() => {
  world.close();
});
const pageOf = (filter: SessionFilter): readonly SessionRow[] =>
  ask(
    sessionsPage(
      world.db,
      ENGINE_METHODS['sessions.page'].request.parse({
        filter,
        sort: { by: 'openedAt', descending: false },
        offset: 0,
        limit: 1_000,
      }),
      epochMs(NOW),
    ),
  ).rows;
const groupsOf = (filter: SessionFilter, by: (typeof GROUPINGS)[number], limit = 5_000): SessionGroups =>
  ask(
    sessionGroups(
      world.db,
      ENGINE_METHODS['sessions.groups'].request.parse({ filter, by, limit }),
      epochMs(NOW),
    ),
  );

/** What a row is grouped by, read off the row itself. */
const VALUE: Readonly<Record<(typeof GROUPINGS)[number], (row: SessionRow) => string | null>> = {
  person: (row) => (row.account === null ? null : `${row.connection}/${row.account.id}`),
  address: (row) => row.ip,
  network: (row) =>
    row.network === null
      ? null
      : row.network.asn === null
        ? row.network.organisation
        : `AS${String(row.network.asn)}`,
  country: (row) => row.place?.country ?? null,
  device: (row) => row.device?.key ?? null,
  environment: (row) => row.connection,
};
const FILTERS: readonly SessionFilter[] = [
  {},
  { state: 'ended' },
  { state: 'all' },
  { state: 'all', search: 'role:editor' },
  { at: NOW - 3_600_000 * 5 },
  { at: NOW, since: NOW - 3_600_000 * 5 },
];

for (const by of GROUPINGS) {
  test(`groups by ${by} hold every session of the list once, and a group lists exactly its own`, () => {
    for (const filter of FILTERS) {
      const rows = pageOf(filter);
      const wanted = new Map<string | null, SessionRow[]>();
      for (const row of rows) {
        const value = VALUE[by](row);
        wanted.set(value, [...(wanted.get(value) ?? []), row]);
      }
      const { groups, total, sessions } = groupsOf(filter, by);
      expect(sessions).toBe(rows.length);
      expect(total).toBe(wanted.size);
      expect(new Map(groups.map(({ key, sessions: count }) => [key, count]))).toEqual(
        new Map([...wanted].map(([key, some]) => [key, some.length])),
      );
      for (const { key, people, sample } of groups) {
        const own = wanted.get(key) ?? [];
        expect(people).toBe(
          new Set(own.flatMap(({ account }) => (account === null ? [] : [account.id]))).size,
        );
        expect(own.map(({ id }) => id)).toContain(sample.id);
        const listed = pageOf({ ...filter, group: { by, key } });
        expect(listed.map(({ id }) => id).sort()).toEqual(own.map(({ id }) => id).sort());
      }
    }
  });
}

test('the largest groups come first, and what is left out is still counted', () => {
  const all = groupsOf({ state: 'all' }, 'person');
  const counts = all.groups.map(({ sessions }) => sessions);
  expect(counts).toEqual(counts.toSorted((a, b) => b - a));
  const two = groupsOf({ state: 'all' }, 'person', 2);
  expect(two.groups).toEqual(all.groups.slice(0, 2));
  expect([two.total, two.sessions]).toEqual([all.total, all.sessions]);
});

test('accounts that are joined are one group', () => {
  const accounts = world.db.prepare('SELECT key FROM account ORDER BY key LIMIT 2').pluck().all().map(Number);
  const before = groupsOf({ state: 'all' }, 'person');
  world.db.prepare('DELETE FROM identity').run();
  for (const account of accounts)
    world.db.prepare('INSERT INTO identity VALUES (?, ?)').run(account, accounts[0]);
  const after = groupsOf({ state: 'all' }, 'person');
  expect(after.total).toBe(before.total - 1);
  expect(after.sessions).toBe(before.sessions);
  const [first] = accounts;
  const id = world.db.prepare('SELECT id FROM account WHERE key = ?').pluck().get(first);
  const joined = after.groups.find(({ key }) => key?.endsWith(`/${String(id)}`));
  expect(joined).toBeDefined();
  const listed = pageOf({ state: 'all', group: { by: 'person', key: joined?.key ?? null } });
  expect(listed).toHaveLength(joined?.sessions ?? 0);
  expect(joined?.people).toBe(1);
});
