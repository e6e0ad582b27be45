import fc from 'fast-check';
import { expect, test } from 'vitest';
import { seq } from '#shared/domain/ids.ts';
import type { Change } from '#shared/protocol/changes.ts';
import {
  audited,
  changesToWrite,
  closed,
  fakeAccount,
  fakeEvent,
  fakeSession,
  opened,
  updated,
} from '#test/support/fake-agent/fake-records.ts';
import { ingestWorld, type IngestWorld } from './world.ts';

const DUMP = [
  `SELECT h.id, s.opened_at, s.last_seen_at, s.ended_at, w.text AS cause, a.id AS account, p.ip FROM session s
   JOIN handle h ON h.key = s.key LEFT JOIN word w ON w.key = s.cause LEFT JOIN account a ON a.key = s.account
   LEFT JOIN address p ON p.key = s.last_address ORDER BY h.id`,
  `SELECT h.id, o.at, p.ip FROM observation o JOIN handle h ON h.key = o.session LEFT JOIN address p ON p.key = o.address
   ORDER BY h.id, o.at, p.ip`,
  'SELECT id, at FROM audit ORDER BY id',
  'SELECT minute, sign_ins, failures FROM tally ORDER BY minute',
  `SELECT a.id, a.name, a.roles, a.removed_at FROM account a ORDER BY a.id`,
  'SELECT a.id, c.at, c.roles, c.removed FROM account_change c JOIN account a ON a.key = c.account ORDER BY a.id, c.at',
];
const dump = (world: IngestWorld): readonly unknown[] => DUMP.map((sql) => world.rows(sql));

const session = fc.record({
  id: fc.constantFrom('a', 'b', 'c'),
  account: fc.constantFrom('x', 'y'),
  ip: fc.constantFrom('8.8.8.8', '91.0.0.1', null),
  seen: fc.integer({ min: 1, max: 50 }),
});
type Make = (position: number) => Change;
const change: fc.Arbitrary<Make> = fc.oneof(
  fc.tuple(session, fc.boolean()).map(
    ([one, fresh]): Make =>
      (position) =>
        (fresh ? opened : updated)(
          position,
          fakeSession(one.id, {
            account: { id: one.account, name: one.account },
            last: { at: one.seen, ip: one.ip, userAgent: null },
          }),
        ),
  ),
  fc.tuple(fc.constantFrom('a', 'b', 'c', 'd'), fc.constantFrom('logout', 'expired', 'unknown')).map(
    ([id, reason]): Make =>
      (position) =>
        closed(position, id, reason),
  ),
  fc.tuple(fc.integer({ min: 1, max: 4 }), fc.constantFrom('success', 'failure')).map(
    ([id, outcome]): Make =>
      (position) =>
        audited(position, fakeEvent(`e${String(id)}`, { outcome, sessionId: 'a' })),
  ),
  fc.tuple(fc.constantFrom('x', 'y'), fc.constantFrom('editor', 'admin')).map(
    ([id, role]): Make =>
      (position) =>
        ({
          ...({ seq: position, at: position, kind: 'account.upserted' } as object),
          account: fakeAccount(id, { roles: [role] }),
        }) as unknown as Change,
  ),
  fc.constantFrom('x', 'y').map(
    (id): Make =>
      (position) =>
        ({ seq: position, at: position, kind: 'account.removed', id }) as unknown as Change,
  ),
);

test('applying a batch twice is applying it once', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(change, { minLength: 1, maxLength: 25 }), async (makes) => {
      const changes = makes.map((make, at) => make(at + 1));
      const once = ingestWorld();
      await once.write(changes);
      const twice = ingestWorld();
      await twice.write(changes);
      await twice.write(changes);
      const strip = (world: IngestWorld): readonly unknown[] =>
        dump(world).filter((_, at) => at !== 1 && at !== 5);
      expect(strip(twice)).toEqual(strip(once));
      // What happened is in order of time: a second reading of the same facts adds no other facts.
      const sightings = (world: IngestWorld): Set<string> =>
        new Set(
          (dump(world)[1] as { id: string; at: number; ip: string }[]).map((row) => JSON.stringify(row)),
        );
      for (const one of sightings(once)) expect(sightings(twice).has(one)).toBe(true);
    }),
    { numRuns: 60 },
  );
});

test('cutting the same changes into other batches makes no difference', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(change, { minLength: 2, maxLength: 20 }),
      fc.integer({ min: 1, max: 19 }),
      async (makes, cut) => {
        const changes = makes.map((make, at) => make(at + 1));
        const whole = ingestWorld();
        await whole.write(changes);
        const parts = ingestWorld();
        const first = changes.slice(0, cut);
        const second = changes.slice(cut);
        if (first.length > 0) await parts.write(first);
        if (second.length > 0) await parts.write(second, first.length + 1);
        expect(dump(parts)).toEqual(dump(whole));
      },
    ),
    { numRuns: 60 },
  );
});

test('the cursor moves with the batch or not at all', async () => {
  const world = ingestWorld({
    hook: {
      onEnriched: () => {
        throw new Error('a detection failed');
      },
    },
  });
  const result = await world.ingest.changes(
    world.who,
    changesToWrite([opened(1, fakeSession('a'))]),
    () => true,
  );
  expect(result.is).toBe('failed');
  expect(world.rows('SELECT * FROM cursor')).toEqual([]);
  expect(world.rows('SELECT * FROM session')).toEqual([]);
  expect(world.rows('SELECT * FROM word')).toEqual([]);
  expect(world.news).toEqual([]);
});

test('detections get every item enriched, in the transaction that writes it', async () => {
  const world = ingestWorld();
  await world.write([
    opened(1, fakeSession('a')),
    audited(2, fakeEvent('e', { ip: '91.0.0.1' })),
    closed(3, 'a'),
  ]);
  expect(world.enriched).toHaveLength(1);
  expect(world.enriched[0]).toMatchObject({
    source: 'stream',
    items: [
      { is: 'session', kind: 'opened', last: { place: { country: 'US' } } },
      { is: 'audit', known: { place: { country: 'DE' } } },
      { is: 'session-closed', id: 'a', reason: 'logout' },
    ],
  });
});

test('items outside of the range of their batch are set aside, known ones are passed over', async () => {
  const world = ingestWorld();
  await world.ingest.changes(
    world.who,
    changesToWrite(
      [opened(5, fakeSession('known')), opened(7, fakeSession('new')), opened(9, fakeSession('outside'))],
      5,
      { to: seq(8), after: seq(6) },
    ),
    () => true,
  );
  expect(world.rows('SELECT id FROM handle')).toEqual([{ id: 'new' }]);
  expect(world.rows('SELECT problem FROM set_aside')).toEqual([{ problem: 'seq 9 is outside of its batch' }]);
});
