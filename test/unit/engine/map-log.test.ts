import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createMapLog } from '#engine/map-log.ts';

test('whoever asks since a revision learns of every session touched after it, or that it must ask for all', () => {
  const steps = fc.array(
    fc.record({
      connection: fc.integer({ min: 1, max: 3 }),
      ids: fc.option(fc.array(fc.constantFrom('a', 'b', 'c', 'd'), { maxLength: 4 }), { freq: 12 }),
    }),
    { maxLength: 40 },
  );
  fc.assert(
    fc.property(steps, fc.integer({ min: 0, max: 45 }), (notes, after) => {
      const log = createMapLog(20);
      const expected = new Set<string>();
      let unknown = false;
      notes.forEach(({ connection, ids }, index) => {
        log.note(connection, ids);
        if (index + 1 <= after) return;
        if (ids === null) unknown = true;
        for (const id of ids ?? []) expected.add(`${String(connection)} ${id}`);
      });
      const told = log.since(after);
      if (told === null) return;
      expect(unknown).toBe(false);
      expect(new Set(told.map(([connection, id]) => `${String(connection)} ${id}`))).toEqual(expected);
      expect(told.length).toBe(expected.size);
    }),
    { numRuns: 500 },
  );
});

test('a little that was touched is remembered; too much is not, and a revision from elsewhere is not believed', () => {
  const log = createMapLog(3);
  log.note(1, ['a', 'b']);
  expect(log.since(0)).toEqual([
    [1, 'a'],
    [1, 'b'],
  ]);
  log.note(1, ['c', 'd']);
  expect(log.since(0)).toBeNull();
  expect(log.since(1)).toEqual([
    [1, 'c'],
    [1, 'd'],
  ]);
  expect(log.since(2)).toEqual([]);
  expect(log.since(3)).toBeNull();
  log.note(2, null);
  expect(log.since(2)).toBeNull();
  expect(log.since(3)).toEqual([]);
});
