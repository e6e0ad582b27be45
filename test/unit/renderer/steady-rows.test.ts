import fc from 'fast-check';
import { expect, test } from 'vitest';
import { steadyRows } from '#renderer/entity/steady-rows.ts';

const own = (id: string): string => id;
const ids = fc.uniqueArray(fc.constantFrom<string>('a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'), { maxLength: 8 });

test('what was shown keeps its place, what is new comes after it, what is gone is gone', () => {
  expect(steadyRows(['a', 'b', 'c'], ['c', 'd', 'a'], own)).toEqual(['a', 'c', 'd']);
  expect(steadyRows([], ['b', 'a'], own)).toEqual(['b', 'a']);
});

test('every row is there once, as it is now, and those of before stand to each other as they stood', () => {
  fc.assert(
    fc.property(ids, ids, (before, now) => {
      const rows = now.map((id, index) => ({ id, index }));
      const shown = steadyRows(before, rows, idOf);
      expect(shown).toHaveLength(rows.length);
      for (const row of rows) expect(shown).toContain(row);
      expect(shown.map(idOf).filter((id) => before.includes(id))).toEqual(
        before.filter((id) => now.includes(id)),
      );
      expect(shown.map(idOf).filter((id) => !before.includes(id))).toEqual(
        now.filter((id) => !before.includes(id)),
      );
    }),
  );
});

const idOf = ({ id }: { readonly id: string }): string => id;
