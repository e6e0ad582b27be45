import fc from 'fast-check';
import { expect, test } from 'vitest';
import { AccountId } from '#shared/domain/ids.ts';
import { epochMs } from '#shared/domain/units.ts';
import { placeCell } from '#shared/domain/place-cell.ts';
import { ENGINE_METHODS } from '#shared/ipc/engine-contract.ts';
import { NO_PLACE } from '#shared/ipc/watch-views.ts';
import type { Change } from '#shared/protocol/changes.ts';
import { sessionsPage } from '#engine/mirror/ask-sessions.ts';
import { figures } from '#engine/mirror/ask-figures.ts';
import { mapChanges, mapTravel, timeline, type Touched } from '#engine/mirror/ask-watch.ts';
import {
  audited,
  changesToWrite,
  closed,
  fakeEvent,
  fakeSession,
  opened,
  updated,
} from '#test/support/fake-agent/fake-records.ts';
import { ask } from '#test/support/ask.ts';
import { ingestWorld, type IngestWorld } from '../ingest/world.ts';

const NOW = epochMs(100_000_000);
const BERLIN = '91.1.1.1';
const US = '8.8.8.8';

let told = 0;
async function fill(world: IngestWorld, changes: readonly Change[]): Promise<void> {
  const result = await world.ingest.changes(
    world.who,
    changesToWrite(changes, 1, { view: `v${String((told += 1))}` }),
    () => true,
  );
  expect(result.is).toBe('committed');
}
const session = (id: string, from: number | null, ip: string | null, seen: number | null = from) =>
  fakeSession(id, {
    account: { id: 'ann', name: 'ann' },
    opened: { at: from, ip, userAgent: null },
    last: { at: seen, ip, userAgent: null },
  });
const filterOf = (filter: object) =>
  ENGINE_METHODS['map.changes'].request.parse({ filter, since: null }).filter;
const points = (world: IngestWorld, filter: object = {}, touched: Touched | null = null) => {
  const { keys, place, places, gone, whole } = ask(
    mapChanges(world.db, { filter: filterOf(filter), touched, revision: 7 }),
  );
  const name = world.db.prepare('SELECT id FROM handle WHERE key = ?').pluck();
  return {
    whole,
    at: Object.fromEntries(
      [...keys].map((key, index) => [
        String(name.get(key)),
        place[index] === NO_PLACE ? null : places.label[place[index] ?? 0],
      ]),
    ),
    gone: [...gone].map((key) => String(name.get(key))),
  };
};
const pageIds = (world: IngestWorld, filter: object): string[] =>
  ask(
    sessionsPage(
      world.db,
      ENGINE_METHODS['sessions.page'].request.parse({
        filter,
        sort: { by: 'openedAt', descending: false },
        offset: 0,
        limit: 1_000,
      }),
      NOW,
    ),
  ).rows.map(({ id }) => id as string);

test('the map has every session that fits, placed or not; then only those that were touched, and who has gone', async () => {
  const world = ingestWorld();
  await fill(world, [
    opened(1, session('us', 1_000, US)),
    opened(2, session('de', 2_000, BERLIN)),
    opened(3, session('nowhere', 3_000, null)),
  ]);
  expect(points(world)).toEqual({
    whole: true,
    at: { us: 'Mountain View, US', de: 'Berlin, DE', nowhere: null },
    gone: [],
  });
  await fill(world, [closed(1, 'us', 'logout'), updated(2, session('de', 2_000, US))]);
  const key = world.who.key;
  expect(
    points(world, {}, [
      [key, 'us'],
      [key, 'de'],
      [key, 'never heard of'],
    ]),
  ).toEqual({ whole: false, at: { de: 'Mountain View, US' }, gone: ['us'] });
  expect(points(world, {}, []).at).toEqual({});
  const [cell] = ask(mapChanges(world.db, { filter: filterOf({}), touched: null, revision: 1 })).places.cell;
  expect(pageIds(world, { places: [cell ?? 0] })).toEqual(['de']);
  expect(pageIds(world, { places: [placeCell(1, 1)] })).toEqual([]);
});

test('a past instant shows who was open then, where they had been seen by then, and not what came later', async () => {
  const world = ingestWorld();
  await fill(world, [
    opened(1, session('mover', 1_000, BERLIN)),
    opened(2, session('early', 2_000, US)),
    opened(3, session('late', 50_000, US)),
  ]);
  await fill(world, [updated(1, session('mover', 1_000, US, 40_000)), closed(2, 'early', 'logout', 30_000)]);
  expect(points(world, { at: 10_000 }).at).toEqual({ mover: 'Berlin, DE', early: 'Mountain View, US' });
  expect(points(world, { at: 45_000 }).at).toEqual({ mover: 'Mountain View, US' });
  expect(points(world, { at: 500 }).at).toEqual({});
  expect(Object.keys(points(world, { since: 25_000, at: 45_000 }).at).sort()).toEqual(['early', 'mover']);
  const page = ask(
    sessionsPage(
      world.db,
      ENGINE_METHODS['sessions.page'].request.parse({
        filter: { at: 10_000 },
        sort: { by: 'openedAt', descending: false },
        offset: 0,
        limit: 10,
      }),
      NOW,
    ),
  );
  expect(page.asOf).toBe(10_000);
  expect(page.rows.map(({ id, ip, endedAt, lastSeenAt }) => [id, ip, endedAt, lastSeenAt])).toEqual([
    ['mover', BERLIN, null, null],
    ['early', US, null, 2_000],
  ]);
  expect(ask(figures(world.db, { at: 10_000 }, NOW))).toMatchObject({ at: 10_000, sessions: 2, accounts: 1 });
});

test('who was open at an instant is the same as looking at every session, whatever their lengths', async () => {
  const world = ingestWorld();
  const lives = Array.from({ length: 120 }, (_, index) => ({
    id: `s${String(index)}`,
    from: (index * 7_919) % 90_000,
    length: [1, 900, 1_000, 1_999, 2_048, 30_000, 65_536, 89_000][index % 8] ?? 1,
    ended: index % 5 !== 0,
  }));
  await fill(world, [
    ...lives.map(({ id, from }, index) => opened(index + 1, session(id, from, US))),
    ...lives
      .filter(({ ended }) => ended)
      .map(({ id, from, length }, index) => closed(lives.length + index + 1, id, 'logout', from + length)),
  ]);
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 200_000 }), (at) => {
      const expected = lives
        .filter(({ from, length, ended }) => from <= at && (!ended || from + length > at))
        .map(({ id }) => id);
      expect(pageIds(world, { at }).sort()).toEqual(expected.sort());
    }),
    { numRuns: 60 },
  );
});

test('a way joins what was seen at one place, and leaves out what lies outside the period', async () => {
  const world = ingestWorld();
  await fill(world, [
    opened(1, session('a', 1_000, BERLIN)),
    opened(2, session('b', 2_000, BERLIN)),
    opened(3, session('c', 9_000, US)),
    opened(4, session('d', 12_000, BERLIN)),
  ]);
  const travel = (from: number, to: number) =>
    ask(
      mapTravel(world.db, {
        connection: world.who.id,
        account: AccountId.parse('ann'),
        from,
        to,
      }),
    ).map(({ label, from: since }) => [label, since]);
  expect(travel(0, 100_000)).toEqual([
    ['Berlin, DE', 1_000],
    ['Mountain View, US', 9_000],
    ['Berlin, DE', 12_000],
  ]);
  expect(travel(1_500, 10_000)).toEqual([
    ['Berlin, DE', 2_000],
    ['Mountain View, US', 9_000],
  ]);
});

test('the time bar counts sign-ins and failures in their steps', async () => {
  const world = ingestWorld();
  const at = (minute: number, outcome: 'success' | 'failure', id: string) =>
    fakeEvent(id, { at: minute * 60_000, action: 'login', outcome });
  await fill(world, [
    audited(1, at(10, 'success', 'a')),
    audited(2, at(14, 'success', 'b')),
    audited(3, at(15, 'failure', 'c')),
    audited(4, at(29, 'success', 'd')),
    audited(5, at(40, 'success', 'e')),
  ]);
  const asked = { from: 600_000, stepMs: 300_000, steps: 4 };
  const found = ask(timeline(world.db, asked));
  expect(found.signIns).toEqual([2, 0, 0, 1]);
  expect(found.failures).toEqual([0, 1, 0, 0]);
  expect(found.oldest).toBe(600_000);
});
