import fc from 'fast-check';
import { expect, test } from 'vitest';
import { DAY, HOUR } from '#shared/domain/lengths.ts';
import { parseQuery } from '#shared/query/parse.ts';
import { barsOver, term, toggledTerm, wholeSearch } from '#renderer/store/audit-search.ts';

test('a term from any value is a search that parses', () => {
  fc.assert(
    fc.property(
      fc.string({ minLength: 1, maxLength: 60 }).filter((one) => one.trim() !== ''),
      (value) => {
        expect(parseQuery(term('user', value), 'audit')).toMatchObject({ ok: true });
      },
    ),
  );
  expect(term('network', 'Deutsche Telekom')).toBe('network:="Deutsche Telekom"');
  expect(term('country', null)).toBe('country:none');
});

test('terms are added, and taken out when they are there', () => {
  expect(toggledTerm('', 'action:=login')).toBe('action:=login');
  expect(toggledTerm('user:anna', 'action:=login')).toBe('user:anna action:=login');
  expect(toggledTerm('user:anna action:=login', 'action:=login')).toBe('user:anna');
  expect(toggledTerm('user:anna OR user:bob', 'action:=login')).toBe('(user:anna OR user:bob) action:=login');
});

test('a period becomes bars of a round width that cover it, and a search that parses', () => {
  const now = Date.UTC(2026, 10, 21, 8, 33, 12);
  for (const ms of [HOUR, DAY, 30 * DAY, 365 * DAY]) {
    const { from, stepMs, steps } = barsOver({ is: 'last', ms }, now);
    expect(from % stepMs).toBe(0);
    expect(from).toBeLessThanOrEqual(now - ms);
    expect(from + steps * stepMs).toBeGreaterThanOrEqual(now);
    expect(steps).toBeLessThanOrEqual(122);
  }
  for (const text of ['', 'user:anna OR user:bob', '"wp-login"']) {
    for (const period of [
      { is: 'last', ms: HOUR } as const,
      { is: 'between', from: 1, to: 5_000 } as const,
    ]) {
      expect(parseQuery(wholeSearch(text, period, now), 'audit')).toMatchObject({ ok: true });
    }
  }
});
