import { expect, test } from 'vitest';
import { Table, type Load } from '#engine/detect/table.ts';

/** Memories that lie somewhere; it is known which there may be. */
function stored(lie: Readonly<Record<string, number>>, alsoAsked: readonly string[] = []): Load {
  const may = new Set([...Object.keys(lie), ...alsoAsked]);
  return Object.assign((_kind: string, key: string) => (may.has(key) ? lie[key] : undefined), {
    mayHave: (_kind: string, key: string) => may.has(key),
  });
}

test('what came and went since the last save leaves nothing to be saved', () => {
  const table = new Table<number>('k', stored({ old: 1 }));
  table.set('new', 2);
  table.touch('new');
  table.delete('new');
  expect([...table.changed]).toEqual([]);
  expect(table.get('new')).toBeUndefined();
  // It comes again.
  table.set('new', 3);
  expect([...table.changed]).toEqual(['new']);
  expect(table.get('new')).toBe(3);
});

test('what may lie somewhere is deleted there too, and is not read again before that', () => {
  const table = new Table<number>('k', stored({ old: 1 }, ['perhaps']));
  expect(table.get('old')).toBe(1);
  table.delete('old');
  table.delete('perhaps');
  expect([...table.changed]).toEqual(['old', 'perhaps']);
  expect(table.get('old')).toBeUndefined();
});

test('where it is not known what there may be, everything that is deleted is told', () => {
  const table = new Table<number>('k', () => undefined);
  table.set('new', 2);
  table.delete('new');
  expect([...table.changed]).toEqual(['new']);
});
