import { expect, test } from 'vitest';
import { SessionId } from '#shared/domain/ids.ts';
import type { SessionGroup, SessionGroups } from '#shared/ipc/desk-contract.ts';
import type { Page, SessionRow } from '#shared/ipc/views.ts';
import { createGroupedList } from '#renderer/store/grouped-list.ts';
import { createPageCache } from '#renderer/store/page-cache.ts';
import { sessionRow } from '#test/support/session-row.ts';

type At = SessionGroups['asOf'];
const row = (group: string, index: number): SessionRow =>
  sessionRow({ id: SessionId.parse(`${group}${String(index)}`) });
const groupsOf = (counts: Readonly<Record<string, number>>): SessionGroups => ({
  groups: Object.entries(counts).map(([key, sessions]): SessionGroup => ({
    key,
    sessions,
    people: 1,
    lastSeenAt: null,
    sample: row(key, 0),
  })),
  total: Object.keys(counts).length,
  sessions: Object.values(counts).reduce((sum, one) => sum + one, 0),
  asOf: 5 as At,
});
const settle = () => new Promise((resolve) => setTimeout(resolve, 0));

/** A list over groups that a test can change. */
function world(counts: Readonly<Record<string, number>>) {
  const state = { counts };
  const asked: string[] = [];
  const list = createGroupedList(
    () => Promise.resolve(groupsOf(state.counts)),
    (key) =>
      createPageCache({
        news: () => 0,
        page: (offset, limit) => {
          asked.push(`${String(key)}@${String(offset)}`);
          const total = state.counts[String(key)] ?? 0;
          const rows = Array.from({ length: Math.max(0, Math.min(limit, total - offset)) }, (_, index) =>
            row(String(key), offset + index),
          );
          return Promise.resolve<Page<SessionRow>>({ rows, total, asOf: 5 as At });
        },
        listed: () => Promise.reject(new Error('these groups are too small to be listed')),
        unlisted: () => undefined,
      }),
    () => 0,
  );
  const lines = () =>
    Array.from({ length: list.length() }, (_, index) => {
      const entry = list.entry(index);
      if (entry === undefined) return '…';
      return entry.is === 'group'
        ? `${String(entry.group.key)}:${String(entry.group.sessions)}`
        : entry.row.id;
    });
  return { state, asked, list, lines };
}

test('sessions stand below the head of their group, only where it is open, and only pages in sight are read', async () => {
  const { asked, list, lines } = world({ a: 3, b: 250, c: 1 });
  list.refresh(false);
  await settle();
  expect(lines()).toEqual(['a:3', 'b:250', 'c:1']);
  expect(list.view()).toMatchObject({ is: 'ready', total: 254 });
  list.toggle('a');
  list.toggle('b');
  await settle();
  expect(list.length()).toBe(3 + 3 + 250);
  expect(lines().slice(0, 6)).toEqual(['a:3', 'a0', 'a1', 'a2', 'b:250', 'b0']);
  expect(asked).toEqual(['a@0', 'b@0']);
  // Line 205 is the 200th session of b: its third page.
  list.need(205, 215);
  await settle();
  expect(asked).toEqual(['a@0', 'b@0', 'b@200']);
  expect(lines()[205]).toBe('b200');
  expect(lines().at(-1)).toBe('c:1');
  list.toggle('b');
  expect(lines()).toEqual(['a:3', 'a0', 'a1', 'a2', 'b:250', 'c:1']);
});

test('while somebody reads, counts change in place, groups keep their order, and new ones wait', async () => {
  const { state, list, lines } = world({ a: 3, b: 2 });
  list.refresh(false);
  await settle();
  state.counts = { new: 9, b: 4 };
  list.refresh(true);
  await settle();
  expect(lines()).toEqual(['a:0', 'b:4']);
  expect(list.view()).toMatchObject({ fresh: 1, total: 13 });
  list.refresh(false);
  await settle();
  expect(lines()).toEqual(['new:9', 'b:4']);
  expect(list.view().fresh).toBe(0);
});

test('a count that fails says so and keeps what was counted', async () => {
  let fail = false;
  const list = createGroupedList(
    () => (fail ? Promise.reject(new Error('disk')) : Promise.resolve(groupsOf({ a: 1 }))),
    () => {
      throw new Error('no group was opened');
    },
    () => 0,
  );
  list.refresh(false);
  await settle();
  fail = true;
  list.refresh(false);
  await settle();
  expect(list.view()).toMatchObject({ is: 'ready', total: 1 });
  expect(list.view().problem?.message).toContain('disk');
  expect(list.length()).toBe(1);
});

test('a change while they are counted is not missed, although nothing changes after it', async () => {
  let news = 0;
  let counts: Readonly<Record<string, number>> = {};
  const list = createGroupedList(
    () => {
      const counted = groupsOf(counts);
      return settle().then(() => counted);
    },
    () => {
      throw new Error('no group was opened');
    },
    () => news,
  );
  list.refresh(false);
  list.refresh(false);
  counts = { a: 2 };
  news += 1;
  list.refresh(false);
  await settle();
  expect(list.view().total).toBe(0);
  await settle();
  await settle();
  expect(list.view().total).toBe(2);
});
