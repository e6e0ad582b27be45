import { expect, test } from 'vitest';
import fc from 'fast-check';
import { keyOf, randomFor, weighted } from '#agent/stores/demo/random.ts';

test('equal keys give equal streams, and other keys others', () => {
  const draw = (...keys: number[]): string => randomFor(...(keys as [number, ...number[]])).hex(8);
  expect(draw(1, 2, 3)).toBe(draw(1, 2, 3));
  const many = new Set<string>();
  for (let a = 0; a < 30; a += 1) for (let b = 0; b < 30; b += 1) many.add(draw(5, a, b));
  expect(many.size).toBe(900);
  expect(draw(1, 2)).not.toBe(draw(2, 1));
  expect(draw(1, 0x1_0000_0000)).not.toBe(draw(1, 0));
});

test('integers stay inside both ends and reach them', () => {
  fc.assert(
    fc.property(
      fc.integer(),
      fc.integer({ min: -50, max: 50 }),
      fc.integer({ min: 0, max: 6 }),
      (seed, low, width) => {
        const random = randomFor(seed);
        const seen = new Set<number>();
        for (let i = 0; i < 300; i += 1) seen.add(random.int(low, low + width));
        expect(Math.min(...seen)).toBe(low);
        expect(Math.max(...seen)).toBe(low + width);
        expect(seen.size).toBe(width + 1);
      },
    ),
    { numRuns: 40 },
  );
});

test('the distributions have the means they promise', () => {
  const random = randomFor(11);
  const mean = (draw: () => number): number =>
    Array.from({ length: 20_000 }, draw).reduce((a, b) => a + b, 0) / 20_000;
  expect(mean(() => random.next())).toBeCloseTo(0.5, 1);
  expect(mean(() => random.normal(10, 3))).toBeCloseTo(10, 0);
  expect(mean(() => random.exponential(4))).toBeCloseTo(4, 0);
  expect(mean(() => (random.chance(0.25) ? 1 : 0))).toBeCloseTo(0.25, 1);
});

test('weights are respected and nothing comes of nothing', () => {
  const random = randomFor(12);
  const counts = { a: 0, b: 0 };
  for (let i = 0; i < 4_000; i += 1) {
    const item = weighted(random, ['a', 'b'] as const, (name) => (name === 'a' ? 3 : 1));
    if (item !== undefined) counts[item] += 1;
  }
  expect(counts.a / counts.b).toBeGreaterThan(2.5);
  expect(counts.a / counts.b).toBeLessThan(3.5);
  expect(weighted<string>(random, [], () => 1)).toBeUndefined();
  expect(keyOf('shop/1')).not.toBe(keyOf('shop/2'));
});
