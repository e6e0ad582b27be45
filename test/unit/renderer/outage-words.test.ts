import { expect, test } from 'vitest';
import { epochMs } from '#shared/domain/units.ts';
import { outagesOf } from '#engine/mirror/outages.ts';
import { SCOPES } from '#shared/protocol/handshake.ts';
import { certificateEnd, certificateWarning } from '#renderer/views/environments/certificate-words.ts';
import { scopeWords } from '#renderer/views/environments/scope-words.ts';
import { outageWords, stripOf, stripWords, unwatchedWords } from '#renderer/format/outage-words.ts';

const at = (time: number, state: string, detail: string | null = null) => ({ at: time, state, detail });

test('what began is paired with what ended it; agent and store are told apart', () => {
  const outages = outagesOf([
    at(10, 'live'),
    at(20, 'offline', 'CLOSED'),
    at(25, 'offline', 'UNREACHABLE'),
    at(30, 'live'),
    at(31, 'store-up'),
    at(40, 'store-degraded', 'slow'),
    at(50, 'store-down', 'no route'),
    at(60, 'store-up'),
    at(90, 'offline', 'CLOSED'),
  ]);
  expect(outages).toEqual([
    { is: 'offline', from: 90, to: null, why: 'CLOSED' },
    { is: 'store-down', from: 50, to: 60, why: 'no route' },
    { is: 'store-degraded', from: 40, to: 50, why: 'slow' },
    { is: 'offline', from: 20, to: 30, why: 'CLOSED' },
  ]);
  expect(outages.map(outageWords)).toEqual([
    'The agent was not connected: the connection ended',
    'The agent could not read its store: no route',
    'The agent could read part of its store only: slow',
    'The agent was not connected: the connection ended',
  ]);
  const { parts, away } = stripOf({ since: epochMs(10), outages }, 0, 100);
  // 20–30, 40–60 and 90–100; before 10 nothing is known.
  expect(away).toBe(40);
  expect(parts[0]).toEqual({ is: 'unknown', from: 0, to: 0.1 });
  expect(parts[1]).toEqual({ is: 'offline', from: 0.9, to: 1 });
});

test('a certificate is warned of three weeks before its end, at its end, and before its beginning', () => {
  const DAY = 86_400_000;
  const certificate = { subject: '', issuer: '', pin: '', validFrom: 10 * DAY, validTo: 100 * DAY };
  expect(certificateWarning(certificate, 20 * DAY)).toBeNull();
  expect(certificateWarning(certificate, 90 * DAY)).toContain('in 10 days');
  expect(certificateWarning(certificate, 101 * DAY)).toContain('has run out');
  expect(certificateWarning(certificate, 9 * DAY)).toContain('not valid yet');
});

test('a strip does not promise more than is known', () => {
  expect(stripWords(0, null)).toBe('seen all the time');
  expect(stripWords(0, '23:46')).toBe('seen all the time since 23:46');
  expect(stripWords(90_000, null)).toMatch(/^not seen for 1 min/);
  expect(certificateEnd({ validTo: epochMs(Date.UTC(2027, 2, 3)) }, 'utc')).toBe('valid until 3 Mar 2027');
});

test('every scope has words, and one that is newer than this console is named as it is', () => {
  expect(scopeWords(SCOPES).some((word) => word.includes(':'))).toBe(false);
  expect(scopeWords(['sessions:revoke', 'sessions:read', 'new:scope'])).toEqual([
    'see sessions',
    'end sessions',
    'new:scope',
  ]);
});

test('what nobody watched of the last day is said from a minute on; a store read in part is watched', () => {
  const DAY = 86_400_000;
  const outage = (from: number, to: number | null, is: 'offline' | 'store-degraded' = 'offline') => ({
    is,
    from: epochMs(from),
    to: to === null ? null : epochMs(to),
    why: '',
  });
  const words = (...outages: ReturnType<typeof outage>[]) =>
    unwatchedWords({ since: epochMs(0), outages }, 2 * DAY);
  expect(words()).toBeNull();
  expect(words(outage(DAY + 1_000, DAY + 60_999))).toBeNull();
  expect(words(outage(DAY + 1_000, DAY + 61_000))).toBe('not watched for 1 min of the last day');
  expect(words(outage(2 * DAY - 7_200_000, null))).toBe('not watched for 2 h of the last day');
  expect(words(outage(0, DAY), outage(DAY, null, 'store-degraded'))).toBeNull();
});
