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

test('no more is read while as much as three large batches waits, until one of them is done with', () => {
  const [one] = [reading.came(500), reading.came(500)];
  expect(told).toEqual([]);
  reading.came(500);
  expect(told).toEqual(['pause']);
  // One that the connection had read already, and one without a change.
  reading.came(0)();
  const four = reading.came(500);
  expect(told).toEqual(['pause']);
  one();
  one();
  expect(told).toEqual(['pause']);
  four();
  expect(told).toEqual(['pause', 'resume']);
});

test('small batches hold up nothing: together they are little', () => {
  for (let n = 0; n < 100; n += 1) reading.came(10);
  expect(told).toEqual([]);
});

test('an answer that is awaited is read at once, and nothing is held up meanwhile', () => {
  for (let n = 0; n < 3; n += 1) reading.came(500);
  const there = reading.asked();
  const too = reading.asked();
  reading.came(500);
  there();
  expect(told).toEqual(['pause', 'resume']);
  too();
  expect(told).toEqual(['pause', 'resume', 'pause']);
});

test('an agent is heard although nothing is written, and batches that nobody is done with hold up nothing for long', () => {
  const lost = Array.from({ length: 3 }, () => reading.came(500));
  vi.advanceTimersByTime(999);
  expect(told).toEqual(['pause']);
  vi.advanceTimersByTime(1);
  expect(told).toEqual(['pause', 'resume']);
  vi.advanceTimersByTime(10_000);
  expect(told).toEqual(['pause', 'resume']);
  for (const done of lost) done();
  const next = [reading.came(500), reading.came(500), reading.came(500)];
  expect(told).toEqual(['pause', 'resume', 'pause']);
  next[0]?.();
  expect(told).toEqual(['pause', 'resume', 'pause', 'resume']);
});

test('a connection that is over is let go of', () => {
  for (let n = 0; n < 3; n += 1) reading.came(500);
  reading.stop();
  expect(told).toEqual(['pause', 'resume']);
  vi.advanceTimersByTime(10_000);
  expect(told).toEqual(['pause', 'resume']);
});
