import { at, DAY, ev, FAR, HOME, HOUR, known, MIN, table, type EventIn } from './support.ts';

const SOURCE = { ip: '198.51.100.7', enrich: FAR };
table(
  ['fails_elsewhere_after_success'],
  [
    [
      'ten minutes after',
      { events: [ev('in', 0, 'login'), ev('f', 10 * MIN, 'login-failed', SOURCE)] },
      ['fails_elsewhere_after_success@f'],
    ],
    [
      'a millisecond later',
      { events: [ev('in', 0, 'login'), ev('f', 10 * MIN + 0.001, 'login-failed', SOURCE)] },
      [],
    ],
    [
      'from the same network',
      { events: [ev('in', 0, 'login'), ev('f', MIN, 'login-failed', { ip: '192.0.2.200' })] },
      [],
    ],
    [
      'from an unknown network',
      { events: [ev('in', 0, 'login'), ev('f', MIN, 'login-failed', { ip: '198.51.100.7', enrich: {} })] },
      [],
    ],
    ['before the success', { events: [ev('in', MIN, 'login'), ev('f', 0, 'login-failed', SOURCE)] }, []],
  ],
);

table(
  ['dormant_account'],
  [
    [
      'after exactly 90 days',
      { events: [ev('a', 0, 'login'), ev('b', 90 * DAY, 'login')] },
      ['dormant_account@b'],
    ],
    ['a millisecond less', { events: [ev('a', 0, 'login'), ev('b', 90 * DAY - 0.001, 'login')] }, []],
    ['the first sign-in ever', { events: [ev('a', 0, 'login')] }, []],
    [
      'failures do not wake or keep awake',
      { events: [ev('a', 0, 'login'), ev('f', 50 * DAY, 'login-failed'), ev('b', 90 * DAY, 'login')] },
      ['dormant_account@b'],
    ],
    [
      'history counts',
      { history: [ev('a', -90 * DAY, 'login')], events: [ev('b', 0, 'login')] },
      ['dormant_account@b'],
    ],
    [
      'a service account',
      {
        settings: { filters: { serviceAccounts: ['ada'] } },
        events: [ev('a', 0, 'login'), ev('b', 90 * DAY, 'login')],
      },
      ['dormant_account@b!service_account'],
    ],
  ],
);

const role = (id: string, seconds: number, parts: object = {}): EventIn =>
  ev(id, seconds, 'role-changed', { ip: null, ...parts });
/** A sign-in that is a high detection by itself. */
const risky = ev('risky', 0, 'login', { enrich: { ...HOME, network: 'tor' } });
table(
  ['privileged_role_after_risky_login'],
  [
    ['60 minutes after', { events: [risky, role('r', HOUR)] }, ['privileged_role_after_risky_login@r']],
    ['a millisecond later', { events: [risky, role('r', HOUR + 0.001)] }, []],
    ['before it', { events: [risky, role('r', -1)] }, []],
    [
      'a password',
      { events: [risky, ev('p', MIN, 'password-changed', { ip: null })] },
      ['privileged_role_after_risky_login@p'],
    ],
    [
      'a silenced detection is not risky',
      { settings: { filters: { ignoredIps: ['192.0.2.1'] } }, events: [risky, role('r', MIN)] },
      [],
    ],
    [
      'by another administrator who is known',
      {
        history: known({ user: 'root', ip: '192.0.2.9' }),
        events: [risky, role('r', MIN, { actor: 'root' })],
      },
      ['privileged_role_after_risky_login@r!known_administrator'],
    ],
    [
      'that was told of only after the change',
      { events: [role('r', MIN), { ...risky, receivedAt: at(30 * MIN) }] },
      ['privileged_role_after_risky_login@r'],
    ],
    [
      'by the risky one, of somebody else',
      { events: [risky, role('r', MIN, { user: 'bob', actor: 'ada' })] },
      ['privileged_role_after_risky_login@r'],
    ],
  ],
);

table(
  ['clock_skew', 'impossible_travel'],
  [
    [
      'five minutes ahead',
      { events: [ev('a', 0, 'login'), ev('b', 5 * MIN, 'login', { ...SOURCE, receivedAt: at(0) })] },
      ['impossible_travel@b'],
    ],
    [
      'a millisecond more moves nobody',
      { events: [ev('a', 0, 'login'), ev('b', 5 * MIN + 0.001, 'login', { ...SOURCE, receivedAt: at(0) })] },
      ['clock_skew@b'],
    ],
    [
      'as late as the horizon',
      { events: [ev('a', 0, 'login'), ev('b', MIN, 'login', { ...SOURCE, receivedAt: at(DAY + MIN) })] },
      ['impossible_travel@b'],
    ],
    [
      'later than the horizon',
      {
        events: [
          ev('a', 0, 'login'),
          ev('b', MIN, 'login', { ...SOURCE, receivedAt: at(DAY + MIN + 0.001) }),
        ],
      },
      [],
    ],
    [
      'far in the future without an arrival time hides nobody else',
      { events: [ev('f', 3_000 * DAY, 'login'), ev('a', 0, 'login'), ev('b', MIN, 'login', SOURCE)] },
      ['impossible_travel@b'],
    ],
  ],
);
