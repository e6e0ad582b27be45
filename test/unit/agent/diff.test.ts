import { expect, test } from 'vitest';
import type { EndEvidence } from '#agent/poll/diff.ts';
import { diffSession, explainEnd, pairReplaced } from '#agent/poll/diff.ts';
import type { CommandId, SessionId } from '#shared/domain/ids.ts';
import { epochMs } from '#shared/domain/units.ts';
import type { Session } from '#shared/protocol/records.ts';

const session = (id: string, account: string | null, more: Partial<Session> = {}): Session => ({
  id: id as SessionId,
  account: account === null ? null : { id: account as never, name: account },
  opened: { at: epochMs(1_000_000), ip: null, userAgent: null },
  last: { at: null, ip: null, userAgent: null },
  expiresAt: null,
  marks: [],
  ...more,
});
const from = (ip: string | null, userAgent: string | null = null) => ({
  at: epochMs(1_000_000),
  ip,
  userAgent,
});
const known = (record: Session, reportedAt: number) => ({
  record: JSON.stringify(record),
  account: record.account?.id ?? null,
  via: record.via?.account.id ?? null,
  reported_at: reportedAt,
});

test('compares what is kept with what was read', () => {
  const before = session('s', 'ann');
  const after = session('s', 'ann', { last: from('192.0.2.1') });
  const diff = (next: Session, now: number) =>
    diffSession(known(before, 10_000), next, JSON.stringify(next), epochMs(now)).is;
  expect(diff(before, 60_000)).toBe('same');
  expect(diff(after, 14_999)).toBe('held-back');
  expect(diff(after, 15_000)).toBe('updated');
  expect(diff(session('s', 'ben'), 15_000)).toBe('other-owner');
  expect(diff(session('s', 'ann', { via: { account: { id: 'ben' as never, name: 'ben' } } }), 15_000)).toBe(
    'other-owner',
  );
});

const nothing: EndEvidence = {
  expiresAt: null,
  lastListedAt: 0,
  command: null,
  logoutAt: null,
  replaced: false,
  credentialChangedAt: null,
};
const now = epochMs(100_000);
const command = { id: 'c' as CommandId };

test.each([
  ['nothing known', {}, { reason: 'unknown', at: now }],
  ['a command', { command, logoutAt: epochMs(1), expiresAt: 1 }, { reason: 'revoked', commandId: 'c' }],
  [
    'a logout',
    { logoutAt: epochMs(90_000), expiresAt: 80_000, replaced: true },
    { reason: 'logout', at: 90_000 },
  ],
  ['a logout from the future', { logoutAt: epochMs(200_000) }, { reason: 'logout', at: now }],
  [
    'its time was over',
    { expiresAt: 99_000, lastListedAt: 98_000, replaced: true },
    { reason: 'expired', at: 99_000 },
  ],
  [
    'it was listed after its time',
    { expiresAt: 90_000, lastListedAt: 98_000 },
    { reason: 'collected', at: now },
  ],
  ['its time is to come', { expiresAt: 100_001 }, { reason: 'unknown' }],
  ['renewed', { replaced: true, credentialChangedAt: epochMs(99_000) }, { reason: 'replaced' }],
  [
    'a changed password',
    { credentialChangedAt: epochMs(99_000) },
    { reason: 'credential-change', at: 99_000 },
  ],
] as const)('explains an end: %s', (_name, evidence, expected) => {
  expect(explainEnd({ ...nothing, ...evidence }, now)).toMatchObject(expected);
});

const pairs = (gone: Session[], opened: Session[]) => [...pairReplaced(gone, opened, epochMs(1_000_000))];

test('pairs a session with the one that took its place', () => {
  const old = session('old', 'ann', { last: from('192.0.2.1', 'Firefox') });
  expect(pairs([old], [session('new', 'ann', { opened: from('192.0.2.1', 'Firefox') })])).toEqual([
    ['old', 'new'],
  ]);
  expect(pairs([old], [session('new', 'ann', { opened: from('192.0.2.1', null) })])).toEqual([
    ['old', 'new'],
  ]);
});

test('does not pair what differs in account, address, browser, person behind it or time', () => {
  const old = session('old', 'ann', { last: from('192.0.2.1', 'Firefox') });
  const fresh = (more: Partial<Session>, account = 'ann') =>
    session('new', account, { opened: from('192.0.2.1', 'Firefox'), ...more });
  expect(pairs([old], [fresh({}, 'ben')])).toEqual([]);
  expect(pairs([old], [fresh({ opened: from('192.0.2.2', 'Firefox') })])).toEqual([]);
  expect(pairs([old], [fresh({ opened: from('192.0.2.1', 'Chrome') })])).toEqual([]);
  expect(pairs([old], [fresh({ via: { account: { id: 'x' as never, name: 'x' } } })])).toEqual([]);
  expect(
    pairs([old], [fresh({ opened: { ...from('192.0.2.1', 'Firefox'), at: epochMs(900_000) } })]),
  ).toEqual([]);
  expect(pairs([session('old', null)], [session('new', null)])).toEqual([]);
});

test('without addresses pairs only one with one', () => {
  const gone = [session('a', 'ann')];
  expect(pairs(gone, [session('b', 'ann')])).toEqual([['a', 'b']]);
  expect(pairs([...gone, session('c', 'ann')], [session('b', 'ann')])).toEqual([]);
  expect(pairs(gone, [session('b', 'ann'), session('c', 'ann')])).toEqual([]);
});

test('believes a store that says what replaces what, and uses each new session once', () => {
  const one = session('one', 'ann', { last: from('192.0.2.1') });
  const two = session('two', 'ann', { last: from('192.0.2.1') });
  const fresh = session('new', 'ann', { opened: from('192.0.2.1'), replaces: 'two' as SessionId });
  expect(pairs([one, two], [fresh])).toEqual([['two', 'new']]);
});
