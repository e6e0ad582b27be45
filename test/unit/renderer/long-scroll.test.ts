import { expect, test } from 'vitest';
import { linesIn, longScroll, scrolledTo } from '#renderer/session-table/long-scroll.ts';

test('a list that the browser can lay out is scrolled as it is; a longer one reaches its end at the end of the bar', () => {
  expect(longScroll(27_000_000, 600, 1)).toEqual({ height: 27_000_000, factor: 1 });
  for (const [total, devicePixels] of [
    [34_000_000, 1],
    [27_000_000, 2],
    [270_000_000, 1.5],
  ] as const) {
    const { height, factor } = longScroll(total, 600, devicePixels);
    expect(height * devicePixels).toBeLessThanOrEqual(2 ** 25);
    expect((height - 600) * factor).toBeCloseTo(total - 600, 3);
  }
});

test('a line is brought into sight below the head of the table and above its foot, and not moved when it is there', () => {
  const sizes = { row: 27, viewport: 270, header: 27 };
  expect(scrolledTo(5, 0, sizes)).toBe(0);
  // Nine lines fit below the head.
  expect(scrolledTo(8, 0, sizes)).toBe(0);
  expect(scrolledTo(9, 0, sizes)).toBe(27);
  expect(scrolledTo(100, 0, sizes)).toBe(101 * 27 + 27 - 270);
  expect(scrolledTo(95, 100 * 27 + 54 - 270, sizes)).toBe(100 * 27 + 54 - 270);
  expect(scrolledTo(2, 1_000, sizes)).toBe(54);
  expect(scrolledTo(0, 1_000, sizes)).toBe(0);
});

test('the lines in sight and some around them are drawn, wherever a list of any length stands', () => {
  const indexes = (offset: number, count: number) =>
    linesIn(offset, 270, 27, count, 6).map(({ index }) => index);
  expect(linesIn(0, 0, 27, 100, 6)).toEqual([]);
  expect(indexes(0, 3)).toEqual([0, 1, 2]);
  expect(indexes(0, 0)).toEqual([]);
  for (const offset of [0, 27, 1_000, 27 * 500_000, 27 * 1_000_000 - 270]) {
    const drawn = linesIn(offset, 270, 27, 1_000_000, 6);
    expect(drawn.length).toBeLessThan(30);
    expect(drawn.every(({ index, start }) => start === index * 27)).toBe(true);
    const seen = [Math.floor(offset / 27), Math.min(999_999, Math.floor((offset + 269) / 27))];
    const inSight = linesIn(offset, 270, 27, 1_000_000, 0);
    expect(inSight.length).toBeLessThan(13);
    for (const lines of [drawn, inSight]) {
      for (const index of seen) expect(lines.map((line) => line.index)).toContain(index);
    }
  }
  // The list became shorter than it is scrolled: its last lines, until the browser has scrolled it.
  expect(indexes(27_000, 20).at(-1)).toBe(19);
});
