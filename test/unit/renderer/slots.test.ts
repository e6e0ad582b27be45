import { expect, test } from 'vitest';
import type { SessionRow } from '#shared/ipc/views.ts';
import { createSlots, type Line } from '#renderer/session-table/slots.ts';
import type { ListEntry } from '#renderer/store/grouped-list.ts';

const entry = (index: number): ListEntry => ({
  is: 'session',
  row: { id: `s${String(index)}` } as unknown as SessionRow,
});
const items = (first: number, count = 4) =>
  Array.from({ length: count }, (_, at) => ({ index: first + at, start: (first + at) * 10 }));
const shown = (lines: readonly Line[]) => lines.map(({ index, slot }) => [index, slot]);

test('a line keeps its place while it is in sight; one that comes takes the place of one that left', () => {
  const slots = createSlots();
  expect(shown(slots.lines(items(0), entry, false))).toEqual([
    [0, 0],
    [1, 1],
    [2, 2],
    [3, 3],
  ]);
  expect(shown(slots.lines(items(1), entry, false))).toEqual([
    [1, 1],
    [2, 2],
    [3, 3],
    [4, 0],
  ]);
  // After a jump every place is written where it stands among the others.
  expect(shown(slots.lines(items(100), entry, false))).toEqual([
    [100, 1],
    [101, 2],
    [102, 3],
    [103, 0],
  ]);
  expect(slots.lines(items(100), entry, false)[0]).toMatchObject({ top: 1_000 });
});

test('what is on its way leaves its place as it was, out of sight, and no line stands twice', () => {
  const slots = createSlots();
  slots.lines(items(0), entry, false);
  const none = () => undefined;
  expect(shown(slots.lines(items(50), none, false))).toEqual([
    [0, 0],
    [1, 1],
    [2, 2],
    [3, 3],
  ]);
  const half = (index: number) => (index < 52 ? entry(index) : undefined);
  expect(shown(slots.lines(items(50), half, false))).toEqual([
    [50, 0],
    [51, 1],
    [2, 2],
    [3, 3],
  ]);
  // Back at the top before the rest came: the old lines are the wanted ones again, and only where they belong.
  const back = slots.lines(items(0), entry, false);
  expect(new Set(back.map(({ slot }) => slot)).size).toBe(4);
  expect(back.map(({ index }) => index)).toEqual([0, 1, 2, 3]);
  // A list that is known nowhere yet shows nothing.
  expect(createSlots().lines(items(0), none, false)).toEqual([]);
});

test('a window that grows gets more places, one that shrinks lets lines go', () => {
  const slots = createSlots();
  slots.lines(items(0, 2), entry, false);
  expect(slots.lines(items(0, 5), entry, false).map(({ slot }) => slot)).toEqual([0, 1, 2, 3, 4]);
  expect(shown(slots.lines(items(3, 2), entry, false))).toEqual([
    [3, 3],
    [4, 4],
  ]);
});

test('while the list is scrolled elements stay in their order; at rest they stand as the lines do', () => {
  const slots = createSlots();
  slots.lines(items(0), entry, false);
  expect(shown(slots.lines(items(2), entry, true))).toEqual([
    [4, 0],
    [5, 1],
    [2, 2],
    [3, 3],
  ]);
  expect(shown(slots.lines(items(3, 5), entry, true))).toEqual([
    [4, 0],
    [5, 1],
    [6, 2],
    [3, 3],
    [7, 4],
  ]);
  expect(shown(slots.lines(items(3, 5), entry, false))).toEqual([
    [3, 3],
    [4, 0],
    [5, 1],
    [6, 2],
    [7, 4],
  ]);
});
