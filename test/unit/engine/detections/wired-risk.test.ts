import fc from 'fast-check';
import { expect, test } from 'vitest';
import { DAY, HOUR, MINUTE } from '#shared/domain/units.ts';
import type { Change } from '#shared/protocol/changes.ts';
import { replay } from '#engine/detect/replay.ts';
import { parseSettings } from '#engine/detect/settings.ts';
import type { DetectEvent } from '#engine/detect/event.ts';
import { transaction } from '#engine/mirror/database.ts';
import { deleteEvents } from '#engine/mirror/delete-events.ts';
import { dropSegment } from '#engine/mirror/segment-tables.ts';
import { mirrorEvents } from '#engine/detections/mirror-events.ts';
import { audited, fakeEvent, fakeSession } from '#test/support/fake-agent/fake-records.ts';
import { NOW, WiredWorld } from './wired-world.ts';

const START = NOW - 8 * HOUR;
const AGENTS = [
  'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0',
  'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36',
];
const signIn = (id: string, user: string, at: number, ip: string, over: object = {}) =>
  fakeEvent(id, { at, recordedAt: at, ip, account: { id: user, name: user }, ...over });
const live =
  (event: ReturnType<typeof signIn>) =>
  (position: number): Change =>
    audited(position, event);
const opened =
  (id: string, user: string, at: number, ip: string) =>
  (position: number): Change => {
    const sight = { at, ip, userAgent: null };
    const session = fakeSession(id, { account: { id: user, name: user }, opened: sight, last: sight });
    return { ...({ seq: position, at, kind: 'session.opened' } as object), session } as unknown as Change;
  };

const risks = (world: WiredWorld): readonly unknown[] => [
  world.db
    .prepare(
      'SELECT e.id, r.score, r.learning, r.counts, r.at FROM login_risk r JOIN audit e ON e.key = r.event ORDER BY e.id',
    )
    .all(),
  world.db
    .prepare(
      'SELECT h.id, r.risk FROM session_risk r JOIN handle h ON h.key = r.session WHERE r.risk IS NOT NULL ORDER BY h.id',
    )
    .all(),
  world.db
    .prepare(
      'SELECT a.id, r.risk, r.risk_at FROM account_risk r JOIN account a ON a.key = r.account ORDER BY a.id',
    )
    .all(),
];
/** What the formula says of the mirrored events, worked out in one go without priors. */
const byTheFormula = (world: WiredWorld): ReadonlyMap<string, number | null> => {
  const events = [...mirrorEvents(world.db, world.who().key)].map(({ event }): DetectEvent => ({
    ...event,
    ts: new Date(Number(event.ts)).toISOString(),
    receivedAt: undefined,
  }));
  const { scores } = replay(parseSettings(), [], events);
  return new Map(scores.map(({ event, value }) => [event, value]));
};
const kept = (world: WiredWorld): ReadonlyMap<string, number | null> =>
  new Map(
    (
      world.db.prepare('SELECT e.id, r.score FROM login_risk r JOIN audit e ON e.key = r.event').all() as {
        id: string;
        score: number | null;
      }[]
    ).map(({ id, score }) => [id, score]),
  );

const script = fc
  .array(
    fc.record({
      user: fc.constantFrom('anna', 'ben', 'cleo'),
      ip: fc.constantFrom('8.8.8.8', '8.8.8.9', '91.0.0.1', '2001:db8::7'),
      userAgent: fc.constantFrom(...AGENTS),
    }),
    { minLength: 25, maxLength: 50 },
  )
  .map((list) =>
    list.map(({ user, ip, userAgent }, n) =>
      live(signIn(`e${String(n)}`, user, START + n * MINUTE, ip, { userAgent, sessionId: `s${String(n)}` })),
    ),
  );

test('every sign-in has the score of the formula, and a crash or a restart after any batch changes none', async () => {
  await fc.assert(
    fc.asyncProperty(
      script,
      fc.array(fc.constantFrom('', 'crash', 'restart'), { minLength: 10, maxLength: 10 }),
      async (changes, stops) => {
        const [whole, broken] = [new WiredWorld(), new WiredWorld()];
        for (let at = 0; at < changes.length; at += 5) {
          await whole.stream(changes.slice(at, at + 5));
          await broken.stream(changes.slice(at, at + 5));
          const stop = stops[at / 5];
          if (stop === 'crash') broken.crash();
          if (stop === 'restart') broken.restart();
        }
        expect(risks(broken)).toEqual(risks(whole));
        const expected = byTheFormula(whole);
        expect(expected.size).toBe(changes.length);
        for (const [id, score] of kept(whole)) {
          const value = expected.get(id);
          if (value === null || value === undefined) expect(score).toBe(value);
          else expect(score).toBeCloseTo(value, 9);
        }
      },
    ),
    { numRuns: 6 },
  );
}, 60_000);

test('a mirror that was filled before is scored once in the background, as if it had been from the beginning', async () => {
  const world = new WiredWorld();
  const past = Array.from({ length: 40 }, (_, n) =>
    signIn(
      `h${String(n).padStart(2, '0')}`,
      n % 3 === 0 ? 'ben' : 'anna',
      NOW - (50 - n) * DAY,
      n % 7 === 0 ? '91.0.0.1' : '8.8.8.8',
    ),
  );
  // Live before its history: nothing to compare with, so no score yet.
  await world.stream([live(signIn('now', 'anna', NOW - HOUR, '8.8.8.8', { sessionId: 's' }))]);
  expect(kept(world).get('now')).toBeNull();
  await world.history([past.slice(20), past.slice(0, 20)], NOW - 2 * HOUR);
  const expected = byTheFormula(world);
  expect(kept(world).size).toBe(41);
  for (const [id, score] of kept(world)) expect(score ?? -1).toBeCloseTo(expected.get(id) ?? -1, 9);
  expect(kept(world).get('now')).toBeGreaterThan(0);
  expect(world.db.prepare('SELECT risk FROM session_risk').pluck().all()).toHaveLength(1);
  // The next one goes on from there, also after a crash.
  world.crash();
  await world.stream([live(signIn('next', 'anna', NOW - MINUTE, '8.8.8.8'))]);
  expect(kept(world).get('next')).toBeCloseTo(byTheFormula(world).get('next') ?? -1, 9);
  // A version that knew no risk left the mirror untrained: the next start fills it.
  world.db.exec('DELETE FROM login_risk; UPDATE detector SET trained = 0');
  world.restart();
  await world.detecting.idle();
  expect(kept(world).size).toBe(42);
  for (const [id, score] of kept(world))
    expect(score ?? -1).toBeCloseTo(byTheFormula(world).get(id) ?? -1, 9);
});

test('a session has the risk of the sign-in that opened it, also when neither names the other', async () => {
  const world = new WiredWorld();
  await world.stream([
    live(signIn('a', 'anna', START, '8.8.8.8')),
    live(signIn('b', 'anna', START + HOUR, '91.0.0.1')),
    opened('first', 'anna', START + HOUR + 500, '91.0.0.1'),
    opened('second', 'anna', START + 2 * HOUR, '8.8.8.8'),
    live(signIn('c', 'anna', START + 2 * HOUR + 500, '8.8.8.8')),
    opened('elsewhere', 'anna', START + 2 * HOUR + 700, '8.8.8.9'),
    live(signIn('d', 'anna', START + 3 * HOUR, '8.8.8.8', { sessionId: 'named' })),
    opened('named', 'anna', START + 3 * HOUR, '8.8.8.8'),
  ]);
  const [, sessions, people] = risks(world) as [unknown, { id: string; risk: number }[], { risk: number }[]];
  expect(sessions.map(({ id }) => id)).toEqual(['first', 'named', 'second']);
  expect(people).toHaveLength(1);
  expect(people[0]?.risk).toBe(sessions.find(({ id }) => id === 'named')?.risk);
});

test('an address that attacked this environment counts ten times', async () => {
  const world = new WiredWorld();
  const fails = Array.from({ length: 24 }, (_, n) =>
    live(
      signIn(`f${String(n)}`, `victim${String(n % 8)}`, START + n * 30_000, '91.0.0.1', {
        outcome: 'failure',
      }),
    ),
  );
  await world.stream([
    live(signIn('a', 'anna', START - HOUR, '8.8.8.8')),
    live(signIn('b', 'ben', START - HOUR, '8.8.8.8')),
    ...fails,
    live(signIn('hit', 'anna', START + HOUR, '91.0.0.1')),
    live(signIn('calm', 'ben', START + 2 * HOUR, '8.8.8.9')),
  ]);
  expect(world.db.prepare("SELECT count(*) FROM detection WHERE name = 'password_spray'").pluck().get()).toBe(
    1,
  );
  const plain = byTheFormula(world);
  expect(kept(world).get('hit')).toBeCloseTo(10 * (plain.get('hit') ?? 0), 6);
  expect(kept(world).get('calm')).toBeCloseTo(plain.get('calm') ?? 0, 6);
});

test('scores leave the mirror with the events they are of', async () => {
  const world = new WiredWorld();
  await world.stream([
    live(signIn('a', 'anna', START, '8.8.8.8')),
    live(signIn('b', 'anna', START + HOUR, '8.8.8.8')),
    live(signIn('c', 'anna', START + 2 * HOUR, '8.8.8.8')),
  ]);
  transaction(world.db, () =>
    deleteEvents(world.db, 1, { sql: 'e.at < @until', bound: { until: START + HOUR } }, 10),
  );
  expect([...kept(world).keys()].sort()).toEqual(['b', 'c']);
  transaction(world.db, () => {
    dropSegment(world.db, 1);
  });
  expect(world.db.prepare('SELECT count(*) FROM login_risk').pluck().get()).toBe(0);
});

test('what strangers leave behind is forgotten in time, and what somebody who signs in is known by is not', async () => {
  const world = new WiredWorld();
  const old = START - 400 * DAY;
  await world.stream([
    live(signIn('in', 'anna', old, '8.8.8.8', { sessionId: 's' })),
    live(signIn('in2', 'anna', old + HOUR, '8.8.8.8', { sessionId: 's2' })),
    ...Array.from({ length: 30 }, (_, n) =>
      live(
        signIn(`f${String(n)}`, `nobody${String(n)}`, old + n, `91.0.0.${String(n)}`, { outcome: 'failure' }),
      ),
    ),
  ]);
  world.restart();
  const memories = (kind: string): unknown =>
    world.db.prepare('SELECT count(*) FROM detector_entity WHERE kind = ?').pluck().get(kind);
  expect([memories('users'), memories('addresses'), memories('sessions')]).toEqual([31, 31, 2]);
  await world.stream([live(signIn('new', 'ben', START, '8.8.8.9'))]);
  world.restart();
  await world.stream([live(signIn('newer', 'ben', START + HOUR, '8.8.8.9'))]);
  world.restart();
  expect([memories('users'), memories('addresses'), memories('sessions')]).toEqual([2, 1, 0]);
  // Anna is still known: that she wakes up is found.
  await world.stream([live(signIn('back', 'anna', START + 2 * HOUR, '8.8.8.8'))]);
  expect(
    world.db.prepare("SELECT count(*) FROM detection WHERE name = 'dormant_account'").pluck().get(),
  ).toBe(1);
  const counts = world.db
    .prepare('SELECT counts FROM login_risk r JOIN audit e ON e.key = r.event WHERE e.id = ?')
    .pluck()
    .get('back');
  // Two earlier sign-ins; the address itself is forgotten by everybody but her.
  expect((JSON.parse(String(counts)) as number[]).slice(0, 8)).toEqual([
    2,
    4,
    2,
    1,
    expect.any(Number),
    1,
    2,
    0,
  ]);
});
