import { expect, test } from 'vitest';
import { DAY, detect, ev, FAR, HOME, HOUR, MIN, table } from './support.ts';

const there = { ip: '198.51.100.7', enrich: FAR };
/** A place on the equator; a degree there is 111.3195 km (WGS 84). */
const equator = (lon: number, more: object = {}) => ({ country: null, lat: 0, lon, asn: 64_600, ...more });
const to = (ip: string, enrich: object) => ({ ip, enrich });
const travel = (lon: number, seconds: number, more: object = {}) => ({
  events: [
    ev('a', 0, 'login', to('192.0.2.1', equator(0, more))),
    ev('b', seconds, 'login', to('198.51.100.7', equator(lon, more))),
  ],
});

table(
  ['impossible_travel'],
  [
    ['just under 500 km (499.99)', travel(4.49147, MIN), []],
    ['just over 500 km (500.01)', travel(4.49166, MIN), ['impossible_travel@b']],
    // 8.0847 degrees are 899.98 km, 8.0851 are 900.03 km.
    ['just under 900 km/h', travel(8.0847, HOUR), []],
    ['just over 900 km/h', travel(8.0851, HOUR), ['impossible_travel@b']],
    ['no time at all', travel(90, 0), ['impossible_travel@b']],
    ['no time and 400 km', travel(3.6, 0), []],
    [
      'over the antimeridian: 22 km',
      {
        events: [
          ev('a', 0, 'login', to('192.0.2.1', equator(179.9))),
          ev('b', 1, 'login', to('198.51.100.7', equator(-179.9))),
        ],
      },
      [],
    ],
    [
      'at the pole every longitude is one place',
      {
        events: [
          ev('a', 0, 'login', to('192.0.2.1', { lat: 90, lon: 0 })),
          ev('b', 1, 'login', to('198.51.100.7', { lat: 90, lon: 180 })),
        ],
      },
      [],
    ],
    [
      'from pole to pole',
      {
        events: [
          ev('a', 0, 'login', to('192.0.2.1', { lat: 90, lon: 0 })),
          ev('b', HOUR, 'login', to('198.51.100.7', { lat: -90, lon: 0 })),
        ],
      },
      ['impossible_travel@b'],
    ],
    [
      'there and back is one finding',
      { events: [ev('a', 0, 'login'), ev('b', HOUR, 'login', there), ev('c', 2 * HOUR, 'login')] },
      ['impossible_travel@b'],
    ],
    [
      'a stop on the way: New York can be reached from Paris, not from Berlin',
      {
        events: [
          ev('a', 0, 'login'),
          ev('c', 6 * HOUR, 'login', there),
          ev('b', 3 * HOUR, 'login', {
            ip: '203.0.113.1',
            enrich: { country: 'IS', lat: 64.13, lon: -21.9 },
          }),
        ],
      },
      ['impossible_travel@c'],
    ],
    [
      'failures move nobody',
      { events: [ev('a', 0, 'login'), ev('f', HOUR, 'login-failed', there), ev('c', 2 * HOUR, 'login')] },
      [],
    ],
    [
      'session activity says where somebody is',
      {
        events: [
          ev('a', 0, 'login', { session: 's' }),
          ev('u', HOUR, 'session-updated', { ...there, session: 's', user: null }),
        ],
      },
      ['impossible_travel@u'],
    ],
    [
      'one address with two places',
      { events: [ev('a', 0, 'login'), ev('b', MIN, 'login', { enrich: FAR })] },
      ['impossible_travel@b!same_ip'],
    ],
    [
      'one /64 with two places',
      {
        events: [
          ev('a', 0, 'login', { ip: '2001:db8::1' }),
          ev('b', MIN, 'login', { ip: '2001:db8::ffff:1', enrich: FAR }),
        ],
      },
      ['impossible_travel@b!same_ip'],
    ],
    [
      'an address written as IPv6',
      { events: [ev('a', 0, 'login'), ev('b', MIN, 'login', { ip: '::ffff:192.0.2.1', enrich: FAR })] },
      ['impossible_travel@b!same_ip'],
    ],
    [
      'the neighbouring /64',
      {
        events: [
          ev('a', 0, 'login', { ip: '2001:db8::1' }),
          ev('b', MIN, 'login', { ip: '2001:db8:0:1::1', enrich: FAR }),
        ],
      },
      ['impossible_travel@b'],
    ],
    [
      'one mobile network in one country',
      travel(20, MIN, { country: 'BR', network: 'mobile' }),
      ['impossible_travel@b!mobile_carrier'],
    ],
    [
      'one mobile network in two countries',
      {
        events: [
          ev('a', 0, 'login', to('192.0.2.1', equator(0, { country: 'BR', network: 'mobile' }))),
          ev('b', MIN, 'login', to('198.51.100.7', equator(20, { country: 'GA', network: 'mobile' }))),
        ],
      },
      ['impossible_travel@b'],
    ],
    [
      'two mobile networks in one country',
      {
        events: [
          ev('a', 0, 'login', to('192.0.2.1', equator(0, { country: 'BR', network: 'mobile' }))),
          ev(
            'b',
            MIN,
            'login',
            to('198.51.100.7', equator(20, { country: 'BR', network: 'mobile', asn: 64_601 })),
          ),
        ],
      },
      ['impossible_travel@b'],
    ],
    ['one country is no filter', travel(20, MIN, { country: 'BR' }), ['impossible_travel@b']],
    [
      'one country is one when asked for',
      { ...travel(20, MIN, { country: 'BR' }), settings: { impossibleTravel: { ignoreSameCountry: true } } },
      ['impossible_travel@b!same_country'],
    ],
    [
      'a known address when asked for new ones',
      {
        settings: { impossibleTravel: { onlyForNewIp: true } },
        history: [ev('h', -3 * DAY, 'login', there)],
        events: [ev('a', 0, 'login'), ev('b', MIN, 'login', there)],
      },
      ['impossible_travel@b!known_ip'],
    ],
    [
      'the own egress is exempt and nobody’s place',
      {
        events: [
          ev('a', 0, 'login'),
          ev('b', MIN, 'login', { ip: '198.51.100.7', enrich: { ...FAR, trusted: true } }),
          ev('c', 2 * MIN, 'login'),
        ],
      },
      ['impossible_travel@b!trusted_egress'],
    ],
    [
      'what the own egress is between',
      {
        events: [
          ev('a', 0, 'login'),
          ev('b', MIN, 'login', { ip: '198.51.100.7', enrich: { ...FAR, trusted: true } }),
          ev('c', 2 * MIN, 'login', { ip: '203.0.113.4', enrich: { country: 'JP', lat: 35.7, lon: 139.7 } }),
        ],
      },
      ['impossible_travel@b!trusted_egress', 'impossible_travel@c'],
    ],
    [
      'a satellite in between hides nothing',
      {
        events: [
          ev('a', 0, 'login'),
          ev('s', MIN, 'login', {
            ip: '203.0.113.4',
            enrich: { country: 'AU', lat: -33, lon: 151, network: 'satellite' },
          }),
          ev('b', 2 * MIN, 'login', there),
        ],
      },
      ['impossible_travel@s!satellite', 'impossible_travel@b'],
    ],
    [
      'a pair of countries',
      {
        settings: { filters: { travelPairs: [['US', 'DE']] } },
        events: [ev('a', 0, 'login'), ev('b', MIN, 'login', there)],
      },
      ['impossible_travel@b!travel_pair'],
    ],
    [
      'private, carrier NAT, loopback and link-local addresses have no place',
      {
        events: [
          '10.0.0.1',
          '100.64.0.1',
          '127.0.0.1',
          '169.254.1.1',
          'fd00::1',
          'fe80::1',
          '::1',
          '172.16.0.1',
          '192.168.1.1',
        ].map((ip, i) => ev(`e${i}`, i * MIN, 'login', { ip, enrich: i % 2 === 0 ? HOME : FAR })),
      },
      [],
    ],
    [
      'half a place is none',
      {
        events: [
          ev('a', 0, 'login'),
          ev('b', MIN, 'login', to('198.51.100.7', { country: 'US', lat: 40, lon: null })),
        ],
      },
      [],
    ],
  ],
);

test('the length of a hop is the one on the WGS 84 ellipsoid', async () => {
  // The example of GeographicLib's manual, JFK to LHR: 5,551,759.400 m. On a sphere it is 5,536 km.
  const [jfk, lhr] = [
    { lat: 40.6, lon: -73.8 },
    { lat: 51.6, lon: -0.5 },
  ];
  const { lines } = await detect({
    events: [ev('a', 0, 'login', { enrich: jfk }), ev('b', HOUR, 'login', { ...there, enrich: lhr })],
  });
  expect(lines.find((line) => line['detection'] === 'impossible_travel')).toMatchObject({
    evidence: { km: 5551.8, kmh: 5551.8, minutes: 60 },
  });
});
