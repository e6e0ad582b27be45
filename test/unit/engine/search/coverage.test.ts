import { expect, test } from 'vitest';
import type { WatchState } from '#engine/mirror/watch-log.ts';
import { noteWatch } from '#engine/mirror/watch-log.ts';
import { coverageOf, RESUMED } from '#engine/mirror/search/coverage.ts';
import type { Coverage } from '#shared/ipc/query-contract.ts';
import { ingestWorld, type IngestWorld } from '../ingest/world.ts';

const watched = (
  log: readonly (readonly [number, WatchState, string | null])[],
  history: readonly { since?: number; at: number; oldest?: number; done?: number; note?: string }[] = [],
): IngestWorld => {
  const world = ingestWorld();
  for (const [at, state, detail] of log) noteWatch(world.db, world.who.key, at, state, detail);
  const plan = world.db.prepare(
    'INSERT INTO history (connection, since, snapshot_at, oldest, done, note) VALUES (?, ?, ?, ?, ?, ?)',
  );
  for (const { since, at, oldest, done, note } of history)
    plan.run(world.who.key, since ?? null, at, oldest ?? null, done ?? 1, note ?? null);
  return world;
};
const ask = (world: IngestWorld, from: number | null, to: number | null): Coverage => {
  const [only] = coverageOf(world.db, undefined, { from, to });
  if (only === undefined) throw new Error('no environment');
  return only;
};

test('a gap says what was told of it afterwards: all of it, its events, or nothing', () => {
  const world = watched(
    [
      [1_000, 'live', null],
      [2_000, 'offline', 'away'],
      [3_000, 'live', RESUMED],
      [4_000, 'offline', 'away'],
      [5_000, 'live', null],
      [6_000, 'offline', 'away'],
      [7_000, 'live', null],
      [7_500, 'store-down', 'its database'],
      [7_600, 'store-up', null],
      [8_000, 'offline', 'away'],
    ],
    [
      { at: 1_000, oldest: 500 },
      { since: 3_900, at: 5_000 },
      { since: 5_900, at: 7_000, done: 0 },
    ],
  );
  expect(ask(world, null, null).gaps).toEqual([
    { from: 2_000, to: 3_000, why: 'away', filled: 'stream' },
    { from: 4_000, to: 5_000, why: 'away', filled: 'history' },
    { from: 6_000, to: 7_000, why: 'away', filled: null },
    { from: 7_500, to: 7_600, why: 'its database', filled: null },
    { from: 8_000, to: null, why: 'away', filled: null },
  ]);
  expect(ask(world, 4_500, 4_501).gaps.map(({ from }) => from)).toEqual([4_000]);
  expect(ask(world, 5_000, 6_000).gaps).toEqual([]);
});

test('who asks for a time before anything is known is told so, and why', () => {
  const log = [[1_000, 'live', null]] as const;
  const before = (world: IngestWorld) => ask(world, 100, 101).gaps;
  expect(before(watched(log))).toEqual([{ from: null, to: 1_000, why: 'not connected yet', filled: null }]);
  expect(before(watched(log, [{ at: 1_000, oldest: 300 }]))).toEqual([
    { from: null, to: 300, why: 'before its own log begins', filled: null },
  ]);
  expect(before(watched(log, [{ at: 1_000, oldest: 50 }]))).toEqual([]);
  expect(before(watched(log, [{ at: 1_000, oldest: 700, done: 0 }]))).toEqual([
    { from: null, to: 700, why: 'its history is still being read', filled: null },
  ]);
  expect(before(watched([]))).toEqual([{ from: null, to: null, why: 'not connected yet', filled: null }]);
  // Who asks for everything asks for no such time.
  expect(ask(watched(log), null, null).gaps).toEqual([]);
});

test('a history that could not be read whole says so, until it was', () => {
  const log = [[1_000, 'live', null]] as const;
  const refused = { at: 1_000, note: 'FORBIDDEN' };
  const world = watched(log, [refused]);
  expect(ask(world, null, null).history).toEqual({ is: 'partly', oldest: null, note: 'FORBIDDEN' });
  expect(ask(world, 100, 101).gaps).toEqual([{ from: null, to: 1_000, why: 'FORBIDDEN', filled: null }]);
  expect(ask(watched(log, [refused, { at: 2_000, oldest: 40 }]), 100, null)).toMatchObject({
    history: { is: 'done', oldest: 40, note: null },
    gaps: [],
  });
  expect(ask(watched(log), null, null).history).toEqual({ is: 'none', oldest: null, note: null });
});

test('a time of which retention has deleted something says so, by environment and kind', () => {
  const world = watched([[100, 'live', null]]);
  const run = world.db.prepare(
    "INSERT INTO retention_run (at, cause, kind, detail, before, rows, connection) VALUES (1, ?, ?, '', ?, ?, ?)",
  );
  run.run('age', 'events', 5_000, 7, world.who.key);
  run.run('size', 'events', 6_000, 7, null);
  run.run('age', 'events', 9_000, 7, world.who.key + 1);
  run.run('age', 'sessions', 3_000, 7, world.who.key);
  run.run('age', 'sessions', 9_000, 0, world.who.key);
  const gone = (from: number | null, kind?: 'sessions' | 'events') =>
    coverageOf(world.db, undefined, { from, to: null }, kind)[0]?.gaps.map(({ to, why }) => [to, why]);
  expect(gone(2_000, 'events')).toEqual([[6_000, 'events of then have been deleted']]);
  expect(gone(2_000, 'sessions')).toEqual([[3_000, 'sessions of then have been deleted']]);
  expect(gone(2_000)).toEqual([[6_000, 'sessions and events of then have been deleted']]);
  expect(gone(6_000, 'events')).toEqual([]);
  expect(gone(null, 'events')).toEqual([]);
});
