import { expect, test } from 'vitest';
import { EventKeys } from '#engine/mirror/event-keys.ts';

const all = (keys: EventKeys, hash: number): number[] => {
  const found: number[] = [];
  keys.some(hash, (key) => {
    found.push(key);
    return false;
  });
  return found.sort((a, b) => a - b);
};

test('every key is found by its hash, however many share one, and no other is', () => {
  const keys = new EventKeys();
  const kept = new Map<number, number[]>();
  let state = 1;
  for (let key = 1; key <= 20_000; key += 1) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) | 0;
    // Some hundred hashes have dozens of keys, at both ends of the numbers and around nought.
    const hash = key % 5 === 0 ? ([0, -1, 1, 2 ** 31 - 1, -(2 ** 31)][(key % 25) / 5] ?? state) : state;
    keys.add(hash, key);
    const same = kept.get(hash);
    if (same === undefined) kept.set(hash, [key]);
    else same.push(key);
  }
  for (const [hash, own] of kept) expect(all(keys, hash)).toEqual(own);
  for (let hash = 2; hash < 2_000; hash += 1) expect(all(keys, hash)).toEqual(kept.get(hash) ?? []);
});

test('what was added twice is there once, and asking ends with the first yes', () => {
  const keys = new EventKeys();
  for (let round = 0; round < 3; round += 1) for (let key = 1; key < 5_000; key += 1) keys.add(key % 3, key);
  expect(all(keys, 1)).toHaveLength(1_667);
  const asked: number[] = [];
  expect(keys.some(2, (key) => asked.push(key) === 3)).toBe(true);
  expect(asked).toHaveLength(3);
  expect(keys.some(3, () => true)).toBe(false);
});
