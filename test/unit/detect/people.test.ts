import { expect, test } from 'vitest';
import type { DetectEvent } from '#engine/detect/event.ts';
import {
  DAY,
  event,
  fired,
  habit,
  HOUR,
  LINUX_CHROME,
  MINUTE,
  of,
  PLACES,
  run,
  T0,
  WINDOWS_FIREFOX,
} from './support.ts';

const { paris, berlin, newYork } = PLACES;
const at = (iso: string, parts: Partial<DetectEvent> = {}) => event(Date.parse(iso) - T0, parts);
const ordinary = (count: number) => habit(count, { enrich: { ...paris, ...WINDOWS_FIREFOX } });
const abroad = event(0, { ip: '198.51.100.9', enrich: { ...berlin, ...LINUX_CHROME } });

test('learning ends at 10 logins: after 9 a new country is silenced, after 10 and 11 it fires', () => {
  const filtersAfter = (logins: number) =>
    of(run([abroad], {}, ordinary(logins)), 'new_country').map(({ filtered }) => filtered);
  expect([filtersAfter(9), filtersAfter(10), filtersAfter(11)]).toEqual([
    ['learning'],
    [undefined],
    [undefined],
  ]);
});

test('learning ends 14 days after the first login', () => {
  const first = (before: number) =>
    of(run([abroad], {}, [event(-before, { enrich: paris })]), 'new_country').map(({ filtered }) => filtered);
  expect([first(14 * DAY - 1), first(14 * DAY), first(14 * DAY + 1)]).toEqual([
    ['learning'],
    [undefined],
    [undefined],
  ]);
});

test('new country: once for each country, with what was known and since when', () => {
  const again = event(HOUR, { ip: '198.51.100.9', enrich: berlin });
  const found = fired(run([abroad, again], {}, ordinary(12)), 'new_country');
  expect(found).toMatchObject([
    {
      at: abroad.id,
      severity: 'medium',
      evidence: { country: 'DE', logins: 12, knownCountries: [{ country: 'FR', count: 12 }] },
    },
  ]);
});

test('new country: an unknown country is never new, trusted egress neither fires nor teaches', () => {
  const unknown = run([event(0, { enrich: { country: null } })], {}, ordinary(12));
  expect(of(unknown, 'new_country')).toEqual([]);
  expect(unknown.counters.figures.new_country.notEvaluable).toEqual({ 'no country': 1 });
  const vpn = event(0, { ip: '198.51.100.9', enrich: { ...berlin, trusted: true } });
  const result = run([vpn, event(HOUR, { ip: '198.51.100.8', enrich: berlin })], {}, ordinary(12));
  expect(of(result, 'new_country').map(({ filtered }) => filtered)).toEqual(['trusted_egress', undefined]);
});

test('failures teach nothing', () => {
  const failure = event(-HOUR, { type: 'login-failed', ip: '198.51.100.9', enrich: berlin });
  expect(fired(run([failure, abroad], {}, ordinary(12)), 'new_country')).toHaveLength(1);
});

test('atypical country: at 30 days', () => {
  const after = (gap: number) =>
    fired(
      run([event(0, { enrich: paris })], {}, [
        ...habit(12, { enrich: berlin }),
        event(-gap, { enrich: paris }),
      ]),
      'atypical_country',
    ).length;
  expect([after(30 * DAY - 1), after(30 * DAY), after(30 * DAY + 1)]).toEqual([0, 1, 1]);
});

test('dormant account: at 90 days; a first login is none', () => {
  const after = (gap: number) => fired(run([event(0)], {}, [event(-gap)]), 'dormant_account').length;
  expect([after(90 * DAY - 1), after(90 * DAY), after(90 * DAY + 1)]).toEqual([0, 1, 1]);
  expect(of(run([event(0)]), 'dormant_account')).toEqual([]);
});

test('new device: family and class count, versions and an empty user agent do not', () => {
  const with_ = (enrich: NonNullable<DetectEvent['enrich']>) =>
    fired(run([event(0, { enrich })], {}, ordinary(12)), 'new_device').length;
  expect(with_(LINUX_CHROME)).toBe(1);
  expect(with_({ ...WINDOWS_FIREFOX, device: 'tablet' })).toBe(1);
  expect(with_({ ...WINDOWS_FIREFOX, browser: { name: 'Firefox', version: '999' } })).toBe(0);
  expect(with_({ os: { name: 'Windows' } })).toBe(0);
  expect(with_({})).toBe(0);
});

test('unfamiliar sign-in: two new features fire, one does not, unknown ones are never new', () => {
  const with_ = (enrich: NonNullable<DetectEvent['enrich']>, ip = '192.0.2.10') =>
    fired(run([event(0, { ip, enrich })], {}, ordinary(12)), 'unfamiliar_sign_in').length;
  expect(with_({ ...paris, ...WINDOWS_FIREFOX })).toBe(0);
  expect(with_({ ...paris, ...LINUX_CHROME })).toBe(0);
  expect(with_({ ...paris, asn: 1, ...LINUX_CHROME })).toBe(1);
  expect(with_({ country: 'DE', asn: null })).toBe(0);
  expect(with_({ ...paris, ...LINUX_CHROME }, '2001:db8::1')).toBe(1);
});

test.each([
  ['tor', {}, 'anonymous_ip', 'high'],
  ['proxy', {}, 'anonymous_ip', 'high'],
  ['vpn', { asOrg: 'Some VPN' }, 'anonymous_ip', 'high'],
  ['vpn', {}, 'anonymous_ip', 'info'],
  ['relay', { asOrg: 'Relay' }, 'anonymous_ip', 'info'],
  ['hosting', {}, 'hosting_ip', 'medium'],
] as const)('%s network: %o', (network, more, name, severity) => {
  const result = run([event(0, { enrich: { network, ...more } })]);
  expect(of(result, name)).toMatchObject([
    { severity, entity: { kind: 'ip', id: '192.0.2.10' }, users: ['alice'] },
  ]);
  const trusted = run([event(0, { enrich: { network, trusted: true, ...more } })]);
  expect(of(trusted, name).map(({ filtered }) => filtered)).toEqual(['trusted_egress']);
});

test('an unknown or ordinary kind of network raises nothing', () => {
  for (const network of [null, 'residential', 'business', 'mobile'] as const) {
    const result = run([event(0, { enrich: { network } })]);
    expect([...of(result, 'anonymous_ip'), ...of(result, 'hosting_ip')]).toEqual([]);
  }
});

const office = { learning: null, offHours: { timeZone: 'Europe/Berlin' } };
const offHours = (iso: string, settings: Parameters<typeof run>[1] = office) =>
  fired(run([at(iso)], settings), 'off_hours').length;

test('off hours: from 07:00 to before 19:00, Monday to Friday, local', () => {
  // Winter: Berlin is UTC+1. 2026-03-04 is a Wednesday.
  expect([
    offHours('2026-03-04T05:59:59.999Z'),
    offHours('2026-03-04T06:00:00Z'),
    offHours('2026-03-04T06:00:01Z'),
  ]).toEqual([1, 0, 0]);
  expect([offHours('2026-03-04T17:59:59.999Z'), offHours('2026-03-04T18:00:00Z')]).toEqual([0, 1]);
  expect([
    offHours('2026-03-06T12:00:00Z'),
    offHours('2026-03-07T12:00:00Z'),
    offHours('2026-03-08T12:00:00Z'),
  ]).toEqual([0, 1, 1]);
});

test('off hours: the clocks change with the zone', () => {
  // Summer time begins on 2026-03-29 and ends on 2026-10-25: the same UTC hour moves in and out.
  expect([offHours('2026-03-27T05:30:00Z'), offHours('2026-03-30T05:30:00Z')]).toEqual([1, 0]);
  expect([offHours('2026-10-23T05:30:00Z'), offHours('2026-10-26T05:30:00Z')]).toEqual([0, 1]);
  // A zone of three quarters of an hour: Kathmandu is UTC+5:45.
  const kathmandu = { ...office, offHours: { timeZone: 'Asia/Kathmandu' } };
  expect([offHours('2026-03-04T01:14:59Z', kathmandu), offHours('2026-03-04T01:15:00Z', kathmandu)]).toEqual([
    1, 0,
  ]);
});

test('off hours: a window over midnight belongs to the day it starts on; holidays are days off', () => {
  const night = { ...office, offHours: { timeZone: 'UTC', days: [5], start: '22:00', end: '06:00' } };
  expect([offHours('2026-03-06T21:59:00Z', night), offHours('2026-03-06T22:00:00Z', night)]).toEqual([1, 0]);
  expect([offHours('2026-03-07T05:59:00Z', night), offHours('2026-03-07T06:00:00Z', night)]).toEqual([0, 1]);
  expect(offHours('2026-03-07T23:00:00Z', night)).toBe(1);
  const holiday = { ...office, offHours: { timeZone: 'UTC', holidays: ['2026-03-04'] } };
  expect([offHours('2026-03-04T12:00:00Z', holiday), offHours('2026-03-05T12:00:00Z', holiday)]).toEqual([
    1, 0,
  ]);
});

test('off hours: off until a zone is set; silenced while learning; rare hours after 100 logins', () => {
  expect(of(run([at('2026-03-04T01:00:00Z')]), 'off_hours')).toEqual([]);
  expect(
    of(run([at('2026-03-04T01:00:00Z')], { offHours: { timeZone: 'UTC' } }), 'off_hours')[0]?.filtered,
  ).toBe('learning');
  const settings = { offHours: { timeZone: 'UTC', days: [1, 2, 3, 4, 5, 6, 7] } };
  const rare = (logins: number) => fired(run([event(3 * HOUR)], settings, habit(logins)), 'off_hours').length;
  expect([rare(99), rare(100)]).toEqual([0, 1]);
});

test('geofence: allowed, denied and unknown countries', () => {
  const fence = (geofence: object, enrich: NonNullable<DetectEvent['enrich']>) =>
    fired(run([event(0, { enrich })], { geofence }), 'geofence').length;
  expect([
    fence({ allow: ['FR'] }, paris),
    fence({ allow: ['FR'] }, berlin),
    fence({ deny: ['DE'] }, berlin),
  ]).toEqual([0, 1, 1]);
  expect([fence({ deny: ['DE'] }, paris), fence({ allow: ['DE'], deny: ['DE'] }, berlin)]).toEqual([0, 1]);
  expect([
    fence({ allow: ['FR'] }, { country: null }),
    fence({ allow: ['FR'], unknown: 'deny' }, { country: null }),
  ]).toEqual([0, 1]);
  expect(of(run([event(0, { enrich: berlin })]), 'geofence')).toEqual([]);
});

test('role or password change up to 60 minutes after a high detection', () => {
  const risky = [event(0, { enrich: { network: 'tor' } })];
  const change = (ms: number, parts: Partial<DetectEvent> = {}) =>
    of(
      run([...risky, event(ms, { type: 'role-changed', ...parts })], {}, habit(3, { user: 'admin' })),
      'privileged_role_after_risky_login',
    );
  expect([
    change(60 * MINUTE - 1).length,
    change(60 * MINUTE).length,
    change(60 * MINUTE + 1).length,
  ]).toEqual([1, 1, 0]);
  expect(change(MINUTE)[0]).toMatchObject({ severity: 'critical', entity: { kind: 'user', id: 'alice' } });
  expect(change(MINUTE, { type: 'password-changed' })).toHaveLength(1);
  expect(change(MINUTE, { actor: 'admin' })[0]?.filtered).toBe('known_administrator');
  expect(change(MINUTE, { actor: 'nobody-knows' })[0]?.filtered).toBeUndefined();
  // The risky person makes the change for somebody else.
  expect(change(MINUTE, { user: 'mallory', actor: 'alice' })[0]).toMatchObject({ entity: { id: 'alice' } });
  expect(change(MINUTE, { user: 'bob', actor: 'bob' })).toEqual([]);
});

test('a detection that was silenced makes no change risky', () => {
  const trusted = [
    event(0, { enrich: { network: 'tor', trusted: true } }),
    event(MINUTE, { type: 'role-changed' }),
  ];
  expect(of(run(trusted), 'privileged_role_after_risky_login')).toEqual([]);
});

test('user risk: 4 counted detections are medium, 7 high; after 45 days they count no more', () => {
  const countries = ['AA', 'BB', 'CC', 'DD', 'EE', 'FF', 'GG'];
  const trips = (count: number, gap: number) => [
    event(0, { enrich: { country: 'FR' } }),
    ...countries.slice(0, count).map((country, i) => event((i + 1) * gap, { enrich: { country } })),
  ];
  const levels = (count: number, gap: number) =>
    fired(run(trips(count, gap), { learning: null }), 'user_risk').map(({ severity }) => severity);
  expect([levels(3, DAY), levels(4, DAY), levels(6, DAY), levels(7, DAY)]).toEqual([
    [],
    ['medium'],
    ['medium'],
    ['medium', 'high'],
  ]);
  expect([levels(4, 15 * DAY), levels(4, 15 * DAY - 1)]).toEqual([[], ['medium']]);
});

test('clock skew: future events and late live ones move nobody', () => {
  const far = (ahead: number, parts: Partial<DetectEvent> = {}) => {
    const login = event(0, {
      enrich: newYork,
      ip: '198.51.100.3',
      receivedAt: new Date(T0 - ahead).toISOString(),
      ...parts,
    });
    return run([event(-10 * MINUTE, { enrich: paris }), login]);
  };
  const count = (ahead: number, parts: Partial<DetectEvent> = {}) => [
    fired(far(ahead, parts), 'clock_skew').length,
    fired(far(ahead, parts), 'impossible_travel').length,
  ];
  expect([count(5 * MINUTE), count(5 * MINUTE + 1), count(3 * HOUR)]).toEqual([
    [0, 1],
    [1, 0],
    [1, 0],
  ]);
  const live = { attributes: { live: true } };
  expect([count(-2 * HOUR, live), count(-2 * HOUR - 1, live), count(-2 * HOUR - 1)]).toEqual([
    [0, 1],
    [1, 0],
    [0, 1],
  ]);
});
