import { expect, test } from 'vitest';
import { DAY, detect, ev, FAR, HOME, HOUR, known, table } from './support.ts';

const there = { ip: '198.51.100.7', enrich: FAR };
const in_ = (country: string | null) => ({ ip: '198.51.100.7', enrich: { country } });
table(
  ['new_country', 'atypical_country'],
  [
    ['after ten sign-ins', { history: known(), events: [ev('n', 0, 'login', there)] }, ['new_country@n']],
    [
      'after nine',
      { history: known().slice(1), events: [ev('n', 0, 'login', there)] },
      ['new_country@n!learning'],
    ],
    [
      'after one, 14 days ago',
      { history: [ev('h', -14 * DAY, 'login')], events: [ev('n', 0, 'login', there)] },
      ['new_country@n'],
    ],
    [
      'after one, a millisecond less',
      { history: [ev('h', -14 * DAY + 0.001, 'login')], events: [ev('n', 0, 'login', there)] },
      ['new_country@n!learning'],
    ],
    [
      'without learning',
      { settings: { learning: null }, history: known().slice(9), events: [ev('n', 0, 'login', there)] },
      ['new_country@n'],
    ],
    [
      'known from history',
      { history: [...known(), ev('x', -2 * DAY, 'login', there)], events: [ev('n', 0, 'login', there)] },
      [],
    ],
    [
      'a failure there teaches nothing',
      { history: known(), events: [ev('f', 0, 'login-failed', there), ev('n', HOUR, 'login', there)] },
      ['new_country@n'],
    ],
    [
      'session activity teaches nothing',
      {
        history: known(),
        events: [
          ev('f', 0, 'session-updated', { ...there, session: 's' }),
          ev('n', 30 * HOUR, 'login', there),
        ],
      },
      ['new_country@n'],
    ],
    ['an unknown country is never new', { history: known(), events: [ev('n', 0, 'login', in_(null))] }, []],
    [
      'once a country',
      { history: known(), events: [ev('n', 0, 'login', there), ev('m', HOUR, 'login', there)] },
      ['new_country@n'],
    ],
    [
      'an egress teaches no country',
      {
        history: known(),
        events: [
          ev('n', 0, 'login', { ip: '198.51.100.7', enrich: { ...FAR, trusted: true } }),
          ev('m', 30 * HOUR, 'login', there),
        ],
      },
      ['new_country@n!trusted_egress', 'new_country@m'],
    ],
    [
      'last used 30 days ago',
      { history: [...known(), ev('x', -30 * DAY, 'login', there)], events: [ev('n', 0, 'login', there)] },
      ['atypical_country@n'],
    ],
    [
      'a millisecond less',
      {
        history: [...known(), ev('x', -30 * DAY + 0.001, 'login', there)],
        events: [ev('n', 0, 'login', there)],
      },
      [],
    ],
    [
      'another number of days',
      {
        settings: { atypicalCountry: { days: 3 } },
        history: [...known(), ev('x', -3 * DAY, 'login', there)],
        events: [ev('n', 0, 'login', there)],
      },
      ['atypical_country@n'],
    ],
  ],
);

const fence = (geofence: object) => ({ settings: { geofence } });
table(
  ['geofence'],
  [
    ['allowed', { ...fence({ allow: ['US'] }), events: [ev('a', 0, 'login', there)] }, []],
    [
      'not among the allowed',
      { ...fence({ allow: ['DE'] }), events: [ev('a', 0, 'login', there)] },
      ['geofence@a'],
    ],
    ['denied', { ...fence({ deny: ['US'] }), events: [ev('a', 0, 'login', there)] }, ['geofence@a']],
    [
      'denied though allowed',
      { ...fence({ allow: ['US'], deny: ['US'] }), events: [ev('a', 0, 'login', there)] },
      ['geofence@a'],
    ],
    ['an unknown place', { ...fence({ allow: ['DE'] }), events: [ev('a', 0, 'login', in_(null))] }, []],
    [
      'an unknown place that is denied',
      { ...fence({ allow: ['DE'], unknown: 'deny' }), events: [ev('a', 0, 'login', in_(null))] },
      ['geofence@a'],
    ],
    ['a failure', { ...fence({ allow: ['DE'] }), events: [ev('a', 0, 'login-failed', there)] }, []],
    ['off by default', { events: [ev('a', 0, 'login', there)] }, []],
  ],
);

const through = (network: string | null, asOrg: string | null = 'Somebody Ltd') => [
  ev('a', 0, 'login', { enrich: { ...HOME, network, asOrg } }),
];
table(
  ['anonymous_ip', 'hosting_ip'],
  [
    ['Tor', { events: through('tor') }, ['anonymous_ip@a']],
    ['a proxy', { events: through('proxy') }, ['anonymous_ip@a']],
    ['a named VPN', { events: through('vpn') }, ['anonymous_ip@a']],
    ['hosting', { events: through('hosting') }, ['hosting_ip@a']],
    [
      'satellite, mobile, business, residential',
      {
        events: ['satellite', 'mobile', 'business', 'residential'].flatMap((kind, i) =>
          through(kind).map((one) => ({ ...one, id: `e${i}` })),
        ),
      },
      [],
    ],
    ['an unknown kind', { events: through(null) }, []],
    ['a failure', { events: through('tor').map((one) => ({ ...one, type: 'login-failed' })) }, []],
    [
      'the own egress',
      { settings: { filters: { trustedCidrs: ['192.0.2.0/24'] } }, events: through('vpn') },
      ['anonymous_ip@a!trusted_egress'],
    ],
    [
      'two people in a day are one finding',
      {
        events: [
          ...through('tor'),
          ...through('tor').map((one) => ({ ...one, id: 'b', user: 'bob', ts: '2026-03-04T12:00:00Z' })),
        ],
      },
      ['anonymous_ip@a'],
    ],
  ],
);
test.each([
  ['vpn', 'Somebody Ltd', 'high'],
  ['vpn', null, 'info'],
  ['relay', 'Apple', 'info'],
  ['tor', null, 'high'],
])('%s of %s is %s', async (network, asOrg, severity) => {
  const { lines } = await detect({ events: through(network, asOrg) });
  expect(lines.find((line) => line['detection'] === 'anonymous_ip')).toMatchObject({
    severity,
    entity: { kind: 'ip', id: '192.0.2.1' },
  });
});

const EDGE = {
  os: { name: 'Windows', version: '10' },
  browser: { name: 'Edge', version: '120' },
  device: 'desktop',
};
const NEWER = {
  os: { name: 'Windows', version: '11' },
  browser: { name: 'Edge', version: '151' },
  device: 'desktop',
};
const PHONE = { os: { name: 'iOS' }, browser: { name: 'Safari' }, device: 'mobile' };
const using = (client: object) => ({ enrich: { ...HOME, ...client } });
table(
  ['new_device', 'unfamiliar_sign_in'],
  [
    [
      'a new phone',
      { history: known(using(EDGE)), events: [ev('n', 0, 'login', using(PHONE))] },
      ['new_device@n'],
    ],
    ['a browser update', { history: known(using(EDGE)), events: [ev('n', 0, 'login', using(NEWER))] }, []],
    ['no user agent', { history: known(using(EDGE)), events: [ev('n', 0, 'login')] }, []],
    [
      'only the system is known, and it is the same',
      { history: known(using(EDGE)), events: [ev('n', 0, 'login', using({ os: EDGE.os }))] },
      [],
    ],
    [
      'a new phone while learning',
      { history: known(using(EDGE)).slice(1), events: [ev('n', 0, 'login', using(PHONE))] },
      ['new_device@n!learning'],
    ],
    [
      'at an egress the device is still new, and exempt',
      {
        history: known(using(EDGE)),
        events: [ev('n', 0, 'login', { enrich: { ...HOME, ...PHONE, trusted: true } })],
      },
      ['new_device@n!trusted_egress'],
    ],
    [
      'a new network and a new device',
      {
        history: known(using(EDGE)),
        events: [ev('n', 0, 'login', { ip: '198.51.100.7', enrich: { ...HOME, ...PHONE, asn: 64_999 } })],
      },
      ['new_device@n', 'unfamiliar_sign_in@n'],
    ],
    [
      'a new network alone',
      {
        history: known(using(EDGE)),
        events: [ev('n', 0, 'login', { ip: '198.51.100.7', enrich: { ...HOME, ...EDGE, asn: 64_999 } })],
      },
      [],
    ],
    [
      'a new network and IPv6 for the first time',
      {
        history: known(using(EDGE)),
        events: [ev('n', 0, 'login', { ip: '2001:db8::1', enrich: { ...HOME, ...EDGE, asn: 64_999 } })],
      },
      ['unfamiliar_sign_in@n'],
    ],
  ],
);
