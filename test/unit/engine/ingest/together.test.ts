import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Change } from '#shared/protocol/changes.ts';
import { audited, closed, fakeEvent, fakeSession, updated } from '#test/support/fake-agent/fake-records.ts';
import { ingestWorld, type IngestWorld } from './world.ts';

// Rows are handed to SQLite several at a time. What is written must be as if each had been written by itself.

const contents = (world: IngestWorld): readonly unknown[] => [
  // Hashes are salted: those of two mirrors differ.
  world.rows('SELECT * FROM audit ORDER BY key').map((row) => ({ ...(row as object), hash: 0 })),
  world.rows('SELECT * FROM session ORDER BY key'),
];

type Make = (position: number) => Change;
const text = fc.option(fc.constantFrom('one', 'two', ''), { nil: undefined });
const event = fc
  .record(
    {
      reason: text.filter((value) => value !== ''),
      account: fc.constantFrom(null, { name: 'a' }, { id: 'a', name: 'a' }),
      ip: fc.constantFrom('8.8.8.8', '91.0.0.1'),
      userAgent: fc.constantFrom('curl/8.0.0'),
      sessionId: fc.constantFrom('a', 'b'),
      actor: fc.constantFrom({ name: 'x' }, { id: '1', name: 'x' }),
      object: fc.constantFrom({ kind: 'node' }, { kind: 'node', id: '1', name: 'n' }),
      message: text,
      attributes: fc.constantFrom({}, { a: 'b' }),
    },
    { requiredKeys: [] },
  )
  .map((over) => Object.fromEntries(Object.entries(over).filter(([, value]) => value !== undefined)));
const change: fc.Arbitrary<Make> = fc.oneof(
  fc.tuple(fc.integer({ min: 1, max: 30 }), event).map(
    ([id, over]): Make =>
      (position) =>
        audited(position, fakeEvent(`e${String(id)}`, { at: 1_000 + id, ...over })),
  ),
  fc
    .record({
      id: fc.constantFrom('a', 'b'),
      at: fc.constantFrom(null, 2_000, 2_500, 1_500),
      ip: fc.constantFrom('8.8.8.8', '8.8.8.8', '91.0.0.1'),
      expiresAt: fc.constantFrom(null, null, 9_000),
      attributed: fc.constantFrom(false, false, true),
    })
    .map(
      ({ id, at, ip, expiresAt, attributed }): Make =>
        (position) =>
          updated(
            position,
            fakeSession(id, {
              last: { at, ip, userAgent: null },
              expiresAt,
              ...(attributed ? { attributes: { a: 'b' } } : {}),
            }),
          ),
    ),
  fc.constantFrom('a', 'b').map(
    (id): Make =>
      (position) =>
        closed(position, id),
  ),
);

test('a batch writes what its changes write one by one', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(change, { minLength: 1, maxLength: 40 }), async (made) => {
      const items = made.map((make, index) => make(index + 1));
      const together = ingestWorld({ leastRows: 12, keep: true });
      const alone = ingestWorld({ leastRows: 12, keep: true });
      try {
        await together.write(items);
        for (const [index, item] of items.entries()) await alone.write([item], index + 1);
        expect(contents(together)).toEqual(contents(alone));
      } finally {
        together.close();
        alone.close();
      }
    }),
    { numRuns: 20 },
  );
});

test('whoever is told of a batch finds it in its tables', async () => {
  const seen: unknown[] = [];
  const world: IngestWorld = ingestWorld({
    hook: {
      onEnriched: () => {
        seen.push(world.rows('SELECT id FROM audit'), world.rows('SELECT last_seen_at FROM session'));
      },
    },
  });
  await world.write([updated(1, fakeSession('a'))]);
  seen.length = 0;
  const later = fakeSession('a', { last: { at: 2_600, ip: '8.8.8.8', userAgent: null } });
  await world.write([updated(2, later), audited(3, fakeEvent('e1'))], 2);
  expect(seen).toEqual([[{ id: 'e1' }], [{ last_seen_at: 2_600 }]]);
});
