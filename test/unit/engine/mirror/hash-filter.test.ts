import { expect, test } from 'vitest';
import { HashFilter } from '#engine/mirror/hash-filter.ts';

test.each([50_000, 100_000])(
  'of %i expected hashes none is called absent, and little else present',
  (expected) => {
    const filter = new HashFilter(expected);
    const hash = (n: number): number => Math.imul(n, 0x9e_37_79_b1) ^ (n << 7);
    const added = Array.from({ length: 50_000 }, (_, n) => hash(n) | 0);
    for (const one of added) filter.add(one);
    for (const edge of [0, -1, 2 ** 31 - 1, -(2 ** 31)]) {
      filter.add(edge);
      expect(filter.has(edge)).toBe(true);
    }
    expect(added.every((one) => filter.has(one))).toBe(true);
    const others = Array.from({ length: 50_000 }, (_, n) => hash(n + 1_000_000) | 0);
    expect(others.filter((one) => filter.has(one)).length).toBeLessThan(4_000);
  },
);

test('a filter that holds more than it was made for still calls none absent', () => {
  const filter = new HashFilter(3);
  for (let hash = -5_000; hash < 5_000; hash += 1) filter.add(Math.imul(hash, 0x9e_37_79_b1));
  for (let hash = -5_000; hash < 5_000; hash += 1) {
    expect(filter.has(Math.imul(hash, 0x9e_37_79_b1))).toBe(true);
  }
});
