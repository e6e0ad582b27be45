import { expect, test } from 'vitest';
import { cut, cutAttributes } from '#agent/poll/cut.ts';
import { Attributes } from '#shared/protocol/records.ts';

test('cuts at the limit, says so, and leaves what fits alone', () => {
  expect(cut('abc', 3)).toBe('abc');
  expect(cut('abcd', 3)).toBe('ab…');
  expect(cut('a😀bc', 3)).toBe('a…');
  expect(cut('ab😀c', 4)).toBe('ab…');
});

test('attributes fit the protocol whatever the store says', () => {
  const many = Object.fromEntries(
    Array.from({ length: 50 }, (_, n) => [`${'k'.repeat(300)}${String(n)}`, 'v'.repeat(5_000)]),
  );
  Attributes.parse(cutAttributes(many));
  expect(Object.keys(cutAttributes({ a: 'b' }))).toEqual(['a']);
});
