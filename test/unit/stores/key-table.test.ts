import { expect, test } from 'vitest';
import { ChangedKeys } from '#agent/stores/express/changed-keys.ts';
import { KeyTable } from '#agent/stores/express/key-table.ts';

const pass = (table: KeyTable, keys: readonly string[]) => {
  table.begin();
  return { fresh: keys.filter((key) => !table.see(key)), gone: table.takeUnseen() };
};

test('says which keys came and which went, pass after pass', () => {
  const table = new KeyTable();
  let now: readonly string[] = [];
  for (let round = 0; round < 30; round += 1) {
    const next = Array.from({ length: 3_000 }, (_, n) => String(n)).filter(
      (n) => (Number(n) * 7 + round) % 3 > 0,
    );
    const { fresh, gone } = pass(table, next);
    const [before, after] = [new Set(now), new Set(next)];
    expect(fresh).toEqual(next.filter((key) => !before.has(key)));
    expect([...gone].sort()).toEqual(now.filter((key) => !after.has(key)).sort());
    expect(table.size).toBe(next.length);
    now = next;
  }
});

test('a print that differs is a change, the same again is none, and a place that is used again has none', () => {
  const table = new KeyTable();
  pass(table, ['a', 'b']);
  expect([table.print('a', 1), table.print('a', 1), table.print('a', 2), table.print('c', 1)]).toEqual([
    true,
    false,
    true,
    false,
  ]);
  pass(table, ['b', 'c']);
  expect([table.print('c', 2), table.print('c', 2)]).toEqual([true, false]);
});

test('the round meets every key, also those that come meanwhile, and none twice in a row', () => {
  const table = new KeyTable();
  expect(table.next(5)).toEqual([]);
  pass(table, ['a', 'b', 'c']);
  expect(table.next(2)).toEqual(['a', 'b']);
  pass(table, ['a', 'c', 'd']);
  expect(table.next(2)).toEqual(['c', 'd']);
  expect([...table.next(10)].sort()).toEqual(['a', 'c', 'd']);
  table.remove('c');
  table.remove('never there');
  expect([table.size, [...table.next(10)].sort()]).toEqual([2, ['a', 'd']]);
});

test('changes since a position; older ones are forgotten, and then everything may have changed', () => {
  const changed = new ChangedKeys();
  const start = changed.position();
  changed.note('a');
  const between = changed.position();
  changed.note('b');
  changed.note('a');
  expect(changed.since(start)).toEqual(['b', 'a']);
  expect([changed.has('a'), changed.has('c')]).toEqual([true, false]);
  expect(changed.since(between)).toEqual(['b', 'a']);
  expect(changed.since(changed.position())).toEqual([]);
  for (let n = 0; n < 20_000; n += 1) changed.note(`n${String(n)}`);
  expect(changed.since(start)).toBeNull();
  const late = changed.position();
  changed.begin();
  expect(changed.since(late)).toBeNull();
  expect(changed.since(changed.position())).toEqual([]);
});
