import { expect, test } from 'vitest';
import { DAY, detect, ev, FAR, HOUR, MIN, table, type EventIn } from './support.ts';

const SHARED = { ip: '198.51.100.7', enrich: FAR };
/** Failures from one address on accounts in turn, evenly from 0 to `seconds`. */
const failures = (total: number, users: number, seconds: number, parts: object = SHARED): EventIn[] =>
  Array.from({ length: total }, (_, i) =>
    ev(`f${i}`, (seconds * i) / (total - 1), 'login-failed', { user: `user${i % users}`, ...parts }),
  );
const signIn = (id: string, seconds: number, user: string): EventIn =>
  ev(id, seconds, 'login', { user, ...SHARED });
/** Sign-ins of so many people, a second apart. */
const signIns = (people: number, from: number): EventIn[] =>
  Array.from({ length: people }, (_, i) => signIn(`in${i}`, from + i, `user${i}`));
const each = (names: readonly string[], people: number, filter = ''): string[] =>
  names.flatMap((name) => Array.from({ length: people }, (_, i) => `${name}@in${i}${filter}`));

table(
  ['password_spray', 'password_spray_success', 'success_after_attack'],
  [
    [
      'customers behind one carrier address who mistype twice and get in are neither a spray nor hits of one',
      {
        events: Array.from({ length: 8 }, (_, i) => [
          ev(`a${i}`, 6 * i * MIN, 'login-failed', { user: `user${i}`, ...SHARED }),
          ev(`b${i}`, (6 * i + 1) * MIN, 'login-failed', { user: `user${i}`, ...SHARED }),
          signIn(`in${i}`, (6 * i + 2) * MIN, `user${i}`),
        ]).flat(),
      },
      [
        'password_spray@a7!success_ratio',
        ...each(['password_spray_success'], 8, '!success_ratio'),
        'success_after_attack@in7!success_ratio',
      ],
    ],
    [
      'three people of 18 attempts: an attack with hits',
      { events: [...failures(15, 5, 10 * MIN), ...signIns(3, 11 * MIN)] },
      ['password_spray@f14', ...each(['password_spray_success', 'success_after_attack'], 3)],
    ],
    [
      'the fourth of 20 makes it a crowd, and the three before are no hits either',
      { events: [...failures(16, 5, 10 * MIN), ...signIns(4, 11 * MIN)] },
      [
        'password_spray@f14!success_ratio',
        ...each(['password_spray_success', 'success_after_attack'], 4, '!success_ratio'),
      ],
    ],
    [
      'one more failure makes it an attack again, with its hits',
      {
        events: [
          ...failures(16, 5, 10 * MIN),
          ...signIns(4, 11 * MIN),
          ev('last', 12 * MIN, 'login-failed', { user: 'user2', ...SHARED }),
        ],
      },
      ['password_spray@f14', ...each(['password_spray_success', 'success_after_attack'], 4)],
    ],
    [
      'one account that is used again and again is no crowd',
      {
        events: [
          ...failures(15, 5, 10 * MIN),
          ...Array.from({ length: 10 }, (_, i) => signIn(`in${i}`, (11 + i) * MIN, 'user3')),
        ],
      },
      ['password_spray@f14', 'password_spray_success@in0', 'success_after_attack@in0'],
    ],
    [
      'who is new in an office is no hit of what happens there',
      {
        history: [0, 1, 2].map((i) => signIn(`h${i}`, -DAY, `user${i}`)),
        events: [...failures(15, 5, 10 * MIN), signIn('in0', 11 * MIN, 'new')],
      },
      [
        'password_spray@f14!established_users',
        ...each(['password_spray_success', 'success_after_attack'], 1, '!established_users'),
      ],
    ],
  ],
);

table(
  ['credential_stuffing', 'credential_stuffing_success'],
  [
    [
      'of stuffing only failures count: many hits are hits',
      { events: [...failures(25, 25, 10 * MIN), ...signIns(24, 11 * MIN)] },
      ['credential_stuffing@f24', ...each(['credential_stuffing_success'], 24)],
    ],
    [
      'as many people as failures are a crowd',
      { events: [...failures(25, 25, 10 * MIN), ...signIns(25, 11 * MIN)] },
      [
        'credential_stuffing@f24!success_ratio',
        ...each(['credential_stuffing_success'], 25, '!success_ratio'),
      ],
    ],
  ],
);

const DEVICE = { ...FAR, browser: { name: 'Firefox' }, os: { name: 'Windows' }, device: 'desktop' };
table(
  ['password_spray_distributed', 'password_spray_success'],
  [
    [
      'in an outage of known devices a success from a new address is no hit',
      {
        history: Array.from({ length: 8 }, (_, i) =>
          ev(`h${i}`, -DAY, 'login', { user: `user${i}`, ip: `192.0.2.${i + 1}`, enrich: DEVICE }),
        ),
        events: [
          ...failures(25, 8, 10 * MIN).map((one, i) => ({
            ...one,
            ip: `198.51.100.${1 + (i % 5)}`,
            enrich: DEVICE,
          })),
          ev('in0', 11 * MIN, 'login', { user: 'user3', ip: '198.51.100.2', enrich: DEVICE }),
        ],
      },
      ['password_spray_distributed@f24!outage_guard', 'password_spray_success@in0!outage_guard'],
    ],
  ],
);

test('a hit makes a spray high; a slow one stays medium, its hit is high by itself', async () => {
  const severities = async (events: EventIn[]) => {
    const { lines } = await detect({ events });
    return lines
      .filter((line) => String(line['detection']).startsWith('password_spray'))
      .map((line) => `${String(line['detection'])}: ${String(line['severity'])}`)
      .sort();
  };
  expect(await severities([...failures(15, 5, 10 * MIN), signIn('in', 11 * MIN, 'user3')])).toEqual([
    'password_spray: high',
    'password_spray_success: high',
  ]);
  expect(await severities([...failures(10, 10, 2 * HOUR), signIn('in', 2 * HOUR + 1, 'user3')])).toEqual([
    'password_spray_slow: medium',
    'password_spray_success: high',
  ]);
});
