import { expect, test } from 'vitest';
import { epochMs } from '#shared/domain/units.ts';
import { ENGINE_METHODS } from '#shared/ipc/engine-contract.ts';
import { sessionsPage } from '#engine/mirror/ask-sessions.ts';
import { transaction } from '#engine/mirror/database.ts';
import { queryAt, queryDifference } from '#engine/mirror/search/ask-pages.ts';
import { fakeAccount, fakeSession } from '#test/support/fake-agent/fake-records.ts';
import { ask } from '#test/support/ask.ts';
import { ingestWorld, type IngestWorld } from '../ingest/world.ts';

const NOW = epochMs(100_000);

/** Ann became an administrator at 2,000 and was renamed and demoted at 3,000; her session at 1,000 was nobody's at first. */
function promoted(): IngestWorld {
  const world = ingestWorld();
  const { db, writer, who } = world;
  const account = (at: number, over: Parameters<typeof fakeAccount>[1]): void => {
    writer.accounts.upsert(who.key, fakeAccount('ann', over), at);
  };
  const session = (at: number, over: Parameters<typeof fakeSession>[1]): void => {
    writer.sessions.upsert(
      who.key,
      fakeSession('one', {
        opened: { at: 1_000, ip: null, userAgent: null },
        last: { at, ip: null, userAgent: null },
        ...over,
      }),
      at,
      'v',
    );
  };
  transaction(db, () => {
    account(1_200, { name: 'ann', roles: ['editor'] });
    session(1_000, { account: null, marks: ['anonymous'] });
    session(1_500, { account: { id: 'ann', name: 'ann' }, marks: [] });
    account(2_000, { name: 'ann', roles: ['administrator'], privileged: true });
    account(3_000, { name: 'anne', roles: ['editor', 'reader'] });
    writer.flush();
  });
  return world;
}
const at = (world: IngestWorld, instant: number, search = '') =>
  ask(queryAt(world.db, ENGINE_METHODS['query.at'].request.parse({ at: instant, search }), NOW)).rows.map(
    ({ session }) => session,
  );
const page = (world: IngestWorld, instant: number, search: string) =>
  ask(
    sessionsPage(
      world.db,
      ENGINE_METHODS['sessions.page'].request.parse({
        filter: { state: 'all', at: instant, search },
        sort: { by: 'openedAt', descending: true },
        limit: 10,
      }),
      NOW,
    ),
  ).rows;

test('who was signed in at an instant is shown with the name, the roles and the marks of then', () => {
  const world = promoted();
  expect(at(world, 1_100)).toMatchObject([{ account: null, roles: [], marks: ['anonymous'] }]);
  expect(at(world, 1_700)).toMatchObject([
    { account: { name: 'ann' }, roles: ['editor'], privileged: false },
  ]);
  expect(at(world, 2_500)).toMatchObject([
    { account: { name: 'ann' }, roles: ['administrator'], privileged: true, marks: [] },
  ]);
  expect(at(world, 3_500)).toMatchObject([
    { account: { name: 'anne' }, roles: ['editor', 'reader'], privileged: false },
  ]);
  for (const instant of [1_100, 1_700, 2_500, 3_500])
    expect(page(world, instant, '')).toMatchObject(
      at(world, instant).map(({ account, roles, privileged, marks }) => ({
        account,
        roles,
        privileged,
        marks,
      })),
    );
});

test('a search at an instant looks at the roles of then', () => {
  const world = promoted();
  const found = (instant: number, search: string): readonly number[] => [
    at(world, instant, search).length,
    page(world, instant, search).length,
  ];
  expect(found(1_700, 'role:administrator')).toEqual([0, 0]);
  expect(found(2_500, 'role:administrator')).toEqual([1, 1]);
  expect(found(2_500, 'role:admin*')).toEqual([1, 1]);
  expect(found(3_500, 'role:administrator')).toEqual([0, 0]);
  expect(found(3_500, 'role:reader')).toEqual([1, 1]);
  expect(found(2_500, 'role:reader')).toEqual([0, 0]);
  expect(found(2_500, '-role:reader role:any')).toEqual([1, 1]);
  expect(found(2_500, 'role:none')).toEqual([0, 0]);
  expect(found(2_500, 'is:privileged')).toEqual([1, 1]);
  expect(found(3_500, 'is:privileged')).toEqual([0, 0]);
  expect(found(1_700, '-is:privileged')).toEqual([1, 1]);
  const difference = ask(
    queryDifference(
      world.db,
      ENGINE_METHODS['query.difference'].request.parse({
        from: 500,
        to: 2_500,
        search: 'role:administrator',
      }),
      NOW,
    ),
  );
  expect(difference.came).toHaveLength(1);
});
