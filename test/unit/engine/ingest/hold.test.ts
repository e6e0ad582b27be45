import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { WritableDb } from '#engine/mirror/database.ts';
import { createCommitter, type Committer } from '#engine/ingest/committer.ts';

// What somebody waits for goes before what agents tell, but never for long.

let written: string[] = [];
let committer: Committer;
let transactions = 0;
const db = {
  exec: (sql: string) => {
    if (sql.startsWith('BEGIN')) transactions += 1;
  },
};

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setImmediate', 'performance'] });
  written = [];
  committer = createCommitter({
    db: db as unknown as WritableDb,
    file: 'none',
    rolledBack: () => undefined,
    onProblem: () => undefined,
  });
});
afterEach(() => {
  committer.stop();
  vi.useRealTimers();
});
const submit = (name: string) => void committer.submit({ rows: 1, write: () => void written.push(name) });
const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms);

test('what arrives while something goes first is written after it, in order', async () => {
  const one = committer.hold();
  const two = committer.hold();
  submit('a');
  submit('b');
  await pass(200);
  expect(written).toEqual([]);
  one();
  one();
  await pass(1);
  expect(written).toEqual([]);
  two();
  await pass(1);
  expect(written).toEqual(['a', 'b']);
});

test('who never lets go holds it for a second and a half; then it is written for as long', async () => {
  const never = committer.hold();
  submit('a');
  await pass(1_499);
  expect(written).toEqual([]);
  await pass(2);
  expect(written).toEqual(['a']);
  // Not again before writing had as much time.
  committer.hold();
  submit('b');
  await pass(1);
  expect(written).toEqual(['a', 'b']);
  never();
  await pass(1_500);
  const again = committer.hold();
  submit('c');
  await pass(1);
  expect(written).toEqual(['a', 'b']);
  again();
  await pass(1);
  expect(written).toEqual(['a', 'b', 'c']);
});

test('while an answer is awaited for longer, what is written is written piece by piece', async () => {
  const never = committer.hold();
  for (const name of ['a', 'b', 'c']) submit(name);
  transactions = 0;
  await pass(1_510);
  expect([written, transactions]).toEqual([['a', 'b', 'c'], 3]);
  // The answer has come: together again.
  never();
  await pass(1);
  for (const name of ['d', 'e', 'f']) submit(name);
  await pass(1);
  expect([written.length, transactions]).toEqual([6, 4]);
});

test('who waits for idleness waits for what was held back', async () => {
  const done = committer.hold();
  submit('a');
  let idle = false;
  void committer.idle().then(() => (idle = true));
  await pass(10);
  expect(idle).toBe(false);
  done();
  await pass(1);
  expect([written, idle]).toEqual([['a'], true]);
});

test('what waits for the release goes on one by one, in the order of its coming, and not while something goes first again', async () => {
  const seen: string[] = [];
  const wait = (name: string) => void committer.released().then(() => seen.push(name));
  const first = committer.hold();
  for (const name of ['a', 'b']) wait(name);
  await pass(1);
  expect(seen).toEqual([]);
  first();
  wait('c');
  await vi.advanceTimersToNextTimerAsync();
  expect(seen).toEqual(['a']);
  await pass(0);
  const again = committer.hold();
  await pass(1);
  const before = [...seen];
  expect(before.length).toBeLessThan(3);
  again();
  await pass(1);
  expect(seen).toEqual(['a', 'b', 'c']);
});
