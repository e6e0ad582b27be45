import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { checkMirror } from '#engine/mirror/check.ts';
import { auditRows } from '#engine/mirror/audit-rows.ts';
import { auditSegments, eventCounts, segmentOfKey } from '#engine/mirror/audit-segments.ts';
import { epochMs } from '#shared/domain/units.ts';
import { createWriter } from '#engine/ingest/writer.ts';
import { openWritable, transaction } from '#engine/mirror/database.ts';
import { migrate } from '#engine/mirror/migrate.ts';
import { MIGRATIONS } from '#engine/mirror/migrations/index.ts';
import { mirrorFile } from '#engine/mirror/mirror-file.ts';
import { openMirror } from '#engine/mirror/open.ts';
import { testGeo } from '#test/support/test-engine.ts';
import { deleteEvents, dropEmptySegment } from '#engine/mirror/delete-events.ts';
import { forgetStep } from '#engine/mirror/forget.ts';
import { END_OF_TIME, newestEvents, newestSql, type EventPosition } from '#engine/mirror/newest-events.ts';
import { nextToSeal, sealStep } from '#engine/mirror/seal.ts';
import { fakeEvent } from '#test/support/fake-agent/fake-records.ts';
import { ask } from '#test/support/ask.ts';
import { ingestWorld, type IngestWorld } from '../ingest/world.ts';

interface Given {
  readonly id: number;
  readonly at: number;
  readonly session: string | null;
}
/** Writes events as ingest does, some a transaction. */
function write(
  world: IngestWorld,
  kind: 'stream' | 'history',
  events: readonly Given[],
  connection = 1,
): number {
  let added = 0;
  transaction(world.db, () => {
    for (const { id, at, session } of events) {
      const event = fakeEvent(`e${String(id)}`, { at, ...(session === null ? {} : { sessionId: session }) });
      if (world.writer.audit.write(connection, event, kind) !== null) added += 1;
    }
    world.writer.flush();
  });
  return added;
}
const seal = (world: IngestWorld): void => {
  while (transaction(world.db, () => sealStep(world.db)));
};
const numbered = (count: number, at: (n: number) => number): Given[] =>
  Array.from({ length: count }, (_, n) => ({ id: n, at: at(n), session: n % 3 === 0 ? 's' : null }));

test('a full segment is followed by another, sealed in steps, and keys name their segment', () => {
  const world = ingestWorld({ leastRows: 10 });
  for (let n = 0; n < 35; n += 5) write(world, 'stream', numbered(35, (one) => one * 10).slice(n, n + 5));
  expect(world.rows("SELECT number, state FROM audit_segment WHERE kind = 'stream'")).toEqual([
    { number: 1, state: 'sealing' },
    { number: 3, state: 'sealing' },
    { number: 4, state: 'sealing' },
    { number: 5, state: 'hot' },
  ]);
  expect(nextToSeal(world.db)).toEqual({ number: 1, steps: 0 });
  seal(world);
  expect(world.rows("SELECT count(*) AS n FROM audit_segment WHERE state = 'sealed'")).toEqual([{ n: 3 }]);
  const names = "SELECT name FROM sqlite_schema WHERE name GLOB 'audit_3_*' AND type = 'index' ORDER BY name";
  expect(world.rows(names).map((row) => (row as { name: string }).name)).toEqual(
    ['account', 'address', 'at', 'hash', 'name', 'session'].map((suffix) => `audit_3_${suffix}`),
  );
  expect(world.rows("SELECT count(*) AS n FROM sqlite_schema WHERE name = 'audit_3_words'")).toEqual([
    { n: 1 },
  ]);
  const segments = auditSegments(world.db);
  expect(segments.map(({ number, from, to, events }) => [number, from, to, events])).toEqual([
    [5, 300, 340, 5],
    [4, 200, 290, 10],
    [3, 100, 190, 10],
    [1, 0, 90, 10],
  ]);
  expect(auditSegments(world.db, { since: 100, until: 200 }).map(({ number }) => number)).toEqual([3]);
  const all = ask(newestEvents(world.db, segments, { sql: '1', bound: {} }, END_OF_TIME, 99));
  expect(all.map(({ at }) => at)).toEqual(Array.from({ length: 35 }, (_, n) => 340 - n * 10));
  for (const { key, at } of all) {
    expect(segmentOfKey(key)).toBe(at < 100 ? 1 : at < 200 ? 3 : at < 300 ? 4 : 5);
  }
  expect(eventCounts(world.db)).toEqual(new Map([[1, 35]]));
  expect(checkMirror(world.profile)).toMatchObject({ ok: true, value: { events: 35, faults: [] } });
});

test('a mirror without an index of words is sealed all the same, and gets one when it is to have one', () => {
  const world = ingestWorld({ leastRows: 10 });
  write(
    world,
    'stream',
    numbered(21, (one) => one * 10),
  );
  const without = { words: false };
  while (transaction(world.db, () => sealStep(world.db, without)));
  const states = "SELECT state, steps FROM audit_segment WHERE kind = 'stream' ORDER BY number";
  const words = "SELECT count(*) AS n FROM sqlite_schema WHERE name GLOB 'audit_*_words'";
  const hot = { state: 'hot', steps: 0 };
  const half = { state: 'sealed', steps: 4 };
  expect([world.rows(states), world.rows(words)]).toEqual([[half, half, hot], [{ n: 0 }]]);
  expect(nextToSeal(world.db, without)).toBeNull();
  expect(nextToSeal(world.db)).toEqual({ number: 1, steps: 4 });
  seal(world);
  const whole = { state: 'sealed', steps: 5 };
  expect([world.rows(states), world.rows(words)]).toEqual([[whole, whole, hot], [{ n: 2 }]]);
  // What was sealed with it stays so.
  expect(nextToSeal(world.db, without)).toBeNull();
  expect(checkMirror(world.profile)).toMatchObject({ ok: true, value: { events: 21, faults: [] } });
});

test('pages over overlapping segments equal a plain sort of everything, whatever came in which order', () => {
  const given = fc.record({
    kind: fc.constantFrom('stream', 'history'),
    at: fc.integer({ min: 0, max: 30 }),
    session: fc.constantFrom('s', 't', null),
  });
  fc.assert(
    fc.property(
      fc.array(given, { maxLength: 80 }),
      fc.integer({ min: 1, max: 9 }),
      fc.boolean(),
      (events, limit, sealed) => {
        const world = ingestWorld({ leastRows: 7 });
        events.forEach(({ kind, at, session }, id) => {
          write(world, kind, [{ id, at, session }]);
          if (sealed && id % 20 === 19) seal(world);
        });
        const session = world.rows("SELECT key FROM handle WHERE id = 's'")[0] as { key: number } | undefined;
        for (const condition of ['1', `e.session = ${String(session?.key ?? 0)}`]) {
          const expected = world.rows(
            `SELECT at, key FROM audit e WHERE ${condition} ORDER BY at DESC, key DESC`,
          );
          const got: EventPosition[] = [];
          for (let below: EventPosition | undefined = END_OF_TIME; below !== undefined;) {
            const page: readonly EventPosition[] = ask(
              newestEvents(world.db, auditSegments(world.db), { sql: condition, bound: {} }, below, limit),
            );
            got.push(...page);
            below = page.length < limit ? undefined : page.at(-1);
          }
          expect(got).toEqual(expected);
        }
      },
    ),
    { numRuns: 40 },
  );
});

test('an event counts once across segments, stream and history, also after a rollback and a restart', () => {
  const world = ingestWorld({ leastRows: 10 });
  const events = numbered(35, (n) => n * 10);
  expect(write(world, 'stream', events)).toBe(35);
  seal(world);
  expect(write(world, 'history', events)).toBe(0);
  expect(() =>
    transaction(world.db, () => {
      world.writer.audit.write(1, fakeEvent('lost', { at: 5 }), 'stream');
      world.writer.flush();
      throw new Error('no');
    }),
  ).toThrow('no');
  world.writer.forget();
  expect(write(world, 'stream', [{ id: 35, at: 5, session: null }, ...events])).toBe(1);
  // The same id from another agent is another event.
  expect(write(world, 'stream', events, 2)).toBe(35);
  world.writer.forget();
  expect(write(world, 'history', events, 2)).toBe(0);
  expect(world.rows('SELECT count(*) AS n, count(DISTINCT key) AS k FROM audit')).toEqual([{ n: 71, k: 71 }]);
  expect(checkMirror(world.profile)).toMatchObject({ ok: true, value: { events: 71, faults: [] } });
});

test('an event that lies about its time is still recognised while its segment is being written', () => {
  const world = ingestWorld();
  expect(write(world, 'stream', [{ id: 1, at: 5, session: null }])).toBe(1);
  expect(write(world, 'stream', [{ id: 1, at: 500, session: null }])).toBe(0);
});

const matches = (world: IngestWorld): number =>
  Number(
    world.db.prepare("SELECT count(*) FROM audit_1_words WHERE audit_1_words MATCH 'word'").pluck().get(),
  );

test('deleting keeps the counts right; empty segments go, with all that is theirs', () => {
  const world = ingestWorld({ leastRows: 10 });
  write(
    world,
    'stream',
    numbered(35, (n) => n * 10),
  );
  seal(world);
  transaction(world.db, () => {
    // The words of a message go with it.
    world.db.exec("UPDATE audit_1 SET message = 'one word'");
    expect(matches(world)).toBe(10);
    expect(deleteEvents(world.db, 1, { sql: 'e.at < @before', bound: { before: 50 } }, 3)).toBe(3);
    expect(matches(world)).toBe(7);
  });
  expect(checkMirror(world.profile)).toMatchObject({ ok: true, value: { events: 32, faults: [] } });
  transaction(world.db, () => {
    expect(deleteEvents(world.db, 1, { sql: 'e.at < @before', bound: { before: 100 } }, 99)).toBe(7);
    expect(dropEmptySegment(world.db)).toBe(true);
    expect(dropEmptySegment(world.db)).toBe(false);
  });
  expect(world.rows("SELECT name FROM sqlite_schema WHERE name GLOB 'audit_1*'")).toEqual([]);
  world.writer.forget();
  expect(checkMirror(world.profile)).toMatchObject({ ok: true, value: { events: 25, faults: [] } });
  // What was deleted is no longer known, so it may come again.
  expect(
    write(
      world,
      'stream',
      numbered(1, () => 0),
    ),
  ).toBe(1);
});

test('forgetting a connection takes its events out of shared segments and drops the ones it had alone', () => {
  const world = ingestWorld({ leastRows: 10 });
  write(
    world,
    'stream',
    numbered(12, (n) => n),
  );
  write(
    world,
    'stream',
    numbered(12, (n) => n),
    2,
  );
  seal(world);
  while (transaction(world.db, () => forgetStep(world.db, 1)));
  world.writer.forget();
  expect(world.rows('SELECT connection, count(*) AS n FROM audit GROUP BY connection')).toEqual([
    { connection: 2, n: 12 },
  ]);
  expect(eventCounts(world.db)).toEqual(new Map([[2, 12]]));
});

test('a batch with a record that the mirror cannot hold loses only that record', async () => {
  const world = ingestWorld({ leastRows: 10 });
  const good = numbered(12, (n) => n).map(({ id, at }, n) => ({
    seq: n + 1,
    at,
    kind: 'audit',
    event: fakeEvent(`e${String(id)}`, { at }),
  }));
  const bad = { seq: 13, at: 1, kind: 'audit', event: fakeEvent('bad', { at: 1 }) };
  world.db.exec(
    "CREATE TEMP TRIGGER no BEFORE INSERT ON main.audit_1 WHEN new.id = 'bad' BEGIN SELECT RAISE(ABORT, 'no'); END",
  );
  await world.write([bad, ...good]);
  expect(world.rows('SELECT count(*) AS n FROM audit')).toEqual([{ n: 12 }]);
  expect(world.rows('SELECT problem FROM set_aside')).toEqual([{ problem: 'the mirror cannot hold it' }]);
  expect(world.rows('SELECT sign_ins FROM tally')).toEqual([{ sign_ins: 12 }]);
  expect(checkMirror(world.profile)).toMatchObject({ ok: true, value: { events: 12, faults: [] } });
});

// A plan that scans rows of a segment is the beginning of every slow console.
const PLANS: readonly (readonly [string, string, string, RegExp])[] = [
  ['by time, hot', '2', '1', /SEARCH e USING COVERING INDEX audit_2_at \(at<\?\)/],
  ['by time, sealed', '1', '1', /SEARCH e USING COVERING INDEX audit_1_at \(at<\?\)/],
  ['of an account, hot', '2', 'e.account = 7', /COVERING INDEX audit_2_at/],
  ['of an account, sealed', '1', 'e.account = 7', /COVERING INDEX audit_1_account \(account=\? AND at<\?\)/],
  ['of a session, sealed', '1', 'e.session = 7', /COVERING INDEX audit_1_session \(session=\? AND at<\?\)/],
  ['of an address, sealed', '1', 'e.address = 7', /COVERING INDEX audit_1_address \(address=\? AND at<\?\)/],
  ['of an action and outcome', '1', 'e.action = 3 AND e.outcome = 2', /COVERING INDEX audit_1_at/],
];
test.each(PLANS)('query plan: events %s', (_what, segment, condition, expected) => {
  const world = ingestWorld({ leastRows: 10 });
  write(
    world,
    'stream',
    numbered(12, (n) => n),
  );
  seal(world);
  const plan = world.db
    .prepare(`EXPLAIN QUERY PLAN ${newestSql(`audit_${segment}`, condition)}`)
    .all({ at: 1, key: 1, limit: 1 })
    .map((row) => (row as { detail: string }).detail)
    .join('\n');
  expect(plan).toMatch(expected);
  // Events of the same millisecond are sorted among themselves, nothing else.
  expect(plan.replace('USE TEMP B-TREE FOR LAST TERM OF ORDER BY', '')).not.toContain('TEMP B-TREE');
});

test('a row is read by its key, and one that has gone is left out', () => {
  const world = ingestWorld({ leastRows: 10 });
  write(
    world,
    'stream',
    numbered(12, (n) => n),
  );
  const keys = world.rows('SELECT key FROM audit ORDER BY at').map((row) => (row as { key: number }).key);
  expect(auditRows(world.db, [keys[11]!, keys[0]! - 1, keys[3]!]).map(({ id }) => id)).toEqual(['e11', 'e3']);
});

test('the one table of version 3 is cut into segments with every event in it', () => {
  const folder = mkdtempSync(join(tmpdir(), 'watchfloor-test-'));
  try {
    const old = openWritable(mirrorFile(folder));
    migrate(old, MIGRATIONS.slice(0, 3));
    old.exec(`INSERT INTO connection (key, id, name, name_given, url, colour, enabled, created_at)
      VALUES (1, 'a', 'a', 1, 'http://a', 0, 1, 0), (2, 'b', 'b', 1, 'http://b', 0, 1, 0);
      INSERT INTO word (key, text) VALUES (1, 'login');
      WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 120000)
      INSERT INTO audit (connection, id, at, recorded_at, action, outcome, message, attributes)
      SELECT 1 + i % 2, 'e' || i, i * 7 % 50000, i, 1, i % 3, 'message ' || i, '{}' FROM n`);
    const dump =
      'SELECT connection, id, at, recorded_at, outcome, message FROM audit ORDER BY id, connection';
    const before = old.prepare(dump).all();
    old.close();

    const opened = openMirror(folder, epochMs(0));
    if (opened.is !== 'open') throw new Error(opened.is);
    const { db } = opened;
    expect(db.prepare(dump).all()).toEqual(before);
    expect(checkMirror(folder)).toMatchObject({ ok: true, value: { events: 120_000, faults: [] } });
    expect(eventCounts(db)).toEqual(
      new Map([
        [1, 60_000],
        [2, 60_000],
      ]),
    );
    while (transaction(db, () => sealStep(db)));
    expect(db.prepare("SELECT count(*) FROM audit_segment WHERE state = 'sealed'").pluck().get()).toBe(3);
    // What was here is recognised, so that a history that is read again adds nothing.
    const writer = createWriter(db, testGeo.enricher);
    transaction(db, () => {
      expect(writer.audit.write(2, fakeEvent('e1', { at: 7 }), 'history')).toBeNull();
      expect(writer.audit.write(2, fakeEvent('new', { at: 7 }), 'history')).not.toBeNull();
      writer.flush();
    });
    db.close();
    expect(checkMirror(folder)).toMatchObject({ ok: true, value: { events: 120_001, faults: [] } });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
