import { expect, test } from 'vitest';
import { createPace } from '#agent/poll/pace.ts';

const INTERVAL = 2_000;

test('looks begin an interval apart, and a slow store has rest', () => {
  const pace = createPace(INTERVAL, true, () => 0);
  expect(pace.next({ cpuMs: 10, besidesMs: 0, tookMs: 100 }, true, false)).toBe(1_900);
  expect(pace.next({ cpuMs: 10, besidesMs: 0, tookMs: 1_800 }, true, false)).toBe(1_000);
  expect(
    createPace(INTERVAL, false, () => 0).next({ cpuMs: 900, besidesMs: 0, tookMs: 100 }, true, false),
  ).toBe(1_900);
});

test('all that is done takes a tenth of a core at most, whatever it is', () => {
  // Costs of a look, and of what is due besides every so often.
  for (const [look, besides, every] of [
    [5, 0, 1],
    [900, 0, 1],
    [150, 1_000, 25_000],
    [1_200, 1_000, 45_000],
    [40, 120, 2_500],
  ] as const) {
    let now = 0;
    let due = 0;
    let spent = 0;
    const pace = createPace(INTERVAL, true, () => now);
    while (now < 3_600_000) {
      const extra = now >= due ? besides : 0;
      if (extra > 0) due = now + every;
      spent += look + extra;
      const tookMs = look + extra;
      now += tookMs;
      now += pace.next({ cpuMs: look, besidesMs: extra, tookMs }, true, true);
    }
    expect(spent / now).toBeLessThanOrEqual(0.101);
  }
});

test('a look that costs more than the others now and then delays none; one after the other does', () => {
  let now = 0;
  const pace = createPace(INTERVAL, true, () => now);
  const periods = (costs: readonly number[]): readonly number[] =>
    costs.map((cpuMs) => {
      now += cpuMs;
      const pause = pace.next({ cpuMs, besidesMs: 0, tookMs: cpuMs }, true, true);
      now += pause;
      return cpuMs + pause;
    });
  expect(periods([170, 170, 170, 260, 170, 170, 250, 170])).toEqual(new Array(8).fill(INTERVAL));
  const dear = periods(new Array<number>(50).fill(260));
  expect(Math.max(...dear)).toBe(2_600);
  expect(dear.slice(-40)).toEqual(new Array(40).fill(2_600));
});

test('it looks less often while nothing happens and nobody follows, and after failures', () => {
  const pace = createPace(INTERVAL, true, () => 0);
  const cost = { cpuMs: 5, besidesMs: 0, tookMs: 10 };
  const pauses = Array.from({ length: 40 }, () => pace.next(cost, false, false));
  expect(pauses[0]).toBe(1_990);
  expect(pauses.at(-1)).toBe(5 * INTERVAL);
  expect(pace.next(cost, true, false)).toBe(1_990);
  expect([1, 2, 3, 4, 5, 6].map(() => pace.afterFailure())).toEqual([
    2_000, 4_000, 8_000, 16_000, 30_000, 30_000,
  ]);
});
