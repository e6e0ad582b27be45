import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { beforeEach, expect, test } from 'vitest';
import type { RetentionPolicy } from '#shared/ipc/mirror-contract.ts';
import { ConnectionId } from '#shared/domain/ids.ts';
import { checkMirror } from '#engine/mirror/check.ts';
import { transaction } from '#engine/mirror/database.ts';
import { appendToArchive, verifyArchive } from '#engine/retention/archive.ts';
import { forecast, mirrorBytes } from '#engine/retention/cuts.ts';
import { deleteForSize } from '#engine/retention/delete-step.ts';
import { beginRun, readPolicy, recentRuns, savePolicy } from '#engine/retention/policy-store.ts';
import { fakeEvent } from '#test/support/fake-agent/fake-records.ts';
import { addEnvironment } from '#test/support/environment.ts';
import { testFolder } from '#test/support/test-mirror.ts';
import { DAY, NOW, retentionWorld, type RetentionWorld } from './world.ts';

let folder = '';
beforeEach(() => {
  folder = testFolder();
});

const days = (from: number, to: number): number[] => Array.from({ length: to - from }, (_, n) => from + n);
const count = (world: RetentionWorld, sql: string): number =>
  Object.values(world.rows(`SELECT count(*) AS n FROM ${sql}`)[0] as { n: number })[0] ?? -1;
const policy = (over: Partial<RetentionPolicy>): RetentionPolicy => ({
  rules: [],
  mostMegabytes: null,
  archiveFolder: null,
  ...over,
});
const other = (world: RetentionWorld): number => addEnvironment(world.db, 'connection-2', { name: 'two' });

test('nothing is deleted unless somebody says so', async () => {
  const world = retentionWorld();
  world.live('ann', days(0, 40));
  expect(readPolicy(world.db)).toEqual(policy({}));
  await world.keeper.run();
  expect(count(world, 'audit')).toBe(120);
  expect(recentRuns(world.db, 9)).toEqual([]);
});

test('what is too old goes, by environment and kind, exactly as forecast; what is not stays', async () => {
  const world = retentionWorld();
  const two = other(world);
  world.live('ann', days(0, 40));
  world.live('ben', days(0, 40), two);
  world.seal();
  const rules = policy({
    rules: [
      { connection: null, kind: 'events', days: 30 },
      { connection: ConnectionId.parse('connection-2'), kind: 'events', days: 10 },
      { connection: ConnectionId.parse('connection-2'), kind: 'sessions', days: 20 },
    ],
  });
  savePolicy(world.db, rules);
  const expected = forecast(world.db, rules, NOW);
  expect(expected.items.map(({ name, kind, rows }) => [name, kind, rows])).toEqual([
    ['one', 'events', 27],
    ['two', 'events', 87],
    // Those of exactly 20 days ago ended a minute later.
    ['two', 'sessions', 19],
  ]);
  await world.keeper.run();
  const left = (connection: number): number => count(world, `audit WHERE connection = ${String(connection)}`);
  expect([left(1), left(two)]).toEqual([120 - 27, 120 - 87]);
  expect(world.rows('SELECT connection, min(at) AS oldest FROM audit GROUP BY connection')).toEqual([
    { connection: 1, oldest: NOW - 30 * DAY },
    { connection: two, oldest: NOW - 10 * DAY },
  ]);
  expect(count(world, `session WHERE connection = ${String(two)}`)).toBe(21);
  expect(count(world, 'session WHERE connection = 1')).toBe(40);
  expect(recentRuns(world.db, 9).map(({ cause, kind, rows }) => [cause, kind, rows])).toEqual([
    ['age', 'sessions', 19],
    ['age', 'events', 87],
    ['age', 'events', 27],
  ]);
  expect(forecast(world.db, rules, NOW).items).toEqual([]);
  // Nobody had these addresses but the ones that are gone.
  expect(world.rows("SELECT ip FROM address WHERE ip LIKE '8.39.%'")).toEqual([{ ip: '8.39.3.1' }]);
  expect(world.rows("SELECT id FROM handle WHERE id = 'ben-39'")).toEqual([]);
  expect(count(world, 'tally WHERE connection = 1')).toBe(31);
  expect(checkMirror(world.profile)).toMatchObject({ ok: true, value: { faults: [] } });
});

test('ingest between the steps loses nothing: what it names meanwhile is not swept away', async () => {
  const world = retentionWorld();
  world.live('ann', days(0, 40));
  savePolicy(
    world.db,
    policy({
      rules: [
        { connection: null, kind: 'events', days: 5 },
        { connection: null, kind: 'sessions', days: 5 },
      ],
    }),
  );
  const done = world.keeper.run();
  // The addresses that are just being swept are used again by live batches.
  let written = 0;
  const live = (async () => {
    for (let n = 0; n < 60; n += 1) {
      await world.committer.submit({
        rows: 1,
        write: () => {
          const event = fakeEvent(`live-${String(n)}`, {
            at: NOW,
            ip: `8.${String(n % 40)}.3.1`,
            sessionId: `ann-${String(n % 40)}`,
          });
          if (world.writer.audit.write(1, event, 'stream') !== null) written += 1;
        },
      });
      await new Promise<void>((resume) => setImmediate(resume));
    }
  })();
  await Promise.all([done, live]);
  expect(written).toBe(60);
  expect(count(world, 'audit')).toBe(60 + 18);
  expect(checkMirror(world.profile)).toMatchObject({ ok: true, value: { faults: [] } });
});

test('the archive has what was deleted, once, and shows when it was changed', async () => {
  const world = retentionWorld();
  world.live('ann', days(0, 40));
  world.seal();
  savePolicy(
    world.db,
    policy({
      rules: [
        { connection: null, kind: 'events', days: 30 },
        { connection: null, kind: 'sessions', days: 30 },
      ],
      archiveFolder: folder,
    }),
  );
  await world.keeper.run();
  const names = readdirSync(folder).sort();
  expect(names).toHaveLength(2);
  const lines = names.flatMap((name) =>
    gunzipSync(readFileSync(join(folder, name)))
      .toString('utf8')
      .trim()
      .split('\n'),
  );
  const records = lines
    .map((line) => JSON.parse(line) as Record<string, unknown>)
    .filter((one) => 'record' in one);
  expect(
    records
      .filter(({ record }) => record === 'event')
      .map(({ id }) => id)
      .sort(),
  ).toEqual(
    days(31, 40)
      .flatMap((day) => ['activity', 'login', 'logout'].map((action) => `ann-${String(day)}-${action}`))
      .sort(),
  );
  expect(records.find(({ id }) => id === 'ann-35-login')).toMatchObject({
    connection: 'connection-1',
    account: 'id-of-ann',
    ip: '8.35.3.1',
    userAgent: 'agent of ann',
    message: 'ann did login',
    session: 'ann-35',
  });
  expect(records.filter(({ record }) => record === 'session')).toHaveLength(9);
  const [events = ''] = names.map((name) => join(folder, name));
  expect(verifyArchive(events)).toMatchObject({ ok: true, records: 27 });
  const bytes = readFileSync(events);
  writeFileSync(events, bytes.subarray(0, bytes.length - 20));
  expect(verifyArchive(events)).toMatchObject({ ok: false });
});

test('an archive part that was never confirmed is written over; one that is missing shows', () => {
  const file = join(folder, 'a.ndjson.gz');
  const first = appendToArchive(file, { bytes: 0, hash: '' }, [{ n: 1 }]);
  appendToArchive(file, first, [{ n: 'never confirmed' }]);
  const second = appendToArchive(file, first, [{ n: 2 }, { n: 3 }]);
  expect(verifyArchive(file)).toEqual({ ok: true, records: 3, hash: second.hash });
  const bytes = readFileSync(file);
  expect(gunzipSync(bytes).toString()).not.toContain('never confirmed');
  writeFileSync(file, bytes.subarray(first.bytes));
  expect(verifyArchive(file)).toMatchObject({
    ok: false,
    fault: expect.stringContaining('missing') as string,
  });
  expect(verifyArchive(join(folder, 'none'))).toMatchObject({ ok: false });
});

test('a mirror that is larger than it may be loses its oldest events, whole segments first, until it fits', () => {
  const world = retentionWorld();
  // The newest last, so that the first segments are the oldest.
  world.live('ann', days(0, 400).reverse());
  world.seal();
  const before = count(world, 'audit');
  const start = { at: NOW, cause: 'size', kind: 'events', detail: '{}', before: null } as const;
  const run = beginRun(world.db, start);
  const most = mirrorBytes(world.db).used - 200_000;
  const of = { run, archiveFolder: null, at: NOW };
  while (transaction(world.db, () => deleteForSize(world.db, most, of)));
  world.writer.forget();
  const left = count(world, 'audit');
  expect(left).toBeGreaterThan(0);
  expect(left).toBeLessThan(before);
  expect(mirrorBytes(world.db).used).toBeLessThanOrEqual(most);
  expect(world.rows('SELECT max(at) AS newest FROM audit')).toEqual([{ newest: NOW }]);
  const oldest = String(NOW - 399 * DAY);
  expect(world.rows(`SELECT min(at) > ${oldest} AS later FROM audit`)).toEqual([{ later: 1 }]);
  expect(recentRuns(world.db, 1)).toMatchObject([{ cause: 'size', rows: before - left }]);
  // With nothing but what is being written left, it stops.
  while (transaction(world.db, () => deleteForSize(world.db, 1, of)));
  expect(world.rows("SELECT count(*) AS n FROM audit_segment WHERE state <> 'hot'")).toEqual([{ n: 0 }]);
  expect(checkMirror(world.profile)).toMatchObject({ ok: true, value: { faults: [] } });
});

test('an interrupted run is closed at the next start, and its archive cut back to what was deleted', () => {
  const world = retentionWorld();
  const file = join(folder, 'cut.ndjson.gz');
  const first = appendToArchive(file, { bytes: 0, hash: '' }, [{ n: 1 }]);
  appendToArchive(file, first, [{ n: 2 }]);
  transaction(world.db, () => {
    world.db
      .prepare(
        "INSERT INTO retention_run (at, cause, kind, detail, rows, archive, archive_bytes, archive_hash) VALUES (1, 'age', 'events', '{}', 1, ?, ?, ?)",
      )
      .run(file, first.bytes, first.hash);
  });
  world.keeper.start()();
  expect(verifyArchive(file)).toMatchObject({ ok: true, records: 1 });
  expect(recentRuns(world.db, 1)[0]).toMatchObject({ finishedAt: NOW });
  expect(existsSync(file)).toBe(true);
});

test('a session that is gone leaves nothing that a later one could inherit', async () => {
  const world = retentionWorld();
  world.live('ann', days(50, 60));
  const keys = world.rows('SELECT key FROM session ORDER BY key').map((row) => (row as { key: number }).key);
  const risk = world.db.prepare('INSERT INTO session_risk (session, risk, worst, open) VALUES (?, 99, 4, 1)');
  for (const key of keys) risk.run(key);
  world.db
    .prepare(
      `INSERT INTO detection (connection, id, name, severity, entity_kind, entity_id, session, raised_at, last_at, found_at,
         changed_at, retrospective, summary, users, events, record)
       VALUES (1, 'd', 'x', 4, 'session', 's', ?, 1, 1, 1, 1, 0, '', '[]', 1, '{}')`,
    )
    .run(keys.at(-2));
  world.seal();
  savePolicy(
    world.db,
    policy({
      rules: ['events', 'sessions'].map((kind) => ({ connection: null, kind: kind as 'events', days: 30 })),
    }),
  );
  await world.keeper.run();
  expect(count(world, 'session')).toBe(0);
  expect(count(world, 'session_risk')).toBe(0);
  // What is still named keeps its id, so that nobody else is given it.
  expect(world.rows('SELECT key FROM handle')).toEqual([{ key: keys.at(-2) }]);
  world.live('bea', [0]);
  expect(
    world.rows('SELECT s.key, r.risk FROM session s LEFT JOIN session_risk r ON r.session = s.key'),
  ).toEqual([{ key: keys.at(-1), risk: null }]);
  expect(count(world, 'session s JOIN detection d ON d.session = s.key')).toBe(0);
});

test('detections that are closed or silenced go by when they were seen last, archived first; open ones stay', async () => {
  const world = retentionWorld();
  const find = world.db.prepare(
    `INSERT INTO detection (connection, id, name, severity, entity_kind, entity_id, raised_at, last_at, found_at, changed_at,
       retrospective, state, filtered, summary, users, events, record)
     VALUES (1, ?, 'x', 4, 'user', 'u', 1, ?, 1, 1, 0, ?, ?, '', '[]', 1, '{}') RETURNING key`,
  );
  const old = NOW - 40 * DAY;
  const closed = find.pluck().get('closed', old, 'closed', null);
  find.get('silenced', old, 'open', 'trusted_egress');
  find.get('open', old, 'open', null);
  find.get('new', NOW, 'closed', null);
  world.db.prepare("INSERT INTO triage (at, operator, note) VALUES (1, 'Op', 'by train')").run();
  world.db
    .prepare("INSERT INTO triage_item (triage, detection, before, after) VALUES (1, ?, '{}', '{}')")
    .run(closed);
  const kept = policy({
    rules: [{ connection: null, kind: 'detections', days: 30 }],
    archiveFolder: folder,
  });
  expect(forecast(world.db, kept, NOW).items).toMatchObject([{ kind: 'detections', rows: 2 }]);
  savePolicy(world.db, kept);
  await world.keeper.run();
  expect(world.rows('SELECT id FROM detection ORDER BY id')).toEqual([{ id: 'new' }, { id: 'open' }]);
  expect(count(world, 'triage_item')).toBe(0);
  const [run] = recentRuns(world.db, 9);
  expect(run).toMatchObject({ kind: 'detections', cause: 'age', rows: 2 });
  const records = gunzipSync(readFileSync(run?.archive ?? '')).toString();
  expect(records).toContain('"silenced"');
  expect(records).toContain('by train');
  expect(verifyArchive(run?.archive ?? '')).toMatchObject({ ok: true, records: 2 });
});
