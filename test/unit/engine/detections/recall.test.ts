import { expect, test } from 'vitest';
import { Epoch, seq } from '#shared/domain/ids.ts';
import { HOUR, MINUTE } from '#shared/domain/units.ts';
import { completeSnapshots } from '#engine/mirror/staging.ts';
import { fakeSession, updated } from '#test/support/fake-agent/fake-records.ts';
import { NOW, WiredWorld } from './wired-world.ts';

const CHROME =
  'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0.0.0 Safari/537.36';
const FIREFOX = 'Mozilla/5.0 (X11; Linux x86_64; rv:121.0) Gecko/20100101 Firefox/121.0';

const session = (id: string, user: string, lastAt: number, ip = '8.8.8.8', userAgent = CHROME) =>
  fakeSession(id, {
    account: { id: user, name: user },
    opened: { at: NOW - 5 * HOUR, ip: '8.8.8.8', userAgent: CHROME },
    last: { at: lastAt, ip, userAgent },
  });

async function snapshot(world: WiredWorld, sessions: readonly ReturnType<typeof session>[]): Promise<void> {
  await world.ingest.part(
    world.who(),
    {
      generation: null,
      epoch: Epoch.parse('e1'),
      asOf: seq(0),
      view: 'v',
      gap: { at: 1, after: null },
      sessions,
      accounts: [],
    },
    () => true,
  );
  for (const staged of completeSnapshots(world.db))
    await world.ingest.apply(world.who(), staged, { at: NOW - HOUR, after: null });
}
const memories = (world: WiredWorld): number =>
  Number(
    world.db
      .prepare('SELECT (SELECT count(*) FROM detector_entity) + (SELECT count(*) FROM detector_log)')
      .pluck()
      .get(),
  );
const found = (world: WiredWorld, name: string): readonly unknown[] =>
  world.db
    .prepare('SELECT retrospective FROM detection WHERE name = ? AND withdrawn_at IS NULL')
    .pluck()
    .all(name);

test('a snapshot costs detections nothing, and a session of it that changes hands afterwards is found', async () => {
  const world = new WiredWorld();
  await snapshot(
    world,
    Array.from({ length: 500 }, (_, n) => session(`s${String(n)}`, `user${String(n)}`, NOW - 2 * HOUR)),
  );
  expect(memories(world)).toBe(0);
  await world.stream([
    (position) => updated(position, session('s7', 'user7', NOW - 10 * MINUTE, '91.0.0.1', FIREFOX)),
    (position) => updated(position, session('s8', 'user8', NOW - 9 * MINUTE)),
  ]);
  expect(found(world, 'session_hijack')).toEqual([0]);
});

test('also after a crash, and not a second time', async () => {
  const world = new WiredWorld();
  await snapshot(world, [session('s', 'anna', NOW - 2 * HOUR)]);
  world.crash();
  await world.stream([(position) => updated(position, session('s', 'anna', NOW - 40 * MINUTE))]);
  world.crash();
  expect(found(world, 'session_hijack')).toEqual([]);
  await world.stream([
    (position) => updated(position, session('s', 'anna', NOW - 10 * MINUTE, '91.0.0.1', FIREFOX)),
  ]);
  world.restart();
  await world.stream([
    (position) => updated(position, session('s', 'anna', NOW - 5 * MINUTE, '91.0.0.1', FIREFOX)),
  ]);
  expect(found(world, 'session_hijack')).toEqual([0]);
});

test('the sessions that a person had before count with the one that is opened now', async () => {
  const world = new WiredWorld();
  const before = ['a', 'b', 'c'].map((id) => session(id, 'anna', NOW - 2 * HOUR));
  await snapshot(world, [...before, session('other', 'ben', NOW - 2 * HOUR)]);
  const opens = session('d', 'anna', NOW - MINUTE);
  await world.stream([
    (position) => ({ ...updated(position, opens), kind: 'session.opened' }) as ReturnType<typeof updated>,
  ]);
  expect(found(world, 'concurrent_sessions')).toHaveLength(1);
});

test('a second snapshot tells detections of the sessions that they know', async () => {
  const world = new WiredWorld();
  await snapshot(world, [session('s', 'anna', NOW - 4 * HOUR)]);
  await world.stream([(position) => updated(position, session('s', 'anna', NOW - 3 * HOUR))]);
  // It changed hands while nobody watched: known, and not told as news.
  await snapshot(world, [session('s', 'anna', NOW - 2 * HOUR, '91.0.0.1', FIREFOX)]);
  expect(found(world, 'session_hijack')).toEqual([1]);
  expect(world.told).toEqual([]);
});
