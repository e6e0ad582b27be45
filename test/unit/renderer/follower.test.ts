import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createFollower } from '#renderer/store/follower.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

test('an answer that takes longer than changes need to arrive still arrives, and the last change is asked about', async () => {
  let asked = 0;
  let answered = 0;
  const follower = createFollower(async (signal) => {
    asked += 1;
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(signal.aborted).toBe(false);
    answered += 1;
  }, 500);
  for (let poke = 0; poke < 21; poke += 1) {
    await vi.advanceTimersByTimeAsync(100);
    follower.poke();
  }
  expect([asked, answered]).toEqual([5, 4]);
  await vi.advanceTimersByTimeAsync(1_000);
  expect([asked, answered]).toEqual([6, 6]);
  await vi.advanceTimersByTimeAsync(10_000);
  expect(asked).toBe(6);
});

test('after a failure the next change asks again; after stopping nothing does', async () => {
  let asked = 0;
  let withdrawn = false;
  const follower = createFollower((signal) => {
    asked += 1;
    signal.addEventListener('abort', () => (withdrawn = true));
    return Promise.reject(new Error('no'));
  }, 100);
  await vi.advanceTimersByTimeAsync(10);
  follower.poke();
  await vi.advanceTimersByTimeAsync(200);
  expect(asked).toBe(2);
  follower.poke();
  follower.stop();
  await vi.advanceTimersByTimeAsync(1_000);
  expect([asked, withdrawn]).toEqual([2, true]);
});
