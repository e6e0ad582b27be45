import { expect, test } from 'vitest';
import { inOneGo } from '#agent/commands/executor.ts';

const goes = (targets: number, sizes: readonly number[], usual: number): readonly number[] => {
  const found: number[] = [];
  for (let left = targets; left > 0;) {
    const go = Math.min(left, inOneGo(left, sizes[found.length] ?? usual));
    found.push(go);
    left -= go;
  }
  return found;
};

test('the last go is a small one, and none is larger than the store is given at once', () => {
  expect(goes(10_000, [500], 2_000)).toEqual([500, 2_000, 2_000, 2_000, 2_000, 1_000, 500]);
  expect(goes(10_000, [500], 500)).toEqual(Array.from({ length: 20 }, () => 500));
  expect(goes(3_000, [500], 2_000)).toEqual([500, 2_000, 500]);
  expect(goes(1_100, [500], 2_000)).toEqual([500, 500, 100]);
  expect(goes(500, [500], 2_000)).toEqual([500]);
  expect(goes(1, [500], 2_000)).toEqual([1]);
  for (let targets = 1; targets < 9_000; targets += 7) {
    const all = goes(targets, [500], 2_000);
    expect(all.reduce((sum, one) => sum + one, 0)).toBe(targets);
    expect(Math.max(...all)).toBeLessThanOrEqual(2_000);
    expect(all.at(-1)).toBeLessThanOrEqual(500);
    expect(Math.min(...all)).toBeGreaterThan(0);
  }
});
