import { expect, test } from 'vitest';
import { geodesicKm } from '#shared/domain/geodesic.ts';
import type { DetectEvent } from '#engine/detect/event.ts';
import { DAY, event, fired, HOUR, MINUTE, of, PLACES, run } from './support.ts';

const { paris, berlin, newYork, tokyo } = PLACES;
const km = geodesicKm(
  { latitude: paris.lat, longitude: paris.lon },
  { latitude: newYork.lat, longitude: newYork.lon },
);
const there = (
  at: number,
  enrich: NonNullable<DetectEvent['enrich']>,
  ip = '198.51.100.7',
  parts: Partial<DetectEvent> = {},
) => event(at, { ip, enrich, ...parts });
const travel = (...args: Parameters<typeof run>) => fired(run(...args), 'impossible_travel');

test('speed: above 900 km/h fires, at 900 km/h and below does not', () => {
  const exactly = (km / 900) * HOUR;
  for (const [ms, count] of [
    [exactly - 2_000, 1],
    [Math.ceil(exactly), 0],
    [exactly + 2_000, 0],
  ] as const)
    expect(travel([event(0, { enrich: paris }), there(ms, newYork)])).toHaveLength(count);
});

test('speed exactly at the limit does not fire', () => {
  const a = event(0, { enrich: { country: 'XA', lat: 0, lon: 0 } });
  const b = there(HOUR, { country: 'XB', lat: 0, lon: 9 });
  const exact = geodesicKm({ latitude: 0, longitude: 0 }, { latitude: 0, longitude: 9 });
  const at = (maxSpeedKmh: number) => travel([a, b], { impossibleTravel: { maxSpeedKmh } }).length;
  expect([at(exact - 0.001), at(exact), at(exact + 0.001)]).toEqual([1, 0, 0]);
});

test('distance: at the limit fires, just under does not', () => {
  const a = event(0, { enrich: { country: 'XA', lat: 0, lon: 0 } });
  const b = there(MINUTE, { country: 'XB', lat: 0, lon: 5 });
  const exact = geodesicKm({ latitude: 0, longitude: 0 }, { latitude: 0, longitude: 5 });
  const at = (minDistanceKm: number) => travel([a, b], { impossibleTravel: { minDistanceKm } }).length;
  expect([at(exact - 0.001), at(exact), at(exact + 0.001)]).toEqual([1, 1, 0]);
});

test('no time between two places is infinite speed; the evidence says so', () => {
  const [found] = travel([event(0, { enrich: paris }), there(0, newYork)]);
  expect(found?.evidence['infiniteSpeed']).toBe(true);
  expect(found?.evidence['kmh']).toBeNull();
});

test('evidence holds both ends and the figures', () => {
  const [found] = travel([event(0, { enrich: paris }), there(HOUR, newYork)]);
  expect(found?.evidence).toMatchObject({
    from: { city: 'Paris', asn: 64_501 },
    to: { city: 'New York', asn: 64_503 },
    km: Math.round(km * 10) / 10,
    minutes: 60,
    techniques: ['T1078'],
  });
  expect(found?.severity).toBe('high');
  expect(found?.entity).toEqual({ kind: 'user', id: 'alice' });
});

test('a late event is compared with the neighbour after it', () => {
  // Far enough from the earlier one, too near the later one in time.
  const first = event(0, { enrich: paris });
  const last = event(12 * HOUR, { enrich: paris });
  const late = there(11 * HOUR, newYork, '198.51.100.7', {
    receivedAt: new Date(Date.parse(last.ts) + HOUR).toISOString(),
  });
  expect(travel([first, last])).toHaveLength(0);
  const [found, ...more] = travel([first, last, late]);
  expect(more).toHaveLength(0);
  expect(found?.events).toEqual([late.id, last.id]);
});

test('a late event that breaks a pair takes the finding back', () => {
  // Paris to Tokyo in 10 h is too fast; a stop in Berlin an hour before Tokyo is worse, so two hops remain.
  const a = event(0, { enrich: paris });
  const b = there(10 * HOUR, tokyo);
  const between = event(9 * HOUR, { enrich: berlin, ip: '203.0.113.4' });
  expect(travel([a, b])[0]?.events).toEqual([a.id, b.id]);
  expect(travel([a, b, between])[0]?.events).toEqual([between.id, b.id]);
});

test('failures never move anybody', () => {
  const fail = there(30 * MINUTE, newYork, '198.51.100.7', { type: 'login-failed' });
  expect(
    of(run([event(0, { enrich: paris }), fail, event(HOUR, { enrich: paris })]), 'impossible_travel'),
  ).toEqual([]);
});

test('trusted egress is kept as filtered and is never the last place', () => {
  const vpn = { ...newYork, trusted: true };
  const result = run([event(0, { enrich: paris }), there(MINUTE, vpn), event(2 * MINUTE, { enrich: paris })]);
  expect(of(result, 'impossible_travel').map(({ filtered }) => filtered)).toEqual(['trusted_egress']);
  const byCidr = run([event(0, { enrich: paris }), there(MINUTE, newYork)], {
    filters: { trustedCidrs: ['198.51.100.0/24'] },
  });
  expect(of(byCidr, 'impossible_travel').map(({ filtered }) => filtered)).toEqual(['trusted_egress']);
});

test.each([
  ['same_ip', paris, newYork, '192.0.2.10', {}],
  [
    'mobile_carrier',
    { ...paris, country: 'US', asn: 7, network: 'mobile' },
    { ...newYork, asn: 7, network: 'mobile' },
    '198.51.100.1',
    {},
  ],
  ['satellite', paris, { ...newYork, network: 'satellite' }, '198.51.100.1', {}],
  ['travel_pair', paris, newYork, '198.51.100.1', { filters: { travelPairs: [['US', 'FR']] } }],
  [
    'same_country',
    paris,
    { ...newYork, country: 'FR' },
    '198.51.100.1',
    { impossibleTravel: { ignoreSameCountry: true } },
  ],
  ['ignored_user', paris, newYork, '198.51.100.1', { filters: { ignoredUsers: ['alice'] } }],
  ['ignored_ip', paris, newYork, '198.51.100.1', { filters: { ignoredIps: ['198.51.100.0/24'] } }],
  ['ignored_asn', paris, newYork, '198.51.100.1', { filters: { ignoredAsns: [64_503] } }],
] as const)('%s silences, and the finding is kept with its name', (name, from, to, ip, settings) => {
  const result = run(
    [event(0, { enrich: from }), there(MINUTE, to, ip)],
    settings as unknown as Parameters<typeof run>[1],
  );
  const found = of(result, 'impossible_travel');
  expect(found.map(({ filtered }) => filtered)).toEqual([name]);
  expect(found[0]?.evidence.filtersConsidered.find((entry) => entry.filter === name)?.applied).toBe(true);
});

test('one mobile network in two countries is no carrier artefact', () => {
  const result = travel([
    event(0, { enrich: { ...paris, asn: 7, network: 'mobile' } }),
    there(MINUTE, { ...newYork, asn: 7, network: 'mobile' }),
  ]);
  expect(result).toHaveLength(1);
});

test('addresses of one IPv6 /64 are one place, those of two are not', () => {
  const pair = (ip: string) =>
    run([event(0, { ip: '2001:db8:1:2:aaaa::1', enrich: paris }), there(MINUTE, newYork, ip)]);
  expect(of(pair('2001:db8:1:2:ffff:1:2:3'), 'impossible_travel')[0]?.filtered).toBe('same_ip');
  expect(fired(pair('2001:db8:1:3::1'), 'impossible_travel')).toHaveLength(1);
});

test('only for a new address: a known one is silenced', () => {
  const settings = { impossibleTravel: { onlyForNewIp: true } };
  const known = [event(-20 * DAY, { enrich: newYork, ip: '198.51.100.7' }), event(0, { enrich: paris })];
  expect(of(run([...known, there(MINUTE, newYork)], settings), 'impossible_travel').at(-1)?.filtered).toBe(
    'known_ip',
  );
  expect(
    fired(run([...known, there(MINUTE, newYork, '203.0.113.9')], settings), 'impossible_travel'),
  ).toHaveLength(1);
});

test.each(['10.1.2.3', '192.168.0.1', '172.20.0.1', '100.64.0.9', '127.0.0.1', '::1', 'fc00::1', 'fe80::1'])(
  '%s has no place',
  (ip) => {
    expect(of(run([event(0, { enrich: paris }), there(MINUTE, newYork, ip)]), 'impossible_travel')).toEqual(
      [],
    );
  },
);

test('unknown coordinates are not evaluable and are counted as such', () => {
  const result = run([event(0, { enrich: paris }), there(MINUTE, { country: 'US', lat: null, lon: null })]);
  expect(of(result, 'impossible_travel')).toEqual([]);
  expect(result.counters.figures.impossible_travel.notEvaluable).toEqual({
    'no other place to compare': 1,
    'no place': 1,
  });
});

test('across the antimeridian and near a pole the way is short', () => {
  const hop = (a: [number, number], b: [number, number]) =>
    travel([event(0, { enrich: { lat: a[0], lon: a[1] } }), there(20 * MINUTE, { lat: b[0], lon: b[1] })])
      .length;
  expect(hop([0, 179], [0, -179])).toBe(0);
  expect(hop([89.5, 0], [89.5, 180])).toBe(0);
  expect(hop([0, 170], [0, -170])).toBe(1);
  expect(hop([60, 0], [60, 180])).toBe(1);
});

test('flapping between two places is one finding a day, not one an event', () => {
  const events = Array.from({ length: 10 }, (_, i) =>
    i % 2 === 0 ? event(i * MINUTE, { enrich: paris }) : there(i * MINUTE, newYork),
  );
  const found = travel(events);
  expect(found).toHaveLength(1);
  expect(found[0]?.evidence['hopCount']).toBe(9);
});

test('null switches it off', () => {
  expect(
    of(
      run([event(0, { enrich: paris }), there(MINUTE, newYork)], { impossibleTravel: null }),
      'impossible_travel',
    ),
  ).toEqual([]);
});
