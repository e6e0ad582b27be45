import fc from 'fast-check';
import { expect, test } from 'vitest';
import { DAY, HOUR, MINUTE } from '#shared/domain/units.ts';
import type { Change } from '#shared/protocol/changes.ts';
import { audited, changesToWrite, fakeEvent, fakeSession } from '#test/support/fake-agent/fake-records.ts';
import { NOW, WiredWorld } from './wired-world.ts';

type Make = (position: number) => Change;

const START = NOW - 8 * HOUR;
const login = (
  id: string,
  user: string,
  at: number,
  ip: string,
  over: { outcome?: string; sessionId?: string } = {},
): Make => {
  const event = fakeEvent(id, { at, recordedAt: at, ip, account: { id: user, name: user }, ...over });
  return (position) => audited(position, event);
};
const update = (id: string, user: string, at: number, ip: string, kind: string): Make => {
  const sight = { at, ip, userAgent: null };
  const session = fakeSession(id, {
    account: { id: user, name: user },
    opened: { ...sight, at: START },
    last: sight,
  });
  return (position) => ({ ...({ seq: position, at, kind } as object), session }) as unknown as Change;
};
const close =
  (id: string, at: number, reason: string): Make =>
  (position) =>
    ({ ...({ seq: position, at, kind: 'session.closed' } as object), id, reason }) as unknown as Change;

const IPS = ['8.8.8.8', '8.8.8.9', '91.0.0.1'];
const one: fc.Arbitrary<(n: number) => Make> = fc
  .record({
    what: fc.constantFrom('login', 'login', 'failed', 'failed', 'failed', 'seen', 'closed'),
    user: fc.constantFrom('anna', 'ben'),
    ip: fc.constantFrom(...IPS),
    minute: fc.integer({ min: 0, max: 90 }),
    session: fc.constantFrom('s1', 's2', 's3', 's4', 's5'),
  })
  .map(({ what, user, ip, minute, session }) => (n: number): Make => {
    const at = START + minute * MINUTE;
    const of = `${user}-${session}`;
    if (what === 'login') return login(`e${String(n)}`, user, at, ip, { sessionId: of });
    if (what === 'failed') return login(`e${String(n)}`, user, at, ip, { outcome: 'failure' });
    if (what === 'closed') return close(of, at, 'revoked');
    return update(of, user, at, ip, 'session.updated');
  });
const script = fc.array(one, { minLength: 20, maxLength: 60 }).map((list) => list.map((make, n) => make(n)));

async function run(
  changes: readonly Make[],
  batch: number,
  between: (world: WiredWorld, at: number) => void | Promise<void> = () => undefined,
): Promise<WiredWorld> {
  const world = new WiredWorld();
  for (let at = 0; at < changes.length; at += batch) {
    await world.stream(changes.slice(at, at + batch));
    await between(world, at);
  }
  return world;
}

test('an attack and a journey are found with the batch that shows them, with marks beside the rows, and told once', async () => {
  const world = await run(
    [
      ...Array.from({ length: 12 }, (_, n) =>
        login(`f${String(n)}`, 'anna', START + n * 10_000, '8.8.8.8', { outcome: 'failure' }),
      ),
      login('in', 'anna', START + 5 * MINUTE, '8.8.8.8', { sessionId: 's' }),
      login('far', 'anna', START + 30 * MINUTE, '91.0.0.1', { sessionId: 't' }),
    ],
    4,
  );
  const names = world.db
    .prepare('SELECT DISTINCT name FROM detection WHERE filtered IS NULL ORDER BY name')
    .pluck()
    .all();
  expect(names).toEqual(expect.arrayContaining(['brute_force', 'brute_force_success', 'impossible_travel']));
  expect(world.db.prepare('SELECT worst FROM account_risk').pluck().all()).toEqual([3]);
  expect(new Set(world.told).size).toBe(world.told.length);
  expect(
    world.db.prepare('SELECT count(DISTINCT campaign) FROM detection WHERE filtered IS NULL').pluck().get(),
  ).toBe(1);
});

test('what a store stamps more than five minutes after its agent read it says that a clock is wrong, and moves nobody', async () => {
  const stamped = (id: string, at: number, aheadMs: number, ip: string): Make => {
    const event = fakeEvent(id, { at, recordedAt: at - aheadMs, ip, account: { id: 'anna', name: 'anna' } });
    return (position) => audited(position, event);
  };
  const found = async (aheadMs: number): Promise<unknown> => {
    const journey = [stamped('e1', START, 0, '8.8.8.8'), stamped('e2', START + HOUR, aheadMs, '91.0.0.1')];
    const { db } = await run(journey, 1);
    return db.prepare('SELECT DISTINCT name FROM detection ORDER BY name').pluck().all();
  };
  expect(await found(5 * MINUTE)).toEqual(expect.arrayContaining(['impossible_travel']));
  expect(await found(5 * MINUTE)).not.toContain('clock_skew');
  // What the first sign-in alone says, while its account is being learnt, and nothing about the second.
  const alone = (await run([stamped('e1', START, 0, '8.8.8.8')], 1)).db;
  const ofFirst = alone.prepare('SELECT DISTINCT name FROM detection').pluck().all();
  expect(await found(5 * MINUTE + 1)).toEqual(['clock_skew', ...ofFirst].sort());
});

test('a change of roles is critical also when the risky sign-in before it is told of later, and after a restart', async () => {
  const home = login('here', 'anna', START, '8.8.8.8');
  const change = fakeEvent('role', {
    at: START + 31 * MINUTE,
    recordedAt: START + 31 * MINUTE,
    action: 'role-changed',
    account: { id: 'anna', name: 'anna' },
  });
  const far = login('far', 'anna', START + 30 * MINUTE, '91.0.0.1');
  const world = await run([home, (position) => audited(position, change)], 1);
  const critical = (): unknown =>
    world.db
      .prepare(
        'SELECT name, raised_at FROM detection WHERE severity = 4 AND filtered IS NULL AND withdrawn_at IS NULL',
      )
      .all();
  expect(critical()).toEqual([]);
  world.restart();
  await world.stream([far]);
  expect(critical()).toEqual([{ name: 'privileged_role_after_risky_login', raised_at: START + 31 * MINUTE }]);
});

test('a finding that a late event takes the ground from is taken back once, if it was told at all', async () => {
  const world = await run(
    [
      login('here', 'anna', START, '8.8.8.8'),
      login('there', 'anna', START + 30 * MINUTE, '91.0.0.1'),
      // Came late: the journey was made before, to the very same place.
      login('between', 'anna', START + MINUTE, '91.0.0.1'),
    ],
    1,
  );
  const travel = world.db
    .prepare("SELECT id, withdrawn_at FROM detection WHERE name = 'impossible_travel' ORDER BY withdrawn_at")
    .all() as { id: string; withdrawn_at: number | null }[];
  expect(travel.map(({ withdrawn_at }) => withdrawn_at === null)).toEqual([true, false]);
  expect(world.takenBack).toEqual([travel[1]?.id]);
  expect(world.told).toContain(travel[1]?.id);
  expect(world.told).toContain(travel[0]?.id);
});

test('a crash or a restart after any batch changes nothing that is found', async () => {
  await fc.assert(
    fc.asyncProperty(
      script,
      fc.array(fc.constantFrom('', '', 'crash', 'restart'), { minLength: 12, maxLength: 12 }),
      async (changes, stops) => {
        const whole = await run(changes, 5);
        const broken = await run(changes, 5, (world, at) => {
          const stop = stops[at / 5];
          if (stop === 'crash') world.crash();
          if (stop === 'restart') world.restart();
        });
        expect(broken.findings()).toEqual(whole.findings());
        const counters = (world: WiredWorld): unknown =>
          JSON.parse(String(world.db.prepare('SELECT counters FROM detector').pluck().get()));
        expect(counters(broken)).toEqual(counters(whole));
      },
    ),
    { numRuns: 8 },
  );
}, 60_000);

test('a transaction that is rolled back and comes again is found once', async () => {
  await fc.assert(
    fc.asyncProperty(script, fc.integer({ min: 0, max: 8 }), async (changes, when) => {
      const whole = await run(changes, 5);
      const troubled = await run(changes, 5, async (world, at) => {
        if (at !== when * 5) return;
        // A fault after the detections have written, inside the same transaction.
        const { db } = world;
        db.exec(`CREATE TEMP TRIGGER no BEFORE INSERT ON cursor BEGIN SELECT raise(ABORT, 'no'); END;
          CREATE TEMP TRIGGER no2 BEFORE UPDATE ON cursor BEGIN SELECT raise(ABORT, 'no'); END`);
        const next = changes.slice(at + 5, at + 10);
        const failing = world.ingest.changes(
          world.who(),
          changesToWrite(
            next.map((make, n) => make(1e6 + n)),
            1e6,
          ),
          () => true,
        );
        expect((await failing).is).toBe('failed');
        db.exec('DROP TRIGGER no; DROP TRIGGER no2');
      });
      expect(troubled.findings()).toEqual(whole.findings());
    }),
    { numRuns: 4 },
  );
}, 60_000);

test('any order of arrival inside the horizon gives the same findings', async () => {
  await fc.assert(
    fc.asyncProperty(
      script.chain((changes) =>
        fc.tuple(fc.constant(changes), fc.shuffledSubarray(changes, { minLength: changes.length })),
      ),
      async ([changes, shuffled]) => {
        const [a, b] = [await run(changes, 7), await run(shuffled, 7)];
        expect(b.findings()).toEqual(a.findings());
      },
    ),
    { numRuns: 8 },
  );
}, 60_000);

test('a session that is seen at one instant from two addresses was seen from both, whichever is told first', async () => {
  const places = ['8.8.8.8', '91.0.0.1'].map((ip) => update('s1', 'anna', START, ip, 'session.updated'));
  const after = login('later', 'anna', START + HOUR, '8.8.8.9');
  const [a, b] = [await run([...places, after], 1), await run([...places.reverse(), after], 1)];
  expect(a.findings()).not.toEqual([]);
  expect(b.findings()).toEqual(a.findings());
});

test('sessions that only the log of the past names do not count as open: it tells few of the ends', async () => {
  const world = new WiredWorld();
  const past = Array.from({ length: 12 }, (_, n) => {
    const at = NOW - (20 - n) * DAY;
    const made = fakeEvent(`p${String(n)}`, { at, recordedAt: at, sessionId: `old-${String(n)}` });
    return { ...made, ip: '8.8.8.8', account: { id: 'anna', name: 'anna' } } as typeof made;
  });
  await world.history([past], NOW - 2 * HOUR);
  const opened = (id: string, at: number): Make => update(id, 'anna', at, '8.8.8.8', 'session.opened');
  await world.stream([opened('new-1', START), opened('new-2', START + MINUTE)]);
  const found = (): readonly unknown[] =>
    world.db.prepare("SELECT name FROM detection WHERE name = 'concurrent_sessions'").pluck().all();
  expect(found()).toEqual([]);
  // It does see those that are open.
  await world.stream([opened('new-3', START + 2 * MINUTE), opened('new-4', START + 3 * MINUTE)]);
  expect(found()).toEqual(['concurrent_sessions']);
});

test('history trains silently whatever order its pages come in, and what was live before it is judged anew', async () => {
  const world = new WiredWorld();
  const past = Array.from({ length: 30 }, (_, n) =>
    fakeEvent(`h${String(n)}`, {
      at: NOW - (40 - n) * DAY,
      recordedAt: NOW - (40 - n) * DAY,
      ip: '8.8.8.8',
      account: { id: 'anna', name: 'anna' },
    }),
  );
  await world.stream([login('now', 'anna', NOW - HOUR, '91.0.0.1')]);
  const before = world.db.prepare("SELECT filtered FROM detection WHERE name = 'new_country'").pluck().all();
  expect(before).toEqual(['learning']);
  await world.history([past.slice(20), past.slice(10, 20), past.slice(0, 10)], NOW - 2 * HOUR);
  const found = world.db
    .prepare(
      "SELECT filtered, retrospective FROM detection WHERE name = 'new_country' AND retrospective = 0 AND withdrawn_at IS NULL",
    )
    .all();
  expect(found).toEqual([{ filtered: null, retrospective: 0 }]);
  expect(world.told).toHaveLength(1);
  world.crash();
  await world.stream([login('later', 'anna', NOW - HOUR / 2, '91.0.0.1')]);
  expect(
    world.db
      .prepare(
        "SELECT count(*) FROM detection WHERE name = 'new_country' AND retrospective = 0 AND withdrawn_at IS NULL",
      )
      .pluck()
      .get(),
  ).toBe(1);
});
