import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { fieldOf, instantOf } from '#renderer/format/time-field.ts';
import {
  advanced,
  goLive,
  goTo,
  pause,
  play,
  showPeriod,
  timeNow,
  timeRequest,
} from '#renderer/store/time-store.ts';
import { NO_FILTER, requestOf } from '#renderer/store/session-filter.ts';
import { shareOf, SPANS, stepsOf } from '#renderer/views/watch/time-bars.ts';

const NOW = Date.UTC(2026, 10, 21, 8, 0, 0);

beforeEach(() => {
  vi.useFakeTimers({ now: NOW });
  vi.stubGlobal('window', globalThis);
  goLive();
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

test('an instant is asked for exactly, and one that is nearly now is live', () => {
  goTo(NOW - 3_600_000.4);
  expect(timeNow()).toEqual({ is: 'instant', at: NOW - 3_600_000 });
  expect(requestOf(NO_FILTER, timeNow())).toEqual({ state: 'live', at: NOW - 3_600_000 });
  goTo(NOW - 500);
  expect(timeNow()).toEqual({ is: 'live' });
  expect(timeRequest(timeNow())).toEqual({});
});

test('a period may be drawn in either direction and never ends ahead', () => {
  showPeriod(NOW + 5_000, NOW - 60_000);
  expect(timeNow()).toEqual({ is: 'period', from: NOW - 60_000, at: NOW });
  expect(timeRequest(timeNow())).toEqual({ since: NOW - 60_000, at: NOW });
});

test('playing goes on as fast as asked, pauses where it stands, and becomes live when it has caught up', async () => {
  goTo(NOW - 600_000);
  play(60);
  await vi.advanceTimersByTimeAsync(2_000);
  pause();
  // Two seconds at 60 ×.
  expect(timeNow()).toEqual({ is: 'instant', at: NOW - 480_000 });
  await vi.advanceTimersByTimeAsync(5_000);
  expect(timeNow()).toEqual({ is: 'instant', at: NOW - 480_000 });
  play(600);
  await vi.advanceTimersByTimeAsync(1_500);
  expect(timeNow()).toEqual({ is: 'live' });
  play(60);
  expect(timeNow()).toEqual({ is: 'live' });
});

test('a period is played from its beginning', () => {
  showPeriod(NOW - 60_000, NOW - 30_000);
  play(1);
  expect(timeNow()).toEqual({ is: 'playing', at: NOW - 60_000, speed: 1 });
  expect(advanced(timeNow(), 1_000, NOW)).toEqual({ is: 'playing', at: NOW - 59_000, speed: 1 });
});

test.each(SPANS)('bars of $name keep their place while time goes on, and the last one holds now', (span) => {
  const begin = Math.floor(NOW / span.stepMs) * span.stepMs;
  const { from, steps } = stepsOf(span, begin);
  expect(stepsOf(span, begin + span.stepMs - 1)).toEqual({ from, steps });
  const end = from + steps * span.stepMs;
  expect(end).toBeGreaterThan(NOW);
  expect(end - span.stepMs).toBeLessThanOrEqual(NOW);
  expect(end - from).toBeGreaterThanOrEqual(span.ms);
});

test('an instant outside the bar lies at its end', () => {
  expect([shareOf(5, 0, 10), shareOf(-5, 0, 10), shareOf(15, 0, 10), shareOf(1, 3, 3)]).toEqual([
    0.5, 0, 1, 0,
  ]);
});

test.each(['utc', 'local'] as const)('a time that was written into a field is read back (%s)', (zone) => {
  expect(instantOf(fieldOf(NOW + 1_000, zone), zone)).toBe(NOW + 1_000);
  expect(instantOf('', zone)).toBeNull();
  expect(instantOf('2026-13-41T99:00', zone)).toBeNull();
});
