import { expect, test } from 'vitest';
import { epochMs } from '#shared/domain/units.ts';
import {
  ENGINE_METHODS,
  SESSION_SORTS,
  type SessionFilter,
  type SessionSort,
} from '#shared/ipc/engine-contract.ts';
import type { z } from 'zod';
import type { Change } from '#shared/protocol/changes.ts';
import { auditPage } from '#engine/mirror/ask-audit.ts';
import { figures } from '#engine/mirror/ask-figures.ts';
import { sessionsPage } from '#engine/mirror/ask-sessions.ts';
import { audited, closed, fakeEvent, fakeSession, opened } from '#test/support/fake-agent/fake-records.ts';
import { ask } from '#test/support/ask.ts';
import { ingestWorld, type IngestWorld } from '../ingest/world.ts';

const NOW = epochMs(10_000_000);

async function fill(world: IngestWorld, changes: readonly Change[]): Promise<void> {
  await world.write(changes);
  expect(world.rows('SELECT problem FROM set_aside')).toEqual([]);
}
const page = (
  world: IngestWorld,
  filter: z.input<typeof SessionFilter>,
  sort: { by: SessionSort; descending: boolean } = { by: 'openedAt', descending: false },
  offset = 0,
  limit = 100,
) =>
  ask(
    sessionsPage(
      world.db,
      ENGINE_METHODS['sessions.page'].request.parse({ filter, sort, offset, limit }),
      NOW,
    ),
  );
const ids = (found: { readonly rows: readonly { readonly id: string }[] }): string[] =>
  found.rows.map((row) => row.id);

const at = (
  ip: string | null,
  seen: number | null,
  account: string | null = 'ann',
  userAgent: string | null = null,
) => ({
  account: account === null ? null : { id: account, name: account },
  opened: { at: 1_000, ip, userAgent },
  last: { at: seen, ip, userAgent },
});

async function population(): Promise<IngestWorld> {
  const world = ingestWorld();
  await fill(world, [
    opened(1, fakeSession('us', at('8.8.8.8', 9_990_000))),
    opened(2, fakeSession('de', at('91.1.1.1', 9_500_000, 'ben'))),
    opened(3, fakeSession('nowhere', at('10.0.0.1', 5_000_000, 'cy_d'))),
    opened(4, fakeSession('unseen', at(null, null, null))),
    opened(5, fakeSession('gone', at('8.8.4.4', 9_000_000))),
    closed(6, 'gone', 'expired'),
  ]);
  return world;
}

test('filters: state, text in the dictionaries, account, ids, and a box across the antimeridian', async () => {
  const world = await population();
  const connection = world.who.id;
  expect(ids(page(world, {}))).toEqual(['us', 'de', 'nowhere', 'unseen']);
  expect(ids(page(world, { state: 'ended' }))).toEqual(['gone']);
  expect(page(world, { state: 'all' }).total).toBe(5);
  expect(ids(page(world, { text: 'berl' }))).toEqual(['de']);
  expect(ids(page(world, { text: '8.8.' }))).toEqual(['us']);
  expect(ids(page(world, { text: 'y_d' }))).toEqual(['nowhere']);
  expect(ids(page(world, { text: '%' }))).toEqual([]);
  expect(ids(page(world, { account: { connection, id: 'ben' } }))).toEqual(['de']);
  expect(
    ids(
      page(world, {
        ids: [
          { connection, id: 'us' },
          { connection, id: 'nobody' },
        ],
      }),
    ),
  ).toEqual(['us']);
  expect(ids(page(world, { box: { south: 50, north: 60, west: 0, east: 20 } }))).toEqual(['de']);
  expect(ids(page(world, { box: { south: 30, north: 40, west: 170, east: -100 } }))).toEqual(['us']);
  expect(ids(page(world, { connections: [] }))).toEqual([]);
  expect(ids(page(world, { connections: ['other'] }))).toEqual([]);
});

test('status is honest, and sorting by it agrees with it', async () => {
  const world = await population();
  const found = page(world, { state: 'all' }, { by: 'status', descending: false });
  expect(found.rows.map((row) => [row.id, row.status])).toEqual([
    ['us', 'active'],
    ['de', 'idle'],
    ['nowhere', 'stale'],
    ['unseen', 'unseen'],
    ['gone', 'ended'],
  ]);
});

test('every order pages through every row once, unknown values last', async () => {
  const world = await population();
  for (const by of SESSION_SORTS) {
    for (const descending of [false, true]) {
      const seen: string[] = [];
      for (let offset = 0; offset < 5; offset += 2) {
        seen.push(...ids(page(world, { state: 'all' }, { by, descending }, offset, 2)));
      }
      expect([...seen].sort(), `${by} ${String(descending)}`).toEqual([
        'de',
        'gone',
        'nowhere',
        'unseen',
        'us',
      ]);
    }
  }
  expect(ids(page(world, {}, { by: 'lastSeenAt', descending: true })).at(-1)).toBe('unseen');
  expect(ids(page(world, {}, { by: 'place', descending: true })).slice(0, 2)).toEqual(['us', 'de']);
});

test('audit pages: newest first by time and key, each event once, filters in between', async () => {
  const world = ingestWorld();
  const events = Array.from({ length: 25 }, (_, position) =>
    audited(
      position + 1,
      fakeEvent(`e${String(position).padStart(2, '0')}`, {
        at: 1_000 + Math.floor(position / 5),
        outcome: position % 5 === 0 ? 'failure' : 'success',
        message: position === 7 ? 'lucky 50%' : undefined,
      }),
    ),
  );
  await fill(world, events);
  const all: string[] = [];
  let cursor: string | null = null;
  const one = (
    filter: z.input<(typeof ENGINE_METHODS)['audit.page']['request']>['filter'],
    from: string | null,
    limit: number,
  ) => ask(auditPage(world.db, ENGINE_METHODS['audit.page'].request.parse({ filter, cursor: from, limit })));
  do {
    const got: ReturnType<typeof one> = one({}, cursor, 4);
    all.push(...got.rows.map((row) => row.id));
    cursor = got.next;
  } while (cursor !== null);
  expect(all).toEqual(
    Array.from({ length: 25 }, (_, position) => `e${String(24 - position).padStart(2, '0')}`),
  );
  expect(one({ outcome: 'failure' }, null, 100).rows).toHaveLength(5);
  expect(one({ text: '50%' }, null, 100).rows.map((row) => row.id)).toEqual(['e07']);
  expect(one({ since: 1_001, until: 1_002 }, null, 100).rows).toHaveLength(5);
  expect(one({ action: 'logout' }, null, 100).rows).toEqual([]);
  expect(one({}, 'not a cursor', 3).rows).toHaveLength(3);
});

test('figures count sign-ins by minute and quarter of an hour without counting rows', async () => {
  const world = ingestWorld();
  await fill(world, [
    opened(1, fakeSession('a', at('8.8.8.8', 1))),
    opened(2, fakeSession('b', at('8.8.8.8', 1))),
    audited(3, fakeEvent('now', { at: NOW })),
    audited(4, fakeEvent('now2', { at: NOW, outcome: 'failure' })),
    audited(5, fakeEvent('before', { at: NOW - 59 * 60_000 })),
    audited(6, fakeEvent('long', { at: NOW - 120 * 60_000, outcome: 'failure' })),
    audited(7, fakeEvent('other', { at: NOW, action: 'logout' })),
  ]);
  const got = ask(figures(world.db, {}, NOW));
  expect(got).toMatchObject({ sessions: 2, accounts: 1 });
  expect(got.signIns).toHaveLength(60);
  expect([got.signIns[0], got.signIns[59], got.failures[59]]).toEqual([1, 1, 1]);
  expect(got.day.signIns).toHaveLength(96);
  expect(got.day.signIns.reduce((sum, one) => sum + one, 0)).toBe(2);
  expect(got.day.failures.reduce((sum, one) => sum + one, 0)).toBe(2);
});

// A plan that scans a big table is the beginning of every slow console.
const PLANS: readonly (readonly [string, string, RegExp])[] = [
  [
    'live by last seen',
    'SELECT s.key FROM session s WHERE s.connection = 1 AND s.ended_at IS NULL ORDER BY s.last_seen_at DESC LIMIT 50',
    /session_live/,
  ],
  [
    'live by last seen, many of them at one instant',
    'SELECT s.key FROM session s WHERE s.connection = 1 AND s.ended_at IS NULL ORDER BY s.last_seen_at DESC, s.key DESC LIMIT 50',
    /COVERING INDEX session_live/,
  ],
  [
    'ended, newest first',
    'SELECT key FROM session WHERE ended_at IS NOT NULL ORDER BY ended_at DESC LIMIT 50',
    /session_ended/,
  ],
  [
    'sessions of an account',
    'SELECT key FROM session WHERE account = 1 ORDER BY opened_at',
    /session_account/,
  ],
  [
    'a session by its handle',
    "SELECT key FROM handle WHERE connection = 1 AND id = 'x'",
    /sqlite_autoindex_handle_1/,
  ],
  [
    'live sessions of one connection',
    'SELECT count(*) FROM session WHERE connection = 1 AND ended_at IS NULL',
    /session_live/,
  ],
  ['observations of a session', 'SELECT at FROM observation WHERE session = 1 ORDER BY at', /PRIMARY KEY/],
];
test.each(PLANS)('query plan: %s', (_what, sql, index) => {
  const world = ingestWorld();
  const plan = world.db
    .prepare(`EXPLAIN QUERY PLAN ${sql}`)
    .all()
    .map((row) => (row as { detail: string }).detail)
    .join('\n');
  expect(plan).toMatch(index);
  expect(plan).toContain('SEARCH');
  expect(plan).not.toContain('TEMP B-TREE');
});
