import { afterAll, expect, test } from 'vitest';
import { epochMs } from '#shared/domain/units.ts';
import { ENGINE_METHODS, SESSION_SORTS, type SessionFilter } from '#shared/ipc/engine-contract.ts';
import type { RequestOf } from '#shared/ipc/contract.ts';
import type { SessionsPage } from '#shared/ipc/views.ts';
import { sessionsPage } from '#engine/mirror/ask-sessions.ts';
import { openReadable, transaction } from '#engine/mirror/database.ts';
import { growingKeys } from '#engine/mirror/growing-keys.ts';
import { sessionsListed, sessionsUnlisted } from '#engine/mirror/listings.ts';
import { mirrorFile } from '#engine/mirror/mirror-file.ts';
import { inProcessReader } from '#engine/mirror/reader.ts';
import { ask } from '#test/support/ask.ts';
import { NOW, randomWorld } from '../search/random-world.ts';

const { world } = await randomWorld(23, { sessions: 260, events: 0 });
const db = openReadable(mirrorFile(world.profile));
afterAll(() => {
  db.close();
  world.close();
});

type Listed = (typeof ENGINE_METHODS)['sessions.listed'];
const requestOf = (request: RequestOf<Listed>) => ENGINE_METHODS['sessions.listed'].request.parse(request);
const listed = (request: RequestOf<Listed>) => ask(sessionsListed(db, requestOf(request), epochMs(NOW)));

const sort = { by: 'openedAt', descending: true } as const;
const idsOf = (page: { readonly rows: readonly { readonly id: string }[] }): readonly string[] =>
  page.rows.map(({ id }) => id);
/** Every session of a filter, page after page by cursor. */
function paged(filter: SessionFilter, order: RequestOf<Listed>['sort']): readonly string[] {
  const found: string[] = [];
  for (let cursor: string | null = null; ;) {
    const page: SessionsPage = ask(
      sessionsPage(
        db,
        ENGINE_METHODS['sessions.page'].request.parse({ filter, sort: order, cursor, limit: 37 }),
        epochMs(NOW),
      ),
    );
    found.push(...idsOf(page));
    if (page.next === null) return found;
    cursor = page.next;
  }
}

const FILTERS: readonly SessionFilter[] = [
  {},
  { state: 'all' },
  { state: 'ended' },
  { state: 'all', text: 'berlin' },
  { state: 'all', search: 'user:alice' },
  { at: NOW - 3 * 86_400_000 },
  { state: 'all', search: 'user:nobody-of-this-name' },
];

test('a listing is all pages together, in every order and of every filter, and any page of it is a part', () => {
  for (const [number, filter] of FILTERS.entries()) {
    for (const by of SESSION_SORTS) {
      for (const descending of [true, false]) {
        const order = { by, descending };
        const listing = `${String(number)} ${by} ${String(descending)}`;
        const every = paged(filter, order);
        const whole = listed({ listing, filter, sort: order, limit: 0 });
        expect(whole.total, listing).toBe(every.length);
        expect(idsOf(listed({ listing, filter, sort: order, limit: 1_000 })), listing).toEqual(every);
        expect(idsOf(listed({ listing, filter, sort: order, offset: 41, limit: 9 })), listing).toEqual(
          every.slice(41, 50),
        );
      }
    }
  }
});

test('rows that come first are in no second place', () => {
  const filter: SessionFilter = { state: 'all' };
  const every = paged(filter, sort);
  const head = [every[9], every[3], every[20]].flatMap((id) =>
    id === undefined ? [] : [{ connection: world.who.id, id }],
  );
  const gone = { connection: world.who.id, id: 'nobody' };
  const page = listed({ listing: 'head', filter, sort, head: [...head, gone], limit: 1_000 });
  const first = head.map(({ id }) => id);
  expect(idsOf(page)).toEqual([...first, ...every.filter((id) => !first.includes(id))]);
  expect(page.total).toBe(every.length);
});

test('the order stays while values change; what is deleted leaves it', () => {
  const filter: SessionFilter = { state: 'all' };
  const before = idsOf(listed({ listing: 'stays', filter, sort, limit: 1_000 }));
  const [first, , third] = before;
  transaction(world.db, () => {
    const key = '(SELECT key FROM handle WHERE id = ?)';
    world.db.prepare(`UPDATE session SET opened_at = 1, ended_at = 5 WHERE key = ${key}`).run(first);
    world.db.prepare(`DELETE FROM session_risk WHERE session = ${key}`).run(third);
    world.db.prepare(`DELETE FROM observation WHERE session = ${key}`).run(third);
    world.db.prepare(`DELETE FROM session WHERE key = ${key}`).run(third);
  });
  const after = listed({ listing: 'stays', filter, sort, limit: 1_000 });
  expect(idsOf(after)).toEqual(before.filter((id) => id !== third));
  expect(after.rows[0]).toMatchObject({ id: first, status: 'ended' });
  expect(after.total).toBe(before.length - 1);
  // Another name is another listing; so is another order under the same name.
  expect(idsOf(listed({ listing: 'new', filter, sort, limit: 1 }))).not.toEqual([first]);
  const turned = { ...sort, descending: false };
  expect(idsOf(listed({ listing: 'stays', filter, sort: turned, limit: 1 }))).toEqual([first]);
  expect(ask(sessionsUnlisted(db, { listing: 'stays' }))).toEqual({ gone: true });
  expect(idsOf(listed({ listing: 'stays', filter, sort, limit: 1 }))).not.toEqual([first]);
});

test('two that wait for one listing build it together; a question that is withdrawn leaves nothing behind', async () => {
  const request = requestOf({ listing: 'two', filter: { state: 'all' }, sort, limit: 0 });
  const [one, other] = [sessionsListed(db, request, epochMs(NOW)), sessionsListed(db, request, epochMs(NOW))];
  expect(one.next().done).toBe(false);
  expect(other.next().done).toBe(true);
  expect(one.next()).toMatchObject({ done: true, value: { rows: [] } });

  const reader = inProcessReader(mirrorFile(world.profile), () => epochMs(NOW));
  const controller = new AbortController();
  const asked = reader.ask('sessions.listed', { ...request, listing: 'withdrawn' }, controller.signal);
  controller.abort();
  await expect(asked).rejects.toMatchObject({ name: 'AbortError' });
  // A transaction left open would keep the write-ahead log from being emptied.
  expect(world.db.pragma('wal_checkpoint(TRUNCATE)')).toEqual([{ busy: 0, log: 0, checkpointed: 0 }]);
  await reader.close();
});

test('keys grow without a limit of their own and can be dropped', () => {
  const keys = growingKeys();
  for (let key = 1; key <= 5_000; key += 1) keys.push(key);
  keys.drop(new Set([1, 4_999]));
  keys.trim();
  expect([keys.length(), keys.slice(0, 2), keys.slice(4_996, 9_999)]).toEqual([
    4_998,
    [2, 3],
    [4_998, 5_000],
  ]);
  expect(() => {
    keys.push(2 ** 32);
  }).toThrow(RangeError);
});
