import { expect, test } from 'vitest';
import type { AuditRow } from '#shared/ipc/views.ts';
import { groupFeed } from '#renderer/store/feed-groups.ts';
import {
  EMPTY_FEED,
  FEED_KEEPS,
  mergeFeed,
  pausedFeed,
  resumedFeed,
  withArrived,
} from '#renderer/store/feed-store.ts';

const event = (id: number, changes: Partial<AuditRow> = {}): AuditRow =>
  ({
    connection: 'c',
    id: `e${String(id)}`,
    at: id * 1_000,
    action: 'login',
    outcome: 'success',
    account: { id: 'a', name: 'n.okafor' },
    ip: '192.0.2.1',
    ...changes,
  }) as unknown as AuditRow;

test('newest first, each once, no more than are kept', () => {
  expect(mergeFeed([event(2), event(1)], [event(3), event(2)]).map(({ id }) => id)).toEqual([
    'e3',
    'e2',
    'e1',
  ]);
  // Told of late, it stands at its own time.
  expect(mergeFeed([event(5), event(3)], [event(4)]).map(({ id }) => id)).toEqual(['e5', 'e4', 'e3']);
  const many = Array.from({ length: FEED_KEEPS + 50 }, (_, index) => event(index));
  const kept = mergeFeed([], many);
  expect(kept).toHaveLength(FEED_KEEPS);
  expect(kept[0]?.id).toBe(`e${String(FEED_KEEPS + 49)}`);
});

test('paused, it shows what it showed and counts everything that waits', () => {
  const before = withArrived(EMPTY_FEED, [event(1)], 1);
  const paused = withArrived(withArrived(pausedFeed(before), [event(2)], 1), [event(3)], 900);
  expect(paused.rows.map(({ id }) => id)).toEqual(['e1']);
  expect(paused.waitingCount).toBe(901);
  const resumed = resumedFeed(paused);
  expect(resumed.rows.map(({ id }) => id)).toEqual(['e3', 'e2', 'e1']);
  expect(resumed).toMatchObject({ paused: false, waitingCount: 0, waiting: [] });
});

test('neighbours that say the same are one line with their number', () => {
  const failed = { outcome: 'failure' as const };
  const rows = [event(9, failed), event(8, failed), event(7, failed), event(6), event(5, failed)];
  expect(groupFeed(rows).map(({ row, times }) => [row.id, times])).toEqual([
    ['e9', 3],
    ['e6', 1],
    ['e5', 1],
  ]);
});

test('another address, account or a long pause begins a new line', () => {
  const rows = [
    event(3_000),
    event(2_999, { ip: '192.0.2.2' }),
    event(2_998, { account: null }),
    event(1, { account: null }),
  ];
  expect(groupFeed(rows).map(({ times }) => times)).toEqual([1, 1, 1, 1]);
});
