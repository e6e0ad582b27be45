import { createEnricher } from '#geo/enrich.ts';
import { userAgentReader } from '#geo/user-agent.ts';
import type { Override } from '#geo/overrides.ts';
import type { NetworkKind } from '#shared/domain/place.ts';
import { DAY, HOUR, MINUTE, SECOND } from '#shared/domain/units.ts';
import type { Change } from '#shared/protocol/changes.ts';
import { audited, fakeEvent, fakeSession } from '#test/support/fake-agent/fake-records.ts';
import { NOW, WiredWorld } from './wired-world.ts';

// A mirror in which every detection of the catalogue has found something, as it comes from an agent.

type Make = (position: number) => Change;
type Step = readonly [at: number, make: Make];

const spot = (
  country: string,
  city: string,
  [latitude, longitude]: readonly [number, number],
  asn: number,
  organisation: string,
  kind: NetworkKind,
): Override => ({ place: { country, city, latitude, longitude }, asn, organisation, kind });

/** By the first number of an address. */
const SPOTS: Readonly<Record<string, Override>> = {
  91: spot('DE', 'Berlin', [52.5, 13.4], 3320, 'Home Line', 'residential'),
  50: spot('DE', 'Berlin', [52.5, 13.4], 8881, 'Berlin Mobile', 'mobile'),
  40: spot('FR', 'Paris', [48.9, 2.4], 3215, 'Paris Line', 'residential'),
  20: spot('ID', 'Jakarta', [-6.2, 106.8], 8075, 'Rented Servers', 'hosting'),
  30: spot('NL', 'Amsterdam', [52.4, 4.9], 60_404, 'Onion Exit', 'tor'),
  60: spot('US', 'Seattle', [47.6, -122.3], 7922, 'Far Line', 'residential'),
};
const enricher = createEnricher({
  overrides: {
    name: 'test',
    date: '2026-02-01',
    size: 0,
    find: ({ text }) => SPOTS[text.split('.')[0] ?? ''] ?? null,
  },
  userAgents: userAgentReader(),
});

const WINDOWS =
  'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36';
const LINUX = 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0';
const PHONE =
  'Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Mobile/15E148 Safari/604.1';
const PROGRAM = 'python-requests/2.32.3';

const [HOME, CARRIER, PARIS, SERVER, TOR] = ['91.0.0.7', '50.0.0.9', '40.0.0.5', '20.0.0.3', '30.0.0.4'];
/** A Saturday, 09:00 UTC. */
const START = NOW - 39 * HOUR;

let made = 0;
const act = (action: string, who: string, at: number, ip: string | null, over: object = {}): Step => {
  const event = fakeEvent(`e${String((made += 1))}`, {
    at,
    recordedAt: at,
    action,
    account: { id: `id-${who}`, name: who },
    ...(ip === null ? {} : { ip, userAgent: WINDOWS }),
    ...over,
  });
  return [at, (position) => audited(position, event)];
};
const signIn = (who: string, at: number, ip = HOME, over: object = {}): Step =>
  act('login', who, at, ip, over);
const failure = (who: string, at: number, ip: string, userAgent = PROGRAM): Step =>
  signIn(who, at, ip, { outcome: 'failure', reason: 'wrong password', userAgent });
const session = (
  kind: 'opened' | 'updated',
  id: string,
  who: string,
  at: number,
  { ip = HOME, userAgent = WINDOWS, openedAt = at } = {},
): Step => {
  const last = { at, ip, userAgent };
  const record = fakeSession(id, {
    account: { id: `id-${who}`, name: who },
    opened: kind === 'opened' ? last : { at: openedAt, ip: HOME, userAgent: WINDOWS },
    last,
  });
  return [
    at,
    (position) =>
      ({ ...({ seq: position, at, kind: `session.${kind}` } as object), session: record }) as Change,
  ];
};
const ended = (id: string, at: number): Step => [
  at,
  (position) =>
    ({ ...({ seq: position, at, kind: 'session.closed', id, reason: 'revoked' } as object) }) as Change,
];
/** Signs in at home, at nine in the morning, for so many days before. */
const habit = (who: string, days = 20): readonly Step[] =>
  Array.from({ length: days }, (_, day) => signIn(who, START - (day + 1) * DAY));
const many = (count: number, make: (index: number) => Step): readonly Step[] =>
  Array.from({ length: count }, (_, index) => make(index));

const steps = (): readonly Step[] => [
  ...['ann', 'bob', 'cid', 'eve', 'fay', 'gus', 'hal', 'ivy', 'kim', 'lea', 'max'].flatMap((who) =>
    habit(who),
  ),
  ...many(20, (n) => signIn(`user.${String(n)}`, START - DAY - n * MINUTE, `91.0.1.${String(n)}`)),
  // Across the world in half an hour, from a server.
  signIn('ann', START, HOME, { sessionId: 'ann-1' }),
  signIn('ann', START + 30 * MINUTE, SERVER, { sessionId: 'ann-2', userAgent: LINUX }),
  session('opened', 'ann-1', 'ann', START),
  session('opened', 'ann-2', 'ann', START + 30 * MINUTE, { ip: SERVER, userAgent: LINUX }),
  // Through Tor, then a role.
  signIn('bob', START, TOR, { sessionId: 'bob-1' }),
  act('role-changed', 'bob', START + 6 * MINUTE, null, { attributes: { roles: 'administrator' } }),
  // A password is guessed.
  ...many(14, (n) => failure('cid', START + n * 30 * SECOND, CARRIER, PHONE)),
  signIn('cid', START + 9 * MINUTE, CARRIER, { sessionId: 'cid-1', userAgent: PHONE }),
  // A few passwords on many accounts, and one of them opens; later another one.
  ...many(40, (n) => failure(`user.${String(n % 8)}`, START + n * 20 * SECOND, '20.0.0.50')),
  signIn('user.3', START + 14 * MINUTE, '20.0.0.50', { userAgent: PROGRAM, sessionId: 'hit' }),
  signIn('user.12', START + 2 * HOUR + 30 * MINUTE, '20.0.0.50', { userAgent: PROGRAM, sessionId: 'later' }),
  // Leaked passwords, one an account.
  ...many(40, (n) => failure(`user.${String(n % 20)}`, START + 4 * HOUR + n * 20 * SECOND, '20.0.0.60')),
  signIn('user.7', START + 4 * HOUR + 14 * MINUTE, '20.0.0.60', { userAgent: PROGRAM }),
  // The same slowly, and from many addresses.
  ...many(24, (n) => failure(`user.${String(n % 12)}`, START + 6 * HOUR + n * 10 * MINUTE, '20.0.0.70')),
  ...many(40, (n) =>
    failure(`user.${String(n % 20)}`, START + 11 * HOUR + n * 20 * SECOND, `20.0.1.${String(10 + (n % 6))}`),
  ),
  signIn('eve', START),
  failure('eve', START + 5 * MINUTE, '60.0.0.3'),
  // A stolen cookie.
  session('opened', 'fay-1', 'fay', START),
  session('updated', 'fay-1', 'fay', START + 4 * MINUTE, { ip: SERVER, userAgent: LINUX, openedAt: START }),
  session('opened', 'gus-1', 'gus', START),
  ended('gus-1', START + 5 * MINUTE),
  session('updated', 'gus-1', 'gus', START + 9 * MINUTE, { openedAt: START }),
  ...many(2, (n) => session('opened', `hal-before-${String(n)}`, 'hal', START - 6 * DAY + n * HOUR)),
  ...many(2, (n) => ended(`hal-before-${String(n)}`, START - 5 * DAY)),
  ...many(4, (n) =>
    session('opened', `hal-${String(n)}`, 'hal', START + n * 3 * HOUR, { ip: n === 3 ? PARIS : HOME }),
  ),
  session('opened', 'ivy-1', 'ivy', START),
  session('updated', 'ivy-1', 'ivy', START + 26 * HOUR, { openedAt: START }),
  ...many(3, (n) => signIn('joe', START - (124 + n) * DAY)),
  signIn('joe', START),
  signIn('kim', START - 7 * HOUR),
  ...many(3, (n) => signIn('lea', START - (45 + n) * DAY, PARIS)),
  signIn('lea', START, PARIS),
  [
    START,
    (position) =>
      audited(
        position,
        fakeEvent('ahead', {
          at: START,
          recordedAt: START - 9 * MINUTE,
          account: { id: 'id-max', name: 'max' },
          ip: HOME,
        }),
      ),
  ],
  act('password-changed', 'kim', START + HOUR, HOME),
];

const RULE = `title: Password changed at a weekend
logsource: { category: authentication }
detection:
  selection: { action: password-changed }
  condition: selection
level: medium
`;
const SETTINGS = {
  offHours: { timeZone: 'Europe/Berlin' },
  geofence: { allow: ['DE', 'FR', 'NL'] },
  riskySignIn: { questionsPerWeek: 5, askAbove: 3 },
};

/** The world after all of it. */
export async function everyKind(): Promise<WiredWorld> {
  const world = new WiredWorld(undefined, enricher);
  world.db.prepare('INSERT INTO sigma_file (name, text, added_at) VALUES (?, ?, 0)').run('weekend.yml', RULE);
  world.db
    .prepare(
      `INSERT INTO detect_settings (connection, version, at, operator, note, settings) VALUES (0, 1, 0, '', '', ?)`,
    )
    .run(JSON.stringify(SETTINGS));
  world.restart();
  const changes = [...steps()].sort(([a], [b]) => a - b).map(([, make]) => make);
  for (let at = 0; at < changes.length; at += 50) await world.stream(changes.slice(at, at + 50));
  await world.detecting.idle();
  return world;
}
