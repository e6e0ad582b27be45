import { expect, test } from 'vitest';
import { at, DAY, detect, ev, FAR, HOME, HOUR, known, MIN, table, type EventIn } from './support.ts';

const WINDOWS = { os: { name: 'Windows' }, browser: { name: 'Firefox', version: '140' }, device: 'desktop' };
const LINUX = { os: { name: 'Linux' }, browser: { name: 'Firefox', version: '140' }, device: 'desktop' };
const NEWER = { os: { name: 'Windows' }, browser: { name: 'Firefox', version: '141' }, device: 'desktop' };
const in_ = (session: string, enrich: object, more: object = {}) => ({ session, enrich, ...more });
const used = (...later: EventIn[]) => ({
  events: [ev('a', 0, 'login', in_('s', { ...HOME, ...WINDOWS })), ...later],
});
const then = (enrich: object, ip = '198.51.100.7') =>
  ev('u', MIN, 'session-updated', in_('s', enrich, { ip }));

const hijack = async (input: object) =>
  (await detect(input)).lines.find((line) => line['detection'] === 'session_hijack');
test.each([
  ['another system', used(then({ ...HOME, ...LINUX }, '192.0.2.1')), 'medium'],
  ['and another address', used(then({ ...HOME, ...LINUX })), 'high'],
  ['and another network', used(then({ ...HOME, ...LINUX, asn: 64_999 })), 'high'],
  ['and another country', used(then({ ...FAR, ...LINUX })), 'critical'],
  ['another country, one network', used(then({ ...FAR, ...LINUX, asn: HOME['asn'] })), 'high'],
  ['a network that is unknown', used(then({ ...FAR, ...LINUX, asn: null })), 'high'],
])('hijack: %s', async (_name, input, severity) => {
  expect(await hijack(input)).toMatchObject({ severity, at: 'u', entity: { kind: 'session', id: 's' } });
});
test.each([
  ['another address alone', used(then({ ...HOME, ...WINDOWS }))],
  ['a browser update', used(then({ ...HOME, ...NEWER }))],
  ['an event without a user agent', used(then({ ...HOME }))],
  ['another session', used(ev('u', MIN, 'session-updated', in_('t', { ...FAR, ...LINUX })))],
])('no hijack: %s', async (_name, input) => {
  expect(await hijack(input)).toBeUndefined();
});
table(
  ['session_hijack'],
  [
    [
      'turn by turn is one finding',
      used(
        ...[1, 2, 3, 4].map((i) =>
          ev(
            `u${i}`,
            i * MIN,
            'session-updated',
            in_('s', { ...FAR, ...(i % 2 === 0 ? WINDOWS : LINUX) }, { ip: '198.51.100.7' }),
          ),
        ),
      ),
      ['session_hijack@u1'],
    ],
    [
      'at the own egress',
      used(ev('u', MIN, 'session-updated', in_('s', { ...HOME, ...LINUX, trusted: true }))),
      ['session_hijack@u!trusted_egress'],
    ],
  ],
);

const open = (id: string, seconds: number, session: string, more: object = {}): EventIn =>
  ev(id, seconds, 'session-opened', { session, ...more });
const four = [1, 2, 3, 4].map((i) => open(`o${i}`, i * MIN, `s${i}`));
table(
  ['concurrent_sessions'],
  [
    ['three', { events: four.slice(0, 3) }, []],
    ['four', { events: four }, ['concurrent_sessions@o4']],
    ['five are one finding', { events: [...four, open('o5', 9 * MIN, 's5')] }, ['concurrent_sessions@o4']],
    [
      'one ended before',
      { events: [...four, ev('c', 3.5 * MIN, 'session-closed', { session: 's1', ip: null })] },
      [],
    ],
    ['one signed out before', { events: [...four, ev('c', 3.5 * MIN, 'logout', { session: 's1' })] }, []],
    [
      'one expired before',
      { events: [open('o1', MIN, 's1', { attributes: { expiresAt: at(4 * MIN) } }), ...four.slice(1)] },
      [],
    ],
    [
      'one expires just after',
      { events: [open('o1', MIN, 's1', { attributes: { expiresAt: at(4 * MIN + 1) } }), ...four.slice(1)] },
      ['concurrent_sessions@o4'],
    ],
    ['of four people', { events: four.map((one, i) => ({ ...one, user: `u${i}` })) }, []],
    [
      'a limit of one',
      { settings: { concurrentSessions: { limit: 1 } }, events: four.slice(0, 2) },
      ['concurrent_sessions@o2'],
    ],
    [
      'a service account',
      { settings: { filters: { serviceAccounts: ['ada'] } }, events: four },
      ['concurrent_sessions@o4!service_account'],
    ],
    [
      'down and up again is a second finding',
      { events: [...four, ev('c', 5 * MIN, 'logout', { session: 's1' }), open('o6', 6 * MIN, 's6')] },
      ['concurrent_sessions@o4', 'concurrent_sessions@o6'],
    ],
  ],
);
test('live sessions in two countries are medium', async () => {
  const { lines } = await detect({
    events: [...four.slice(0, 3), open('o4', 10 * HOUR, 's4', { ip: '198.51.100.7', enrich: FAR })],
  });
  expect(lines.find((line) => line['detection'] === 'concurrent_sessions')).toMatchObject({
    severity: 'medium',
  });
});

const abroad = (id: string, seconds: number) => open(id, seconds, 't', { ip: '198.51.100.7', enrich: FAR });
table(
  ['concurrent_countries'],
  [
    ['30 minutes', { events: [open('a', 0, 's'), abroad('b', 30 * MIN)] }, ['concurrent_countries@b']],
    ['a millisecond more', { events: [open('a', 0, 's'), abroad('b', 30 * MIN + 0.001)] }, []],
    ['one session', { events: [open('a', 0, 't'), abroad('b', MIN)] }, []],
    ['an unknown country', { events: [open('a', 0, 's', { enrich: {} }), abroad('b', MIN)] }, []],
  ],
);

const revoked = (parts: object) =>
  ev('c', MIN, 'session-closed', { session: 's', ip: null, enrich: {}, ...parts });
const back = ev('b', 2 * MIN, 'session-updated', { session: 's' });
table(
  ['session_came_back'],
  [
    [
      'revoked',
      { events: [open('a', 0, 's'), revoked({ reason: 'revoked' }), back] },
      ['session_came_back@b'],
    ],
    [
      'ended by somebody else',
      { events: [open('a', 0, 's'), revoked({ actor: 'root' }), back] },
      ['session_came_back@b'],
    ],
    [
      'by a rule',
      { events: [open('a', 0, 's'), revoked({ reason: 'rule' }), back] },
      ['session_came_back@b'],
    ],
    [
      'by a new password',
      { events: [open('a', 0, 's'), revoked({ reason: 'credential-change' }), back] },
      ['session_came_back@b'],
    ],
    ['expired', { events: [open('a', 0, 's'), revoked({ reason: 'expired' }), back] }, []],
    [
      'used before it was revoked',
      { events: [open('a', 0, 's'), { ...back, ts: at(30) }, revoked({ reason: 'revoked' })] },
      [],
    ],
    [
      'often is one finding',
      {
        events: [open('a', 0, 's'), revoked({ reason: 'revoked' }), back, { ...back, id: 'd', ts: at(HOUR) }],
      },
      ['session_came_back@b'],
    ],
  ],
);

const use = (id: string, seconds: number, more: object = {}) =>
  ev(id, seconds, 'session-updated', { session: 's', ...more });
table(
  ['idle_session', 'overlong_session'],
  [
    ['used after twelve hours', { events: [open('a', 0, 's'), use('u', 12 * HOUR)] }, []],
    ['a millisecond more', { events: [open('a', 0, 's'), use('u', 12 * HOUR + 0.001)] }, ['idle_session@u']],
    ['used at 24 hours', { events: [open('a', 0, 's'), use('m', 12 * HOUR), use('u', DAY)] }, []],
    [
      'a millisecond later',
      { events: [open('a', 0, 's'), use('m', 12 * HOUR), use('x', 18 * HOUR), use('u', DAY + 0.001)] },
      ['overlong_session@u'],
    ],
    [
      'an end is no use',
      {
        events: [
          open('a', 0, 's'),
          ev('c', 30 * HOUR, 'session-closed', { session: 's', reason: 'expired' }),
        ],
      },
      [],
    ],
    [
      'an API token',
      { events: [open('a', 0, 's'), use('u', 30 * HOUR, { attributes: { apiToken: true } })] },
      ['idle_session@u!api_token', 'overlong_session@u!api_token'],
    ],
    [
      'other numbers',
      {
        settings: { idleSession: { hours: 1 }, overlongSession: { hours: 2 } },
        events: [open('a', 0, 's'), use('u', 1.5 * HOUR), use('v', 2.1 * HOUR)],
      },
      ['idle_session@u', 'overlong_session@v'],
    ],
  ],
);

const hours = (timeZone: string, more: object = {}) => ({
  settings: { offHours: { timeZone, ...more }, learning: null },
});
const login = (ts: string): EventIn[] => [{ ...ev('a', 0, 'login'), ts }];
table(
  ['off_hours'],
  [
    ['at 07:00', { ...hours('UTC'), events: login('2026-03-04T07:00:00Z') }, []],
    ['a second before', { ...hours('UTC'), events: login('2026-03-04T06:59:59Z') }, ['off_hours@a']],
    ['a second before 19:00', { ...hours('UTC'), events: login('2026-03-04T18:59:59Z') }, []],
    ['at 19:00', { ...hours('UTC'), events: login('2026-03-04T19:00:00Z') }, ['off_hours@a']],
    ['on a Saturday', { ...hours('UTC'), events: login('2026-03-07T12:00:00Z') }, ['off_hours@a']],
    [
      'on a Saturday that is a working day',
      { ...hours('UTC', { days: [6] }), events: login('2026-03-07T12:00:00Z') },
      [],
    ],
    // Berlin: UTC+1 until 29 March 2026 01:00 UTC, UTC+2 until 25 October 2026 01:00 UTC.
    [
      'Berlin in winter, 06:00 UTC is 07:00',
      { ...hours('Europe/Berlin'), events: login('2026-03-27T06:00:00Z') },
      [],
    ],
    [
      'Berlin in winter, 05:59 UTC is 06:59',
      { ...hours('Europe/Berlin'), events: login('2026-03-27T05:59:00Z') },
      ['off_hours@a'],
    ],
    [
      'Berlin in summer, 05:00 UTC is 07:00',
      { ...hours('Europe/Berlin'), events: login('2026-03-30T05:00:00Z') },
      [],
    ],
    [
      'Berlin in summer, 17:00 UTC is 19:00',
      { ...hours('Europe/Berlin'), events: login('2026-10-23T17:00:00Z') },
      ['off_hours@a'],
    ],
    [
      'Berlin in winter again, 17:59 UTC is 18:59',
      { ...hours('Europe/Berlin'), events: login('2026-10-26T17:59:59Z') },
      [],
    ],
    [
      'the hour that is there twice',
      {
        ...hours('Europe/Berlin', { days: [7], start: '02:30', end: '03:00' }),
        events: ['00:45', '01:45'].map((clock, i) => ({
          ...ev(`t${i}`, 0, 'login'),
          ts: `2026-10-25T${clock}:00Z`,
        })),
      },
      [],
    ],
    [
      'Kathmandu, 01:15 UTC is 07:00',
      { ...hours('Asia/Kathmandu'), events: login('2026-03-04T01:15:00Z') },
      [],
    ],
    [
      'Lord Howe in winter is UTC+10:30: 20:30 UTC is 07:00 of the next day',
      { ...hours('Australia/Lord_Howe'), events: login('2026-07-01T20:30:00Z') },
      [],
    ],
    [
      'Lord Howe in summer is UTC+11: 19:59 UTC is 06:59',
      { ...hours('Australia/Lord_Howe'), events: login('2026-01-06T19:59:00Z') },
      ['off_hours@a'],
    ],
    [
      'Sunday in UTC is Monday in Auckland',
      { ...hours('Pacific/Auckland'), events: login('2026-07-05T20:00:00Z') },
      [],
    ],
    [
      'a night shift over midnight',
      { ...hours('UTC', { start: '22:00', end: '06:00' }), events: login('2026-03-05T03:00:00Z') },
      [],
    ],
    [
      'a holiday',
      { ...hours('UTC', { holidays: ['2026-03-04'] }), events: login('2026-03-04T12:00:00Z') },
      ['off_hours@a'],
    ],
    ['off without a zone', { events: login('2026-03-04T03:00:00Z') }, []],
    [
      'while learning',
      { settings: { offHours: { timeZone: 'UTC' } }, events: login('2026-03-04T03:00:00Z') },
      ['off_hours@a!learning'],
    ],
    [
      'an hour with less than 1 % of 101 own sign-ins',
      {
        ...hours('UTC'),
        history: Array.from({ length: 101 }, (_, i) => ev(`h${i}`, -(i + 1) * DAY + 9 * HOUR, 'login')),
        events: [ev('a', 15 * HOUR, 'login')],
      },
      ['off_hours@a'],
    ],
    [
      'of 99 own sign-ins that cannot be said',
      {
        ...hours('UTC'),
        history: Array.from({ length: 99 }, (_, i) => ev(`h${i}`, -(i + 1) * DAY + 9 * HOUR, 'login')),
        events: [ev('a', 15 * HOUR, 'login')],
      },
      [],
    ],
  ],
);

/** Four detections that count, each on a day of its own: new countries of somebody who is known. */
const trips = (count: number, gap: number) =>
  Array.from({ length: count }, (_, i) =>
    ev(`t${i}`, i * gap, 'login', {
      ip: `198.51.100.${i + 1}`,
      enrich: { country: ['FR', 'IT', 'ES', 'PT', 'PL', 'CZ', 'AT'][i] },
    }),
  );
table(
  ['user_risk'],
  [
    ['three detections', { history: known(), events: trips(3, 2 * DAY) }, []],
    ['four', { history: known(), events: trips(4, 2 * DAY) }, ['user_risk@t3']],
    ['seven', { history: known(), events: trips(7, 2 * DAY) }, ['user_risk@t3', 'user_risk@t6']],
    ['four of which the first is 45 days old', { history: known(), events: trips(4, 15 * DAY) }, []],
    [
      'a millisecond less',
      {
        history: known(),
        events: [...trips(3, 15 * DAY), { ...(trips(4, 15 * DAY)[3] as EventIn), ts: at(45 * DAY - 0.001) }],
      },
      ['user_risk@t3'],
    ],
    [
      'silenced ones do not count',
      { settings: { filters: { trustedCountries: ['FR'] } }, history: known(), events: trips(4, 2 * DAY) },
      [],
    ],
  ],
);
