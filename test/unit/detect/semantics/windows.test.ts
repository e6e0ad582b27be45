import { DAY, ev, FAR, HOUR, MIN, table, type EventIn } from './support.ts';

const SOURCE = { ip: '198.51.100.7', enrich: FAR };
/** Failures on accounts in turn, evenly from `from` to `to` seconds. */
const failures = (
  total: number,
  users: number,
  from: number,
  to: number,
  parts: object = SOURCE,
): EventIn[] =>
  Array.from({ length: total }, (_, i) =>
    ev(`f${i}`, from + ((to - from) * i) / Math.max(1, total - 1), 'login-failed', {
      user: `user${i % users}`,
      ...parts,
    }),
  );
const onAda = (total: number, seconds: number): EventIn[] =>
  failures(total, 1, 0, seconds, { user: 'ada', ...SOURCE });

table(
  ['brute_force', 'brute_force_success'],
  [
    ['nine failures are not ten', { events: onAda(9, 10 * MIN) }, []],
    ['ten in exactly ten minutes', { events: onAda(10, 10 * MIN) }, ['brute_force@f9']],
    ['ten in a millisecond more', { events: onAda(10, 10 * MIN + 0.001) }, []],
    ['more of the same are one finding', { events: onAda(40, 30 * MIN) }, ['brute_force@f9']],
    [
      'from ten addresses',
      { events: onAda(10, 9 * MIN).map((one, i) => ({ ...one, ip: `198.51.100.${i + 1}` })) },
      ['brute_force@f9'],
    ],
    ['one client that retries every four seconds', { events: onAda(10, 36) }, []],
    ['retries at five seconds are attempts', { events: onAda(10, 45) }, ['brute_force@f9']],
    [
      'every attempt counts with dedupWindowS 0',
      { settings: { dedupWindowS: 0 }, events: onAda(10, 9) },
      ['brute_force@f9'],
    ],
    [
      'an expired password is no guess',
      { events: onAda(10, 5 * MIN).map((one) => ({ ...one, reason: 'password expired' })) },
      [],
    ],
    [
      'the threshold is a setting',
      { settings: { bruteForce: { failures: 3, windowMin: 1 } }, events: onAda(3, MIN) },
      ['brute_force@f2'],
    ],
    ['null is off', { settings: { bruteForce: null }, events: onAda(20, 5 * MIN) }, []],
    [
      'a success 15 minutes after',
      { events: [...onAda(10, 5 * MIN), ev('in', 20 * MIN, 'login', SOURCE)] },
      ['brute_force@f9', 'brute_force_success@in'],
    ],
    [
      'a success a millisecond later than that',
      { events: [...onAda(10, 5 * MIN), ev('in', 20 * MIN + 0.001, 'login', SOURCE)] },
      ['brute_force@f9'],
    ],
    [
      'a success from an address that did not fail',
      { events: [...onAda(10, 5 * MIN), ev('in', 6 * MIN, 'login')] },
      ['brute_force@f9'],
    ],
    [
      'a success before the tenth failure is none of it',
      { events: [...onAda(10, 5 * MIN), ev('in', 2 * MIN, 'login', SOURCE)] },
      ['brute_force@f9'],
    ],
    [
      'a source that moves inside its /64 is one source',
      {
        events: [
          ...onAda(10, 5 * MIN).map((one, i) => ({ ...one, ip: `2001:db8:0:7::${(i + 1).toString(16)}` })),
          ev('in', 6 * MIN, 'login', { ip: '2001:db8:0:7:dead:beef:0:1', enrich: FAR }),
        ],
      },
      ['brute_force@f9', 'brute_force_success@in'],
    ],
    [
      'failures that begin in history and go on live are found live',
      { history: onAda(10, 5 * MIN), events: [ev('live', 6 * MIN, 'login-failed', SOURCE)] },
      ['brute_force@live'],
    ],
  ],
);

const spray = (total: number, users: number, seconds: number): EventIn[] =>
  failures(total, users, 0, seconds);
table(
  ['password_spray', 'password_spray_success', 'success_after_attack'],
  [
    [
      'fifteen failures on five accounts over five minutes',
      { events: spray(15, 5, 5 * MIN) },
      ['password_spray@f14'],
    ],
    ['fourteen', { events: spray(14, 5, 5 * MIN) }, []],
    ['four accounts', { events: spray(16, 4, 5 * MIN) }, []],
    ['a millisecond less than five minutes', { events: spray(15, 5, 5 * MIN - 0.001) }, []],
    ['over exactly sixty minutes', { events: spray(15, 5, HOUR) }, ['password_spray@f14']],
    ['over sixty minutes and a millisecond', { events: spray(15, 5, HOUR + 0.001) }, []],
    [
      'three of five accounts with two to six are 60 %',
      {
        // Counts 5, 4, 4, 1, 1.
        events: failures(15, 1, 0, 10 * MIN).map((one, i) => ({
          ...one,
          user: `u${[0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 4][i]}`,
        })),
      },
      ['password_spray@f14'],
    ],
    [
      'two of five are not',
      {
        // Counts 7, 5, 1, 1, 1 and never others in between.
        events: failures(15, 1, 0, 10 * MIN).map((one, i) => ({
          ...one,
          user: `u${[0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 2, 3, 4][i]}`,
        })),
      },
      [],
    ],
    [
      'nine failures of one account are no spray',
      {
        events: failures(25, 1, 0, 10 * MIN).map((one, i) => ({
          ...one,
          user: i < 9 ? 'u0' : `u${1 + (i % 4)}`,
        })),
      },
      [],
    ],
    ['it lasts and is one finding', { events: spray(60, 20, 40 * MIN) }, ['password_spray@f31']],
    [
      'a success inside and one 180 minutes after the last failure',
      {
        events: [
          ...spray(15, 5, 10 * MIN),
          ev('in', 11 * MIN, 'login', { user: 'user3', ...SOURCE }),
          ev('after', 190 * MIN, 'login', { user: 'user4', ...SOURCE }),
        ],
      },
      [
        'password_spray@f14',
        'password_spray_success@in',
        'success_after_attack@in',
        'success_after_attack@after',
      ],
    ],
    [
      'a success a millisecond after the 180 minutes',
      {
        events: [
          ...spray(15, 5, 10 * MIN),
          ev('after', 190 * MIN + 0.001, 'login', { user: 'user4', ...SOURCE }),
        ],
      },
      ['password_spray@f14'],
    ],
    [
      'an office where these people sign in every day',
      {
        history: Array.from({ length: 5 }, (_, i) =>
          ev(`o${i}`, -DAY + i, 'login', { user: `user${i}`, ...SOURCE }),
        ),
        events: spray(15, 5, 10 * MIN),
      },
      ['password_spray@f14!established_users'],
    ],
    [
      'the own office by its network',
      { settings: { filters: { trustedCidrs: ['198.51.100.0/24'] } }, events: spray(15, 5, 10 * MIN) },
      ['password_spray@f14!trusted_egress'],
    ],
    [
      'one /64, not one address',
      { events: spray(15, 5, 10 * MIN).map((one, i) => ({ ...one, ip: `2001:db8:1:2:${i}::1` })) },
      ['password_spray@f14'],
    ],
    [
      'many /64 are many addresses',
      { events: spray(15, 5, 10 * MIN).map((one, i) => ({ ...one, ip: `2001:db8:1:${i}::1` })) },
      [],
    ],
  ],
);

const slow = (users: number, seconds: number): EventIn[] => failures(users, users, 0, seconds);
table(
  ['password_spray_slow'],
  [
    ['ten accounts over an hour', { events: slow(10, HOUR) }, ['password_spray_slow@f9']],
    ['nine accounts', { events: slow(9, HOUR) }, []],
    ['a millisecond less than an hour', { events: slow(10, HOUR - 0.001) }, []],
    ['over exactly 24 hours', { events: slow(10, DAY) }, ['password_spray_slow@f9']],
    ['a millisecond more', { events: slow(10, DAY + 0.001) }, []],
    ['three failures each', { events: failures(30, 10, 0, 2 * HOUR) }, ['password_spray_slow@f15']],
    [
      'somebody with four before the pattern is complete',
      {
        events: [
          ...Array.from({ length: 4 }, (_, i) =>
            ev(`x${i}`, i * MIN, 'login-failed', { user: 'user0', ...SOURCE }),
          ),
          ...slow(10, 2 * HOUR),
        ],
      },
      [],
    ],
    [
      'a fifth of the attempts succeeded: people',
      {
        events: [
          ...Array.from({ length: 3 }, (_, i) =>
            ev(`ok${i}`, (i + 1) * MIN, 'login', { user: `someone${i}`, ...SOURCE }),
          ),
          ...slow(12, 2 * HOUR),
        ],
      },
      [],
    ],
  ],
);

table(
  ['credential_stuffing', 'credential_stuffing_success'],
  [
    [
      '25 failures on 15 accounts in 15 minutes',
      { events: failures(25, 15, 0, 15 * MIN) },
      ['credential_stuffing@f24'],
    ],
    ['24 failures', { events: failures(24, 15, 0, 10 * MIN) }, []],
    ['14 accounts', { events: failures(25, 14, 0, 10 * MIN) }, []],
    ['a millisecond more than 15 minutes', { events: failures(25, 15, 0, 15 * MIN + 0.001) }, []],
    [
      'three on one account',
      {
        events: [...failures(27, 25, 0, 10 * MIN)].map((one, i) => (i < 3 ? { ...one, user: 'user0' } : one)),
      },
      [],
    ],
    [
      'a hit',
      {
        events: [
          ...failures(25, 15, 0, 10 * MIN),
          ev('in', 11 * MIN, 'login', { user: 'user30', ...SOURCE }),
        ],
      },
      ['credential_stuffing@f24', 'credential_stuffing_success@in'],
    ],
  ],
);

const distributed = (total: number, ips: number, users: number, seconds: number): EventIn[] =>
  failures(total, users, 0, seconds).map((one, i) => ({ ...one, ip: `198.51.100.${1 + (i % ips)}` }));
table(
  ['password_spray_distributed', 'password_spray_success'],
  [
    [
      '25 failures, 5 addresses, 8 accounts, 15 minutes',
      { events: distributed(25, 5, 8, 15 * MIN) },
      ['password_spray_distributed@f24'],
    ],
    ['24 failures', { events: distributed(24, 5, 8, 10 * MIN) }, []],
    ['4 addresses', { events: distributed(25, 4, 8, 10 * MIN) }, []],
    ['7 accounts', { events: distributed(25, 5, 7, 10 * MIN) }, []],
    [
      'six on one account',
      { events: distributed(25, 5, 8, 10 * MIN).map((one, i) => (i < 6 ? { ...one, user: 'x' } : one)) },
      [],
    ],
    ['a millisecond more than 15 minutes', { events: distributed(25, 5, 8, 15 * MIN + 0.001) }, []],
    [
      'people at their own addresses: an outage',
      {
        history: Array.from({ length: 8 }, (_, i) =>
          ev(`h${i}`, -DAY, 'login', { user: `user${i}`, ip: `192.0.2.${i + 1}` }),
        ),
        events: failures(25, 8, 0, 10 * MIN).map((one, i) => ({ ...one, ip: `192.0.2.${1 + (i % 8)}` })),
      },
      ['password_spray_distributed@f24!outage_guard'],
    ],
    [
      'the sign-ins that make it an outage may come after the failures, if they were before',
      {
        events: [
          ...failures(25, 8, 0, 10 * MIN).map((one, i) => ({ ...one, ip: `192.0.2.${1 + (i % 8)}` })),
          ...Array.from({ length: 8 }, (_, i) =>
            ev(`l${i}`, -HOUR, 'login', { user: `user${i}`, ip: `192.0.2.${i + 1}` }),
          ),
        ],
      },
      ['password_spray_distributed@f24!outage_guard'],
    ],
  ],
);
