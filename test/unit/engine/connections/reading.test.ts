import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createReading, type Reading } from '#engine/connections/reading.ts';

let told: string[] = [];
let reading: Reading;
beforeEach(() => {
  vi.useFakeTimers();
  told = [];
  reading = createReading(() => ({ pause: () => told.push('pause'), resume: () => told.push('resume') }));
});
afterEach(() => {
  reading.stop();
  vi.useRealTimers();
});

/** So many large batches come; each is done with by calling what is returned. */
const batches = (many: number): (() => void)[] => Array.from({ length: many }, () => reading.came(500));

test('no more is read while as much as four large batches waits, until one of them is done with', () => {
  const [one] = batches(3);
  expect(told).toEqual([]);
  reading.came(500);
  expect(told).toEqual(['pause']);
  // One that the connection had read already, and one without a change.
  reading.came(0)();
  const five = reading.came(500);
  expect(told).toEqual(['pause']);
  one?.();
  one?.();
  expect(told).toEqual(['pause']);
  five();
  expect(told).toEqual(['pause', 'resume']);
});

test('small batches hold up nothing: together they are little', () => {
  for (let n = 0; n < 100; n += 1) reading.came(10);
  expect(told).toEqual([]);
});

test('an answer that is awaited is read at once, and nothing is held up meanwhile', () => {
  batches(4);
  const there = reading.asked();
  const too = reading.asked();
  reading.came(500);
  there();
  expect(told).toEqual(['pause', 'resume']);
  too();
  expect(told).toEqual(['pause', 'resume', 'pause']);
});

test('an agent is heard although nothing is written, and batches that nobody is done with hold up nothing for long', () => {
  const lost = batches(4);
  vi.advanceTimersByTime(999);
  expect(told).toEqual(['pause']);
  vi.advanceTimersByTime(1);
  expect(told).toEqual(['pause', 'resume']);
  vi.advanceTimersByTime(10_000);
  expect(told).toEqual(['pause', 'resume']);
  for (const done of lost) done();
  const next = batches(4);
  expect(told).toEqual(['pause', 'resume', 'pause']);
  next[0]?.();
  expect(told).toEqual(['pause', 'resume', 'pause', 'resume']);
});

test('a connection that is over is let go of', () => {
  batches(4);
  reading.stop();
  expect(told).toEqual(['pause', 'resume']);
  vi.advanceTimersByTime(10_000);
  expect(told).toEqual(['pause', 'resume']);
});
