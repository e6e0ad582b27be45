import { expect, test } from 'vitest';
import { DAY, epochMs } from '#shared/domain/units.ts';
import { barDays } from '#renderer/views/detections/back-test-days.ts';

const NOW = 20_000 * DAY + 5_000;
const day = (n: number, more: number) => ({
  day: epochMs((20_000 + n) * DAY),
  before: 1,
  after: 1 + more,
  more,
  fewer: 0,
});

test('quiet days between are bars too, from the start of what was tried until today', () => {
  const bars = barDays([day(-3, 2), day(-1, 1)], NOW - 5 * DAY, NOW);
  expect(bars.map(({ day: at }) => at / DAY - 20_000)).toEqual([-5, -4, -3, -2, -1, 0]);
  expect(bars.map(({ more }) => more)).toEqual([0, 0, 2, 0, 1, 0]);
});

test('everything that is mirrored begins at its first finding, and a clock that is ahead is not cut off', () => {
  expect(barDays([day(-2, 1), day(1, 4)], null, NOW).map(({ more }) => more)).toEqual([1, 0, 0, 4]);
  expect(barDays([], null, NOW)).toHaveLength(1);
});

test('more days than can be told apart show the newest', () => {
  const bars = barDays([day(-500, 9), day(0, 1)], null, NOW);
  expect(bars).toHaveLength(120);
  expect(bars.at(-1)?.more).toBe(1);
});
