import { expect, test } from 'vitest';
import type { DetectEvent } from '#engine/detect/event.ts';
import { event, fired, HOUR, LINUX_CHROME, MINUTE, of, PLACES, run, WINDOWS_FIREFOX } from './support.ts';

type Enrich = NonNullable<DetectEvent['enrich']>;
const { paris, newYork } = PLACES;
const open = (at: number, session: string, parts: Partial<DetectEvent> = {}) =>
  event(at, { type: 'session-opened', session, ...parts });
const use = (at: number, session: string, parts: Partial<DetectEvent> = {}) =>
  event(at, { type: 'session-updated', session, ...parts });
const close = (at: number, session: string, reason: string) =>
  event(at, { type: 'session-closed', session, reason });

const hijack = (
  after: Enrich,
  ip = '192.0.2.10',
  before: Enrich = { ...paris, ...WINDOWS_FIREFOX },
  firstIp = '192.0.2.10',
) =>
  of(
    run([open(0, 's', { enrich: before, ip: firstIp }), use(MINUTE, 's', { enrich: after, ip })]),
    'session_hijack',
  );

test('hijack: the ladder of system or browser, address, network and country', () => {
  expect(hijack({ ...paris, ...LINUX_CHROME })[0]?.severity).toBe('medium');
  expect(hijack({ ...paris, ...WINDOWS_FIREFOX, browser: { name: 'Edge' } })[0]?.severity).toBe('medium');
  expect(hijack({ ...paris, ...LINUX_CHROME }, '192.0.2.99')[0]?.severity).toBe('high');
  expect(hijack({ ...paris, asn: 1, ...LINUX_CHROME }, '198.51.100.9')[0]?.severity).toBe('high');
  expect(hijack({ ...newYork, ...LINUX_CHROME }, '198.51.100.9')[0]).toMatchObject({
    severity: 'critical',
    entity: { kind: 'session', id: 's' },
    users: ['alice'],
  });
});

test('hijack: an address alone, a version alone and unknown parts are nothing', () => {
  expect(hijack({ ...paris, ...WINDOWS_FIREFOX }, '192.0.2.99')).toEqual([]);
  expect(hijack({ ...newYork, ...WINDOWS_FIREFOX }, '198.51.100.9')).toEqual([]);
  expect(hijack({ ...paris, ...WINDOWS_FIREFOX, browser: { name: 'Firefox', version: '999' } })).toEqual([]);
  expect(hijack({ ...newYork }, '198.51.100.9')).toEqual([]);
});

test('hijack: one /64, one mobile network and dual stack are no new address', () => {
  const v6: Enrich = { ...paris, ...WINDOWS_FIREFOX };
  expect(
    hijack({ ...paris, ...LINUX_CHROME }, '2001:db8:1:1:b::2', v6, '2001:db8:1:1:a::1')[0]?.severity,
  ).toBe('medium');
  expect(hijack({ ...paris, ...LINUX_CHROME }, '2001:db8:1:2::1', v6, '2001:db8:1:1::1')[0]?.severity).toBe(
    'high',
  );
  expect(hijack({ ...paris, ...LINUX_CHROME }, '2001:db8::1')[0]?.severity).toBe('medium');
  const mobile: Enrich = { ...paris, network: 'mobile', ...WINDOWS_FIREFOX };
  expect(hijack({ ...mobile, ...LINUX_CHROME }, '192.0.2.77', mobile)[0]?.severity).toBe('medium');
  expect(hijack({ ...newYork, ...LINUX_CHROME, trusted: true }, '198.51.100.9')[0]?.filtered).toBe(
    'trusted_egress',
  );
});

test('hijack: one finding a session; flipping back belongs to it', () => {
  const mine = { enrich: { ...paris, ...WINDOWS_FIREFOX } };
  const theirs = { enrich: { ...newYork, ...LINUX_CHROME }, ip: '198.51.100.9' };
  const events = [
    open(0, 's', mine),
    use(1 * MINUTE, 's', theirs),
    use(2 * MINUTE, 's', mine),
    use(3 * MINUTE, 's', theirs),
  ];
  const found = of(run(events), 'session_hijack');
  expect(found).toMatchObject([
    { at: events[1]?.id, severity: 'critical', evidence: { flipBacks: 1, minutesApart: 1 } },
  ]);
});

test('hijack: a client that moves on after the change is compared with the old one', () => {
  const events = [
    open(0, 's', { enrich: { ...paris, ...WINDOWS_FIREFOX } }),
    use(MINUTE, 's', { enrich: { ...paris, ...LINUX_CHROME } }),
    use(2 * MINUTE, 's', { enrich: { ...newYork, ...LINUX_CHROME }, ip: '198.51.100.9' }),
  ];
  expect(of(run(events), 'session_hijack')).toMatchObject([{ at: events[1]?.id, severity: 'critical' }]);
});

test('concurrent sessions: above the limit, ended and expired ones leave the count', () => {
  const opened = (count: number) => Array.from({ length: count }, (_, i) => open(i * MINUTE, `s${i}`));
  expect(fired(run(opened(3)), 'concurrent_sessions')).toEqual([]);
  expect(fired(run(opened(4)), 'concurrent_sessions')).toMatchObject([
    { severity: 'low', evidence: { live: 4 } },
  ]);
  expect(
    fired(
      run([...opened(3), close(5 * MINUTE, 's0', 'logout'), open(6 * MINUTE, 'x')]),
      'concurrent_sessions',
    ),
  ).toEqual([]);
  const expiring = open(0, 'short', {
    attributes: { expiresAt: new Date(Date.parse('2026-03-04T09:04:00Z')).toISOString() },
  });
  expect(fired(run([expiring, ...opened(2), open(5 * MINUTE, 'y')]), 'concurrent_sessions')).toEqual([]);
  expect(fired(run([expiring, ...opened(2), open(3 * MINUTE, 'y')]), 'concurrent_sessions')).toHaveLength(1);
});

test('concurrent sessions: one finding while it lasts, medium when countries differ, anew after it ended', () => {
  const at = (i: number, enrich: Enrich) => open(i * MINUTE, `s${i}`, { enrich });
  const five = [at(0, paris), at(1, paris), at(2, paris), at(3, paris), at(4, newYork)];
  expect(fired(run(five), 'concurrent_sessions')).toMatchObject([
    { at: five[3]?.id, severity: 'medium', evidence: { live: 5 } },
  ]);
  // That one of the two countries has ended since changes nothing about what was found.
  const less = [...five, open(8 * MINUTE, 'm'), close(9 * MINUTE, 's4', 'logout'), use(10 * MINUTE, 's0')];
  expect(fired(run(less), 'concurrent_sessions')).toMatchObject([
    { severity: 'medium', evidence: { live: 5, most: 6, countries: ['FR', 'US'] } },
  ]);
  const again = [
    ...five,
    close(10 * MINUTE, 's0', 'logout'),
    close(11 * MINUTE, 's1', 'logout'),
    open(12 * MINUTE, 'n'),
  ];
  expect(fired(run(again), 'concurrent_sessions')).toHaveLength(2);
});

test('an end without an account leaves the count of the session’s owner', () => {
  const end = { ...close(5 * MINUTE, 's0', 'expired'), user: null };
  const events = [open(0, 's0'), open(MINUTE, 's1'), open(2 * MINUTE, 's2'), end, open(6 * MINUTE, 's3')];
  expect(fired(run(events), 'concurrent_sessions')).toEqual([]);
});

test('two countries in 30 minutes: different sessions only', () => {
  const pair = (ms: number, session: string) =>
    fired(
      run([open(0, 'a', { enrich: paris }), open(ms, session, { enrich: newYork, ip: '198.51.100.9' })]),
      'concurrent_countries',
    ).length;
  expect([pair(30 * MINUTE - 1, 'b'), pair(30 * MINUTE, 'b'), pair(30 * MINUTE + 1, 'b')]).toEqual([1, 1, 0]);
  expect(pair(MINUTE, 'a')).toBe(0);
});

test('idle session: activity after more than 12 hours', () => {
  const after = (gap: number) => fired(run([open(0, 's'), use(gap, 's')]), 'idle_session').length;
  expect([after(12 * HOUR - 1), after(12 * HOUR), after(12 * HOUR + 1)]).toEqual([0, 0, 1]);
});

test('overlong session: used at an age above 24 hours; API tokens are silenced', () => {
  const aged = (age: number, attributes = {}) =>
    of(
      run([open(0, 's'), use(11 * HOUR, 's'), use(22 * HOUR, 's'), use(age, 's', { attributes })]),
      'overlong_session',
    );
  expect([aged(24 * HOUR - 1).length, aged(24 * HOUR).length, aged(24 * HOUR + 1).length]).toEqual([0, 0, 1]);
  expect(aged(25 * HOUR, { apiToken: true })[0]?.filtered).toBe('api_token');
});

test('a revoked session that is used again came back; one that logged out did not', () => {
  const after = (reason: string) =>
    fired(run([open(0, 's'), close(MINUTE, 's', reason), use(2 * MINUTE, 's')]), 'session_came_back');
  expect(after('revoked')).toMatchObject([{ severity: 'high', entity: { kind: 'session', id: 's' } }]);
  expect([after('rule').length, after('credential-change').length]).toEqual([1, 1]);
  expect([after('expired').length, after('logout').length, after('collected').length]).toEqual([0, 0, 0]);
});

test('an update from before the end that comes late is no return', () => {
  expect(
    of(run([open(0, 's'), close(2 * MINUTE, 's', 'revoked'), use(MINUTE, 's')]), 'session_came_back'),
  ).toEqual([]);
});
