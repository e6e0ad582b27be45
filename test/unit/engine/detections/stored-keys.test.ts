import { expect, test } from 'vitest';
import { storedKeys } from '#engine/detections/stored-keys.ts';
import { testMirror } from '#test/support/test-mirror.ts';

const names = (what: string, many: number): string[] =>
  Array.from({ length: many }, (_, n) => `${what}${String(n)}`);
const nothing = (): undefined => undefined;

test('of a kind with more memories than are read everything may be there, of the others what is', () => {
  const { db } = testMirror(0);
  const insert = db.prepare("INSERT INTO detector_entity (connection, kind, id, body) VALUES (?, ?, ?, '')");
  for (const id of names('198.51.100.', 40)) insert.run(1, 'addresses', id);
  for (const id of names('ann', 20)) insert.run(1, 'users', id);
  insert.run(1, 'risk-attacks', '203.0.113.9');
  insert.run(2, 'risk-attacks', '203.0.113.10');
  const keys = storedKeys(db, 1, nothing, 50);
  expect(keys.mayHave('addresses', 'nobody')).toBe(true);
  expect(names('ann', 20).every((id) => keys.mayHave('users', id))).toBe(true);
  expect(keys.mayHave('risk-attacks', '203.0.113.9')).toBe(true);
  const strangers = names('stranger', 100);
  for (const kind of ['users', 'risk-attacks', 'actors'])
    expect(strangers.filter((id) => keys.mayHave(kind, id)).length, kind).toBeLessThan(5);
});

test('what is noted may be there, and of many more than there were at first little else', () => {
  const { db } = testMirror(0);
  const keys = storedKeys(db, 1, nothing);
  const noted = names('ann', 300_000);
  for (const id of noted) keys.note('users', id);
  expect(noted.every((id) => keys.mayHave('users', id))).toBe(true);
  const strangers = names('stranger', 10_000);
  expect(strangers.filter((id) => keys.mayHave('users', id)).length).toBeLessThan(1_500);
  expect(strangers.some((id) => keys.mayHave('addresses', id))).toBe(false);
});
