import { expect, test } from 'vitest';
import type { DetectEvent } from '#engine/detect/event.ts';
import {
  DAY,
  event,
  fired,
  habit,
  HOUR,
  MINUTE,
  of,
  PLACES,
  run,
  SECOND,
  WINDOWS_FIREFOX,
} from './support.ts';

type Run = Parameters<typeof run>[1];
const fail = (at: number, parts: Partial<DetectEvent> = {}) =>
  event(at, { type: 'login-failed', reason: 'bad password', ...parts });
/** So many failures of one account, evenly from 0 to `span`. */
const guesses = (count: number, span: number, parts: Partial<DetectEvent> = {}) =>
  Array.from({ length: count }, (_, i) => fail((span * i) / (count - 1), parts));

test('brute force: 9 failures in 10 minutes do not, 10 do, over exactly 10 minutes too, a moment longer not', () => {
  const found = (count: number, span: number) => fired(run(guesses(count, span)), 'brute_force').length;
  expect([found(9, 9 * MINUTE), found(10, 9 * MINUTE), found(11, 9 * MINUTE)]).toEqual([0, 1, 1]);
  expect([found(10, 10 * MINUTE - 9), found(10, 10 * MINUTE), found(10, 10 * MINUTE + 9)]).toEqual([1, 1, 0]);
});

test('brute force: raised by the tenth, one finding while it lasts, figures are final', () => {
  const events = guesses(30, 29 * MINUTE);
  const [found, ...more] = fired(run(events), 'brute_force');
  expect(more).toEqual([]);
  expect(found?.at).toBe(events[9]?.id);
  expect(found?.evidence['failures']).toBe(30);
  expect(found?.severity).toBe('medium');
});

test('brute force: two bouts with a long pause are two findings', () => {
  const events = [
    ...guesses(10, 5 * MINUTE),
    ...guesses(10, 5 * MINUTE).map((one) => ({
      ...one,
      ts: new Date(Date.parse(one.ts) + 3 * HOUR).toISOString(),
    })),
  ];
  expect(fired(run(events), 'brute_force')).toHaveLength(2);
});

test('brute force: sources are counted together, expired passwords and pending factors are not counted', () => {
  const spread = Array.from({ length: 10 }, (_, i) => fail(i * 30 * SECOND, { ip: `192.0.2.${i + 1}` }));
  expect(fired(run(spread), 'brute_force')[0]?.evidence['sources']).toMatchObject({
    '192.0.2.1': 1,
    '192.0.2.10': 1,
  });
  for (const reason of [
    'password-expired',
    'Password has expired',
    'mfa-pending',
    'mfa_required',
    'AADSTS50055: expired',
  ])
    expect(of(run(guesses(12, 5 * MINUTE, { reason })), 'brute_force')).toEqual([]);
});

test('retries of one client within 5 s are one attempt; 5 s apart they are two', () => {
  const every = (gap: number, count: number) => Array.from({ length: count }, (_, i) => fail(i * gap));
  expect(fired(run(every(5 * SECOND, 10)), 'brute_force')).toHaveLength(1);
  expect(of(run(every(4 * SECOND, 10)), 'brute_force')).toEqual([]);
  expect(fired(run(every(4 * SECOND, 20)), 'brute_force')).toHaveLength(1);
  expect(fired(run(every(SECOND, 10), { dedupWindowS: null }), 'brute_force')).toHaveLength(1);
});

test('brute force success: from a failing address, up to 15 minutes after', () => {
  const after = (ms: number, ip = '192.0.2.10') =>
    fired(
      run([...guesses(10, 5 * MINUTE), event(5 * MINUTE + ms, { ip, session: 's' })]),
      'brute_force_success',
    );
  expect(after(15 * MINUTE - 1)).toHaveLength(1);
  expect(after(15 * MINUTE)).toHaveLength(1);
  expect(after(15 * MINUTE + 1)).toHaveLength(0);
  expect(after(MINUTE, '198.51.100.1')).toHaveLength(0);
  expect(after(MINUTE)[0]).toMatchObject({
    severity: 'high',
    entity: { kind: 'user', id: 'alice' },
    evidence: { session: 's' },
  });
});

test('brute force success: a single late failure in between does not lose the run', () => {
  const events = [
    ...guesses(10, 5 * MINUTE),
    fail(5 * MINUTE + 11 * MINUTE),
    event(5 * MINUTE + 14 * MINUTE),
  ];
  expect(fired(run(events), 'brute_force_success')).toHaveLength(1);
});

test('brute force: service and ignored accounts are kept as filtered', () => {
  const service = run(guesses(10, 5 * MINUTE, { attributes: { serviceAccount: true } }));
  expect(of(service, 'brute_force').map(({ filtered }) => filtered)).toEqual(['service_account']);
  const ignored = run(guesses(10, 5 * MINUTE), { filters: { ignoredUsers: ['alice'] } });
  expect(of(ignored, 'brute_force').map(({ filtered }) => filtered)).toEqual(['ignored_user']);
});

/** Attempts per user from one address, interleaved, evenly over `span`. */
const spray = (perUser: readonly number[], span: number, parts: Partial<DetectEvent> = {}, name = 'user') => {
  const who: string[] = [];
  for (let round = 0; round < Math.max(...perUser); round += 1)
    perUser.forEach((count, user) => {
      if (round < count) who.push(`${name}${user}`);
    });
  return who.map((user, i) => fail((span * i) / (who.length - 1), { user, ip: '198.51.100.66', ...parts }));
};
const each = (users: number, attempts: number) => new Array<number>(users).fill(attempts);
const sprays = (events: DetectEvent[], settings: Run = {}) =>
  fired(run(events, settings), 'password_spray').length;

test('password spray: users, attempts, duration and window at their limits', () => {
  expect(sprays(spray(each(5, 3), 10 * MINUTE))).toBe(1);
  expect(sprays(spray([4, 4, 4, 4], 10 * MINUTE))).toBe(0);
  expect(sprays(spray([3, 3, 3, 3, 2], 10 * MINUTE))).toBe(0);
  expect(sprays(spray(each(5, 3), 5 * MINUTE - 14))).toBe(0);
  expect(sprays(spray(each(5, 3), 5 * MINUTE))).toBe(1);
  expect(sprays(spray(each(5, 3), 60 * MINUTE))).toBe(1);
  expect(sprays(spray(each(5, 3), 60 * MINUTE + 14))).toBe(0);
});

test('password spray: nobody above 8, and 60 % of the accounts between 2 and 6', () => {
  // The one account that is tried most comes first, so that it is complete before the pattern is.
  const first = (count: number) =>
    Array.from({ length: count }, (_, i) => fail(i * 6 * SECOND, { user: 'most', ip: '198.51.100.66' }));
  const rest = spray(each(5, 3), 10 * MINUTE).map((one) => ({
    ...one,
    ts: new Date(Date.parse(one.ts) + MINUTE).toISOString(),
  }));
  expect(sprays([...first(8), ...rest])).toBe(1);
  expect(sprays([...first(9), ...rest])).toBe(0);
  const band = (inside: number, outside: number) => {
    const singles = Array.from({ length: outside }, (_, i) =>
      fail(i * 6 * SECOND, { user: `once${i}`, ip: '198.51.100.66' }),
    );
    return sprays([
      ...singles,
      ...spray(each(inside, 5), 10 * MINUTE).map((one) => ({
        ...one,
        ts: new Date(Date.parse(one.ts) + 2 * MINUTE).toISOString(),
      })),
    ]);
  };
  expect(band(6, 4)).toBe(1);
  expect(band(5, 4)).toBe(0);
});

test('password spray: one finding by /64, entity and evidence', () => {
  const events = spray(each(6, 4), 20 * MINUTE).map((one, i) => ({
    ...one,
    ip: `2001:db8:9:9:${i.toString(16)}::1`,
  }));
  const [found, ...more] = fired(run(events), 'password_spray');
  expect(more).toEqual([]);
  expect(found).toMatchObject({
    entity: { kind: 'ip', id: '2001:db8:9:9::/64' },
    severity: 'medium',
    evidence: { attempts: 24, accounts: 6 },
  });
});

test('a hit makes the spray high and is its own finding; earlier successes in the window count too', () => {
  const attack = spray(each(5, 4), 20 * MINUTE);
  const hit = event(7 * MINUTE, { user: 'user3', ip: '198.51.100.66', session: 'got-in' });
  const result = run([...attack, hit].sort((a, b) => Date.parse(a.ts) - Date.parse(b.ts)));
  expect(fired(result, 'password_spray')[0]?.severity).toBe('high');
  expect(fired(result, 'password_spray_success')).toMatchObject([
    { at: hit.id, entity: { kind: 'user', id: 'user3' }, severity: 'high' },
  ]);
  const after = run([...attack, event(25 * MINUTE, { user: 'user1', ip: '198.51.100.66' })]);
  expect(fired(after, 'password_spray_success')).toHaveLength(1);
  const elsewhere = run([...attack, event(25 * MINUTE, { user: 'user1', ip: '203.0.113.5' })]);
  expect(of(elsewhere, 'password_spray_success')).toEqual([]);
});

test('an office behind one address is silenced; a success of somebody who works there is no hit', () => {
  const history = Array.from({ length: 6 }, (_, i) =>
    habit(12, { user: `user${i}`, ip: '198.51.100.66' }),
  ).flat();
  const events = [
    ...spray(each(6, 3), 10 * MINUTE),
    event(11 * MINUTE, { user: 'user1', ip: '198.51.100.66' }),
  ];
  const result = run(events, {}, history);
  expect(of(result, 'password_spray').map(({ filtered }) => filtered)).toEqual(['established_users']);
  expect(of(result, 'password_spray_success').map(({ filtered }) => filtered)).toEqual(['established_users']);
  const stuffed = run(
    spray(each(20, 2), 10 * MINUTE),
    {},
    Array.from({ length: 20 }, (_, i) => habit(2, { user: `user${i}`, ip: '198.51.100.66' })).flat(),
  );
  expect(of(stuffed, 'credential_stuffing').map(({ filtered }) => filtered)).toEqual(['established_users']);
});

test.each([
  ['ignored_ip', { filters: { ignoredIps: ['198.51.100.66'] } }, {}],
  ['trusted_egress', { filters: { trustedCidrs: ['198.51.100.64/30'] } }, {}],
  ['ignored_asn', { filters: { ignoredAsns: [5] } }, { enrich: { asn: 5 } }],
  [
    'allow_list',
    { filters: { allowList: [{ detection: 'password_spray', until: '2026-04-01T00:00:00Z' }] } },
    {},
  ],
] as const)('spray: %s', (name, settings, parts) => {
  const result = run(spray(each(5, 3), 10 * MINUTE, parts), settings as unknown as Run);
  expect(of(result, 'password_spray').map(({ filtered }) => filtered)).toEqual([name]);
});

test('an allow-list entry ends by event time', () => {
  const settings = {
    filters: { allowList: [{ detection: 'password_spray', until: '2026-03-04T09:00:00Z' }] },
  };
  expect(sprays(spray(each(5, 3), 10 * MINUTE), settings)).toBe(1);
});

test('slow spray: accounts, attempts each, duration, window and success ratio at their limits', () => {
  const slow = (perUser: number[], span: number, successes = 0) => {
    const before = Array.from({ length: successes }, (_, i) =>
      event(i * SECOND, { user: `ok${i}`, ip: '198.51.100.66' }),
    );
    return fired(run([...before, ...spray(perUser, span)]), 'password_spray_slow').length;
  };
  expect([slow(each(9, 1), 2 * HOUR), slow(each(10, 1), 2 * HOUR)]).toEqual([0, 1]);
  expect([slow(each(10, 1), HOUR - 9), slow(each(10, 1), HOUR)]).toEqual([0, 1]);
  expect([slow(each(10, 1), DAY), slow(each(10, 1), DAY + 9)]).toEqual([1, 0]);
  // 10 failures and 2 successes: 2 of 12 is below 20 %; 8 failures would be 20 %.
  expect(slow(each(10, 1), 2 * HOUR, 2)).toBe(1);
  expect(slow(each(12, 1), 2 * HOUR, 3)).toBe(0);
  const heavy = Array.from({ length: 4 }, (_, i) => fail(i * MINUTE, { user: 'most', ip: '198.51.100.66' }));
  const rest = spray(each(10, 1), 2 * HOUR).map((one) => ({
    ...one,
    ts: new Date(Date.parse(one.ts) + 5 * MINUTE).toISOString(),
  }));
  expect(fired(run([...heavy, ...rest]), 'password_spray_slow')).toEqual([]);
  expect(fired(run([...heavy.slice(1), ...rest]), 'password_spray_slow')).toHaveLength(1);
});

test('credential stuffing: accounts, attempts, attempts each and window at their limits', () => {
  const stuffing = (perUser: number[], span: number) =>
    fired(run(spray(perUser, span)), 'credential_stuffing').length;
  expect(stuffing(each(15, 2), 10 * MINUTE)).toBe(1);
  expect(stuffing([...each(10, 2), ...each(5, 1)], 10 * MINUTE)).toBe(1);
  expect(stuffing([...each(9, 2), ...each(6, 1)], 10 * MINUTE)).toBe(0);
  expect(stuffing([...each(10, 2), ...each(4, 2)], 10 * MINUTE)).toBe(0);
  expect(stuffing([...each(10, 2), ...each(5, 1)], 15 * MINUTE)).toBe(1);
  expect(stuffing([...each(10, 2), ...each(5, 1)], 15 * MINUTE + 24)).toBe(0);
  // Where the limit is raised, four of five accounts must still have two attempts at most.
  const raised = (once: number) => {
    const names = ['a', 'b', 'c', 'd'].flatMap((name) => [name, name, name, name]);
    const users = [...names, ...Array.from({ length: once }, (_, i) => `once${i}`)];
    const events = users.map((user, i) => fail(i * 6 * SECOND, { user, ip: '198.51.100.66' }));
    return fired(run(events, { credentialStuffing: { maxPerUser: 5 } }), 'credential_stuffing').length;
  };
  expect([raised(15), raised(16)]).toEqual([0, 1]);
  const triple = Array.from({ length: 3 }, (_, i) =>
    fail(i * 6 * SECOND, { user: 'most', ip: '198.51.100.66' }),
  );
  const rest = spray(each(15, 2), 10 * MINUTE).map((one) => ({
    ...one,
    ts: new Date(Date.parse(one.ts) + MINUTE).toISOString(),
  }));
  expect(fired(run([...triple, ...rest]), 'credential_stuffing')).toEqual([]);
});

test('stuffing with a hit is high and its own finding; a success from there later is one after an attack', () => {
  const attack = spray(each(15, 2), 10 * MINUTE);
  const hit = event(10 * MINUTE + SECOND, { user: 'user2', ip: '198.51.100.66' });
  const result = run([...attack, hit]);
  expect(fired(result, 'credential_stuffing')[0]?.severity).toBe('high');
  expect(fired(result, 'credential_stuffing_success').map(({ at }) => at)).toEqual([hit.id]);
  const later = (ms: number) => {
    const all = run([...attack, event(10 * MINUTE + ms, { user: 'user2', ip: '198.51.100.66' })]);
    return [fired(all, 'success_after_attack').length, fired(all, 'credential_stuffing_success').length];
  };
  expect(later(16 * MINUTE)).toEqual([1, 0]);
  expect(later(180 * MINUTE - 1)).toEqual([1, 0]);
  expect(later(180 * MINUTE)).toEqual([1, 0]);
  expect(later(180 * MINUTE + 1)).toEqual([0, 0]);
});

/** Failures over addresses and accounts, one each 20 s at most. */
const spread = (
  attempts: number,
  ips: number,
  users: number,
  span = 10 * MINUTE,
  parts: Partial<DetectEvent> = {},
) =>
  Array.from({ length: attempts }, (_, i) =>
    fail((span * i) / (attempts - 1), {
      user: `user${i % users}`,
      ip: `203.0.113.${(i % ips) + 1}`,
      ...parts,
    }),
  );
const distributed = (events: DetectEvent[], history: DetectEvent[] = []) =>
  of(run(events, {}, history), 'password_spray_distributed');

test('distributed spray: addresses, accounts, attempts, attempts each and window at their limits', () => {
  expect(distributed(spread(25, 5, 8))).toMatchObject([
    { entity: { kind: 'environment' }, severity: 'high' },
  ]);
  expect(distributed(spread(24, 5, 8))).toEqual([]);
  expect(distributed(spread(25, 4, 8))).toEqual([]);
  expect(distributed(spread(25, 5, 7))).toEqual([]);
  expect(distributed(spread(25, 5, 8, 15 * MINUTE))).toHaveLength(1);
  expect(distributed(spread(25, 5, 8, 15 * MINUTE + 24))).toEqual([]);
  const most = (count: number) =>
    Array.from({ length: count }, (_, i) => fail(i * 6 * SECOND, { user: 'most', ip: '203.0.113.1' }));
  const rest = spread(25, 5, 8).map((one) => ({
    ...one,
    ts: new Date(Date.parse(one.ts) + MINUTE).toISOString(),
  }));
  expect(distributed([...most(5), ...rest])).toHaveLength(1);
  expect(distributed([...most(6), ...rest])).toEqual([]);
});

test('distributed spray: an outage of known devices is silenced', () => {
  const client = { enrich: WINDOWS_FIREFOX };
  const history = Array.from({ length: 10 }, (_, i) =>
    habit(3, { user: `user${i}`, ip: `203.0.113.${(i % 5) + 1}`, ...client }),
  ).flat();
  expect(
    distributed(spread(30, 5, 10, 10 * MINUTE, client), history).map(({ filtered }) => filtered),
  ).toEqual(['outage_guard']);
  expect(distributed(spread(30, 5, 10, 10 * MINUTE, client)).map(({ filtered }) => filtered)).toEqual([
    undefined,
  ]);
});

test('distributed spray: a success from an address that took part is a hit', () => {
  const hit = event(11 * MINUTE, { user: 'user4', ip: '203.0.113.2' });
  const result = run([...spread(30, 5, 10), hit, event(11 * MINUTE, { user: 'zoe', ip: '203.0.113.99' })]);
  expect(fired(result, 'password_spray_success')).toMatchObject([{ at: hit.id }]);
});

test('fails elsewhere after success: another network, up to 10 minutes after', () => {
  const pair = (ms: number, asn: number | null) =>
    run([event(0, { enrich: PLACES.paris }), fail(ms, { ip: '203.0.113.1', enrich: { asn } })]);
  const count = (ms: number, asn: number | null) =>
    fired(pair(ms, asn), 'fails_elsewhere_after_success').length;
  expect([count(10 * MINUTE - 1, 9), count(10 * MINUTE, 9), count(10 * MINUTE + 1, 9)]).toEqual([1, 1, 0]);
  expect(count(MINUTE, PLACES.paris.asn)).toBe(0);
  expect(count(MINUTE, null)).toBe(0);
  expect(pair(MINUTE, null).counters.figures.fails_elsewhere_after_success.notEvaluable).toEqual({
    'network unknown': 1,
  });
});
