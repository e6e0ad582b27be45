import { expect, test } from 'vitest';
import { parseQuery } from '#shared/query/parse.ts';
import { narrowedTo, partsOf } from '#renderer/store/began-search.ts';
import { followEvery, inSteps } from '#renderer/store/use-session-bars.ts';

const NINE = Date.UTC(2026, 10, 21, 9);
const HOUR = 3_600_000;

test('a stretch stands behind the rest of a search, and another one takes its place', () => {
  for (const rest of ['', 'user:anna', 'country:BR OR country:RU', '"late shift" -is:anonymous']) {
    const once = narrowedTo(rest, { from: NINE, to: NINE + HOUR });
    expect(parseQuery(once, 'sessions').ok).toBe(true);
    expect(partsOf(once).began).toEqual({ from: NINE, to: NINE + HOUR });
    const twice = narrowedTo(once, { from: NINE + HOUR / 4, to: NINE + HOUR / 2 });
    expect(partsOf(twice)).toEqual({
      rest: partsOf(once).rest,
      began: { from: NINE + HOUR / 4, to: NINE + HOUR / 2 },
    });
  }
  expect(narrowedTo('user:anna', { from: NINE, to: NINE + 1_000 })).toBe(
    'user:anna opened:>=2026-11-21T09:00Z opened:<2026-11-21T09:00:01Z',
  );
});

test('a search that would change its meaning beside another term is put in parentheses', () => {
  const { rest } = partsOf(narrowedTo('country:BR OR country:RU', { from: NINE, to: NINE + HOUR }));
  expect(rest).toBe('(country:BR OR country:RU)');
});

test('what somebody wrote about beginnings is no stretch that was drawn', () => {
  for (const search of [
    'opened:<1d',
    'opened:>=2026-11-21 opened:<2026-11-22',
    'reopened:>=2026-11-21T09:00:00.000Z',
  ]) {
    expect(partsOf(search)).toEqual({ rest: search, began: null });
  }
});

test('a time that is played is asked about in steps of five real seconds, any other as it stands', () => {
  const at = NINE + 12_345;
  expect(inSteps({ is: 'playing', at, speed: 60 })).toEqual({ is: 'playing', at: NINE, speed: 60 });
  expect(inSteps({ is: 'playing', at, speed: 1 })).toEqual({ is: 'playing', at: NINE + 10_000, speed: 1 });
  expect(inSteps({ is: 'instant', at })).toEqual({ is: 'instant', at });
  expect(inSteps({ is: 'live' })).toEqual({ is: 'live' });
});

test('bars of many sessions stand longer: a million of them cost no more than fifty thousand', () => {
  expect([0, 500, 50_000].map(followEvery)).toEqual([30_000, 30_000, 30_000]);
  expect(1_000_000 / followEvery(1_000_000)).toBe(50_000 / followEvery(50_000));
});
