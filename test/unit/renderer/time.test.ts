import fc from 'fast-check';
import { expect, test } from 'vitest';
import { DAY, HOUR, MINUTE, SECOND } from '#shared/domain/lengths.ts';
import {
  bothTimes,
  clockTime,
  dayTime,
  duration,
  exactTime,
  relativeTime,
  shortDate,
  shortTime,
} from '#renderer/format/time.ts';

const NOW = Date.UTC(2026, 10, 21, 14, 32, 7);

test.each([
  [0, 'just now'],
  [4_999, 'just now'],
  [5 * SECOND, '5 s ago'],
  [59_999, '59 s ago'],
  [MINUTE, '1 min ago'],
  [59 * MINUTE + 59_999, '59 min ago'],
  [HOUR, '1 h ago'],
  [23 * HOUR + 59 * MINUTE, '23 h ago'],
  [DAY, '1 d ago'],
  [-4_999, 'just now'],
  [-3 * MINUTE, 'in 3 min'],
])('%d ms ago reads “%s”', (ago, words) => {
  expect(relativeTime(NOW - ago, NOW)).toBe(words);
});

test.each([
  [999, '0 s'],
  [61 * SECOND, '1 min'],
  [HOUR, '1 h'],
  [72 * MINUTE, '1 h 12 min'],
  [4 * DAY + 6 * HOUR, '4 d 6 h'],
  [-5, '0 s'],
])('%d ms last “%s”', (ms, words) => {
  expect(duration(ms)).toBe(words);
});

test('a day is named as soon as it is not today', () => {
  expect(dayTime(Date.UTC(2026, 10, 21, 8, 12), NOW, 'utc')).toBe('08:12');
  expect(dayTime(Date.UTC(2026, 10, 20, 23, 59), NOW, 'utc')).toBe('Yesterday 23:59');
  expect(dayTime(Date.UTC(2026, 10, 19, 8, 12), NOW, 'utc')).toBe('19 Nov 08:12');
  // The same day a year ago is not today.
  expect(dayTime(Date.UTC(2025, 10, 21, 8, 12), NOW, 'utc')).toBe('21 Nov 08:12');
});

test('the exact time names seconds, year and zone', () => {
  expect(exactTime(NOW, 'utc')).toBe('21 Nov 2026, 14:32:07');
  expect(bothTimes(NOW)).toContain('21 Nov 2026, 14:32:07 UTC');
});

test('times are written as Intl writes them for en-GB, in either zone', () => {
  const clock = { hour: '2-digit', minute: '2-digit' } as const;
  const day = { day: 'numeric', month: 'short' } as const;
  const exact = { ...day, year: 'numeric', ...clock, second: '2-digit' } as const;
  fc.assert(
    fc.property(
      fc.date({ min: new Date(Date.UTC(1970, 0, 2)), max: new Date(Date.UTC(2199, 0)), noInvalidDate: true }),
      fc.constantFrom('utc' as const, 'local' as const),
      (date, zone) => {
        const written = (options: Intl.DateTimeFormatOptions): string =>
          new Intl.DateTimeFormat('en-GB', {
            hourCycle: 'h23',
            ...options,
            ...(zone === 'utc' ? { timeZone: 'UTC' } : {}),
          }).format(date);
        const at = date.getTime();
        expect(exactTime(at, zone)).toBe(written(exact));
        expect(clockTime(at, zone)).toBe(written({ ...clock, second: '2-digit' }));
        expect(shortTime(at, zone)).toBe(written(clock));
        expect(shortDate(at, zone)).toBe(written(day));
      },
    ),
  );
});
