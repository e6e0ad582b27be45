import { expect, test } from 'vitest';
import { hrefOf, parseHash } from '#renderer/store/route-store.ts';
import { barsOf, marksOf } from '#renderer/views/watch/time-bars.ts';
import { usualOf } from '#renderer/views/watch/usual.ts';
import { sparkPath } from '#renderer/components/spark-path.ts';
import type { Timeline } from '#shared/ipc/watch-views.ts';

test.each([
  ['', 'watch', []],
  ['#/watch', 'watch', []],
  ['#/sessions/c%2F1/s%201', 'sessions', ['c/1', 's 1']],
  ['#/nowhere/at/all', 'watch', []],
  ['#/audit/%', 'audit', ['%']],
])('%s is %s %j', (hash, view, rest) => {
  expect(parseHash(hash)).toEqual({ view, rest });
});

test('an address that was made is read back', () => {
  const parts = ['a/b', 'ä %?#'];
  expect(parseHash(hrefOf('sessions', ...parts))).toEqual({ view: 'sessions', rest: parts });
});

const day = {
  from: 0,
  stepMs: 900_000,
  signIns: [4, 0, 8],
  failures: [4, 0, 0],
  oldest: null,
} as unknown as Timeline;

test('the tallest bar fills the height, and failures are part of their bar', () => {
  const bars = barsOf(day);
  expect(bars.map(({ signIns, failures }) => [signIns, failures])).toEqual([
    [8, 4],
    [0, 0],
    [8, 0],
  ]);
  expect(bars.map(({ okShare, failedShare }) => okShare + failedShare)).toEqual([100, 0, 100]);
  expect(marksOf(0, 2_700_000)[0]).toBe(0);
  expect(marksOf(0, 2_700_000).at(-1)).toBe(3 * 900_000);
});

test('“usual” is a median, and not said of too few minutes', () => {
  expect(usualOf([1, 2, 3])).toBeNull();
  expect(usualOf([2, 2, 2, 2, 2, 2, 2, 2, 2, 900])).toBe(2);
  expect(usualOf([1, 1, 1, 1, 1, 3, 3, 3, 3, 3])).toBe(2);
});

test('a line stays inside its box, also when nothing changes', () => {
  for (const values of [
    [0, 0, 0],
    [5, 5],
    [3_840, 3_846, 3_841],
    [0, 9],
  ]) {
    const heights = [...sparkPath(values, 70, 18).matchAll(/ (-?[\d.]+)/g)].map(([, y]) => Number(y));
    expect(heights).toHaveLength(values.length);
    for (const y of heights) expect(y).toBeGreaterThanOrEqual(0);
    for (const y of heights) expect(y).toBeLessThanOrEqual(18);
  }
});
