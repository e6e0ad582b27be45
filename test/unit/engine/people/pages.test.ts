import { expect, test } from 'vitest';
import { AccountId } from '#shared/domain/ids.ts';
import { DAY, epochMs, HOUR } from '#shared/domain/units.ts';
import { PEOPLE_METHODS } from '#shared/ipc/people-contract.ts';
import type { Change } from '#shared/protocol/changes.ts';
import { entityView } from '#engine/people/ask-entity.ts';
import { peoplePage } from '#engine/people/ask-people.ts';
import { personView } from '#engine/people/ask-person.ts';
import { settleStep } from '#engine/people/settle.ts';
import { audited, closed, fakeEvent, fakeSession, opened } from '#test/support/fake-agent/fake-records.ts';
import { ask } from '#test/support/ask.ts';
import { ingestWorld, type IngestWorld } from '../ingest/world.ts';

/** Wednesday 2026-11-18 12:00 UTC. */
const NOW = epochMs(Date.UTC(2026, 10, 18, 12));
const WINDOWS =
  'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0.0.0 Safari/537.36';

async function filled(): Promise<IngestWorld> {
  const world = ingestWorld();
  const anna = { id: 'a1', name: 'anna' };
  const bob = { id: 'b1', name: 'bob' };
  const seen = (hoursAgo: number, ip: string) => ({ at: NOW - hoursAgo * HOUR, ip, userAgent: WINDOWS });
  let n = 0;
  const next = () => (n += 1);
  const changes: Change[] = [
    opened(
      next(),
      fakeSession('s1', { account: anna, opened: seen(50, '91.1.1.1'), last: seen(1, '91.1.1.1') }),
    ),
    opened(
      next(),
      fakeSession('s2', { account: anna, opened: seen(30, '8.1.1.1'), last: seen(29, '8.1.1.1') }),
    ),
    closed(next(), 's2'),
    opened(
      next(),
      fakeSession('s3', { account: bob, opened: seen(3, '91.1.1.1'), last: seen(2, '91.1.1.1') }),
    ),
    opened(
      next(),
      fakeSession('s4', { account: anna, opened: seen(2, '8.1.1.2'), last: seen(2, '8.1.1.2') }),
    ),
    audited(next(), fakeEvent('e1', { at: NOW - 50 * HOUR, account: anna, ip: '91.1.1.1' })),
    audited(next(), fakeEvent('e2', { at: NOW - 30 * HOUR, account: anna, ip: '8.1.1.1' })),
    audited(
      next(),
      fakeEvent('e3', { at: NOW - 4 * HOUR, account: bob, ip: '91.1.1.1', outcome: 'failure' }),
    ),
    audited(next(), fakeEvent('e4', { at: NOW - 3 * HOUR, account: bob, ip: '91.1.1.1' })),
    audited(
      next(),
      fakeEvent('e5', { at: NOW - 3 * HOUR, account: { name: 'root' }, ip: '91.1.1.1', outcome: 'failure' }),
    ),
    audited(next(), fakeEvent('e6', { at: NOW - 40 * DAY, account: anna, ip: '8.9.9.9' })),
  ];
  await world.write(changes);
  expect(world.rows('SELECT problem FROM set_aside')).toEqual([]);
  while (settleStep(world.db, 100));
  return world;
}
const at = (world: IngestWorld, id: string) => ({ connection: world.who.id, id: AccountId.parse(id) });

test('a person: sessions, sign-ins, places, networks, devices, hours and days of the period', async () => {
  const world = await filled();
  const request = PEOPLE_METHODS['people.get'].request.parse({ at: at(world, 'a1'), days: 7, zone: 'UTC' });
  const person = ask(personView(world.db, request, NOW));
  expect(person).toMatchObject({ name: 'anna', sessions: 3, signIns: 2, failures: 0, capped: false });
  expect(person?.live.map(({ id }) => id)).toEqual(['s1', 's4']);
  expect(person?.places.map(({ what, sessions, signIns }) => [what.city, sessions, signIns])).toEqual([
    ['Berlin', 1, 1],
    ['Mountain View', 2, 1],
  ]);
  expect(person?.addresses.map(({ what }) => what).sort()).toEqual(['8.1.1.1', '8.1.1.2', '91.1.1.1']);
  expect(person?.devices).toMatchObject([{ what: { browser: 'Chrome', system: 'Windows' }, sessions: 3 }]);
  // 50 h before Wednesday noon is Monday 10:00, 30 h before is Tuesday 06:00.
  expect(person?.hours[0]?.[10]).toBe(1);
  expect(person?.hours[1]?.[6]).toBe(1);
  expect(person?.hours.flat().reduce((sum, one) => sum + one)).toBe(2);
  expect(person?.days).toHaveLength(8);
  expect(person?.days.map(({ signIns }) => signIns)).toEqual([0, 0, 0, 0, 0, 1, 1, 0]);
  expect(person?.lanes.map(({ id, to }) => [id, to === null])).toEqual([
    ['s4', true],
    ['s2', false],
    ['s1', true],
  ]);
  expect(person?.events.map(({ id }) => id)).toEqual(['e2', 'e1']);
  const long = PEOPLE_METHODS['people.get'].request.parse({ at: at(world, 'a1'), days: 60, zone: 'UTC' });
  expect(ask(personView(world.db, long, NOW))).toMatchObject({ signIns: 3, first: NOW - 40 * DAY });
  const none = PEOPLE_METHODS['people.get'].request.parse({ at: at(world, 'nobody'), zone: 'UTC' });
  expect(ask(personView(world.db, none, NOW))).toBeNull();
});

test('an address: everybody it touched, also names that are no account', async () => {
  const world = await filled();
  const request = PEOPLE_METHODS['entity.get'].request.parse({
    kind: 'address',
    value: '91.1.1.1',
    days: 7,
    zone: 'UTC',
  });
  const entity = ask(entityView(world.db, request, NOW));
  expect(entity).toMatchObject({ sessions: 2, signIns: 2, failures: 2, place: { city: 'Berlin' } });
  expect(
    entity?.accounts.map(({ what, sessions, signIns, failures }) => [what.name, sessions, signIns, failures]),
  ).toEqual([
    ['anna', 1, 1, 0],
    ['bob', 1, 1, 1],
  ]);
  expect(entity?.unknownNames).toEqual([{ name: 'root', failures: 1 }]);
  expect(entity?.live.map(({ id }) => id)).toEqual(['s1', 's3']);
  const device = ask(
    personView(
      world.db,
      PEOPLE_METHODS['people.get'].request.parse({ at: at(world, 'a1'), zone: 'UTC' }),
      NOW,
    ),
  )?.devices[0]?.what.key;
  const byDevice = PEOPLE_METHODS['entity.get'].request.parse({
    kind: 'device',
    value: device,
    days: 7,
    zone: 'UTC',
  });
  expect(ask(entityView(world.db, byDevice, NOW))).toMatchObject({
    title: 'Chrome · Windows · desktop',
    sessions: 4,
  });
  const unknown = PEOPLE_METHODS['entity.get'].request.parse({ kind: 'network', value: 'AS1', zone: 'UTC' });
  expect(ask(entityView(world.db, unknown, NOW))).toBeNull();
});

test('a session that moved is at each place while it was there, and in a place of two addresses once', async () => {
  const world = ingestWorld();
  const anna = { id: 'a1', name: 'anna' };
  const seen = (hoursAgo: number, ip: string) => ({ at: NOW - hoursAgo * HOUR, ip, userAgent: WINDOWS });
  const began = seen(50, '8.1.1.1');
  const moved = (hoursAgo: number, ip: string) =>
    fakeSession('s1', { account: anna, opened: began, last: seen(hoursAgo, ip) });
  await world.write([
    opened(1, moved(40, '8.1.1.1')),
    opened(2, moved(30, '8.1.1.2')),
    opened(3, moved(2, '91.1.1.1')),
    opened(4, moved(1, '91.1.1.1')),
  ]);
  while (settleStep(world.db, 100));
  const request = PEOPLE_METHODS['people.get'].request.parse({ at: at(world, 'a1'), days: 7, zone: 'UTC' });
  const person = ask(personView(world.db, request, NOW));
  const hoursAgo = (time: number) => (NOW - time) / HOUR;
  const spans = (found: readonly { first: number; last: number; sessions: number }[] | undefined) =>
    found?.map(({ first, last, sessions }) => [hoursAgo(first), hoursAgo(last), sessions]);
  expect(person).toMatchObject({ sessions: 1 });
  expect(person?.places.map(({ what }) => what.city)).toEqual(['Berlin', 'Mountain View']);
  expect(spans(person?.places)).toEqual([
    [2, 1, 1],
    [50, 2, 1],
  ]);
  expect(spans(person?.devices)).toEqual([[50, 1, 1]]);
  const touched = (value: string, days = 7) => {
    const asked = { kind: 'address', value, days, zone: 'UTC' } as const;
    const entity = ask(entityView(world.db, PEOPLE_METHODS['entity.get'].request.parse(asked), NOW));
    return {
      first: entity?.first ?? null,
      accounts: spans(entity?.accounts),
      sessions: entity?.sessions,
      live: entity?.live.length,
    };
  };
  // Whoever took the session over was not there when it began.
  expect(touched('91.1.1.1')).toEqual({ first: NOW - 2 * HOUR, accounts: [[2, 1, 1]], sessions: 1, live: 1 });
  expect(touched('8.1.1.1')).toMatchObject({ accounts: [[50, 30, 1]] });
  // The session is open, and was not there within a day.
  expect(touched('8.1.1.1', 1)).toEqual({ first: null, accounts: [], sessions: 0, live: 0 });
});

test('the list: people with live sessions, counted; everybody by name, page by page', async () => {
  const world = await filled();
  const list = (request: Record<string, unknown>) =>
    ask(peoplePage(world.db, PEOPLE_METHODS['people.page'].request.parse({ limit: 10, ...request })));
  expect(list({})).toMatchObject({
    total: 2,
    next: null,
    rows: [
      { name: 'anna', live: 2, countries: ['DE', 'US'], addresses: 2 },
      { name: 'bob', live: 1, countries: ['DE'], addresses: 1 },
    ],
  });
  expect(list({ only: 'several-countries' }).rows.map(({ name }) => name)).toEqual(['anna']);
  expect(list({ text: 'OB' }).rows.map(({ name }) => name)).toEqual(['bob']);
  expect(list({ text: '%' }).rows).toEqual([]);
  const first = list({ limit: 1 });
  expect(list({ limit: 1, cursor: first.next }).rows.map(({ name }) => name)).toEqual(['bob']);
  const all = list({ which: 'all', limit: 1 });
  expect(all.rows.map(({ name }) => name)).toEqual(['anna']);
  const rest = list({ which: 'all', limit: 1, cursor: all.next });
  expect(rest.rows.map(({ name }) => name)).toEqual(['bob']);
  expect(rest.next).toBeNull();
  expect(list({ cursor: 'not a cursor' }).rows).toHaveLength(2);
});

test('a zone that does not exist is refused in words', () => {
  const parsed = PEOPLE_METHODS['people.get'].request.safeParse({
    at: { connection: 'c', id: 'a' },
    zone: 'Mars/Olympus',
  });
  expect(parsed.error?.issues[0]?.message).toMatch(/not a time zone/);
});

test('the list by risk: the worst of each person’s live sessions, those without a score last', async () => {
  const world = await filled();
  const list = (request: Record<string, unknown>) =>
    ask(peoplePage(world.db, PEOPLE_METHODS['people.page'].request.parse({ limit: 10, ...request })));
  const score = (id: string, risk: number) =>
    world.db
      .prepare(
        `INSERT INTO session_risk (session, risk) SELECT key, ? FROM handle WHERE id = ?
         ON CONFLICT (session) DO UPDATE SET risk = excluded.risk`,
      )
      .run(risk, id);
  world.db.prepare('DELETE FROM session_risk').run();
  score('s3', 91);
  expect(list({ sort: 'risk' }).rows.map(({ name, risk }) => [name, risk])).toEqual([
    ['bob', 91],
    ['anna', null],
  ]);
  score('s1', 12);
  score('s4', 97);
  // Of a session that has ended nothing counts.
  score('s2', 100);
  expect(list({ sort: 'risk' }).rows.map(({ name, risk }) => [name, risk])).toEqual([
    ['anna', 97],
    ['bob', 91],
  ]);
  expect(list({ which: 'all' }).rows.map(({ risk }) => risk)).toEqual([97, 91]);
});
