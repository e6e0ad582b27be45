import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { compileHours } from '#shared/rules/hours.ts';

const EVERY_DAY = [1, 2, 3, 4, 5, 6, 7];
const hours = (timeZone: string, from: string, to: string, days: number[] = EVERY_DAY) =>
  compileHours({ timeZone, windows: [{ days, from, to }] });
const utc = (text: string) => Date.parse(`${text}Z`);

describe('hours by the clock on the wall', () => {
  test('from is inside, to is not', () => {
    const { inside } = hours('Europe/Berlin', '07:00', '19:00');
    expect(inside(utc('2026-01-15T05:59:59.999'))).toBe(false);
    expect(inside(utc('2026-01-15T06:00'))).toBe(true);
    expect(inside(utc('2026-01-15T17:59:59.999'))).toBe(true);
    expect(inside(utc('2026-01-15T18:00'))).toBe(false);
    // In summer the same hours are one earlier in UTC.
    expect(inside(utc('2026-07-15T05:00'))).toBe(true);
    expect(inside(utc('2026-07-15T17:00'))).toBe(false);
  });

  test('the hour that is left out in spring: a window that begins in it begins after it', () => {
    // Berlin, 29 March 2026: 02:00 becomes 03:00 at 01:00 UTC.
    const { inside, changesAfter } = hours('Europe/Berlin', '02:30', '04:00');
    expect(inside(utc('2026-03-29T00:59'))).toBe(false);
    expect(inside(utc('2026-03-29T01:00'))).toBe(true);
    expect(inside(utc('2026-03-29T01:59'))).toBe(true);
    expect(inside(utc('2026-03-29T02:00'))).toBe(false);
    expect(changesAfter(utc('2026-03-29T00:10'))).toBe(utc('2026-03-29T01:00'));
    // A window inside the hour that is left out does not open that night.
    const never = hours('Europe/Berlin', '02:10', '02:50');
    expect(never.inside(utc('2026-03-29T00:59'))).toBe(false);
    expect(never.inside(utc('2026-03-29T01:00'))).toBe(false);
  });

  test('the hour that comes twice in autumn counts twice', () => {
    // Berlin, 25 October 2026: 03:00 becomes 02:00 at 01:00 UTC.
    const { inside, changesAfter } = hours('Europe/Berlin', '02:00', '03:00');
    expect(inside(utc('2026-10-25T00:00'))).toBe(true);
    expect(inside(utc('2026-10-25T00:59'))).toBe(true);
    expect(inside(utc('2026-10-25T01:00'))).toBe(true);
    expect(inside(utc('2026-10-25T01:59'))).toBe(true);
    expect(inside(utc('2026-10-25T02:00'))).toBe(false);
    expect(changesAfter(utc('2026-10-25T00:00'))).toBe(utc('2026-10-25T02:00'));
  });

  test('zones of half and quarter hours, and half an hour of summer time', () => {
    expect(hours('Asia/Kathmandu', '09:00', '10:00').inside(utc('2026-01-15T03:15'))).toBe(true);
    expect(hours('Asia/Kathmandu', '09:00', '10:00').inside(utc('2026-01-15T03:14'))).toBe(false);
    // Lord Howe: 5 April 2026, 02:00 becomes 01:30 at 15:00 UTC the day before.
    const lord = hours('Australia/Lord_Howe', '01:30', '02:00');
    expect(lord.inside(utc('2026-04-04T14:45'))).toBe(true);
    expect(lord.inside(utc('2026-04-04T15:15'))).toBe(true);
    expect(lord.inside(utc('2026-04-04T15:30'))).toBe(false);
  });

  test('past midnight belongs to the day on which it begins', () => {
    const { inside } = hours('UTC', '22:00', '06:00', [5]);
    expect(inside(utc('2026-01-16T21:59'))).toBe(false);
    expect(inside(utc('2026-01-16T22:00'))).toBe(true);
    expect(inside(utc('2026-01-17T05:59'))).toBe(true);
    expect(inside(utc('2026-01-17T06:00'))).toBe(false);
    expect(inside(utc('2026-01-16T05:00'))).toBe(false);
    // Sunday into Monday.
    expect(hours('UTC', '22:00', '06:00', [7]).inside(utc('2026-01-19T05:59'))).toBe(true);
  });

  test('equal times are 24 hours; without a change within eight days there is none', () => {
    const { inside, changesAfter } = hours('UTC', '00:00', '00:00');
    expect(inside(utc('2026-01-16T12:00'))).toBe(true);
    expect(changesAfter(utc('2026-01-16T12:00'))).toBeNull();
  });

  test('between two changes the answer is the same, whatever the zone and the window', () => {
    const clock = fc
      .tuple(fc.integer({ min: 0, max: 23 }), fc.integer({ min: 0, max: 59 }))
      .map(([h, m]) => `${String(h).padStart(2, '0')}:${String(m).padStart(2, '0')}`);
    fc.assert(
      fc.property(
        fc.constantFrom('Europe/Berlin', 'America/New_York', 'Asia/Kolkata', 'Pacific/Apia', 'UTC'),
        clock,
        clock,
        fc.uniqueArray(fc.integer({ min: 1, max: 7 }), { minLength: 1 }),
        fc.integer({ min: utc('2026-01-01T00:00'), max: utc('2027-01-01T00:00') }),
        fc.double({ min: 0, max: 0.999, noNaN: true }),
        (zone, from, to, days, at, part) => {
          const test = hours(zone, from, to, days);
          const change = test.changesAfter(at);
          const until = change ?? at + 86_400_000;
          expect(test.inside(Math.floor(at + (until - at) * part))).toBe(test.inside(at));
          if (change !== null) expect(test.inside(change)).toBe(!test.inside(at));
        },
      ),
      { numRuns: 60 },
    );
  });
});
