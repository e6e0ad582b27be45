import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { BucketFollower } from '#agent/stores/follow/bucket-follower.ts';
import { CredentialWatch } from '#agent/stores/follow/credential-watch.ts';
import { OVERLAP_S, readCursor, readFrom, writeCursor } from '#agent/stores/follow/cursor.ts';
import { InPages } from '#agent/stores/follow/in-pages.ts';
import { rationed } from '#agent/stores/follow/rationed.ts';
import { GAP_WAIT_MS, MOST_GAPS, START, advance, wantedGaps } from '#agent/stores/follow/row-follower.ts';
import { epochMs } from '#shared/domain/units.ts';

const never = new AbortController().signal;

describe('following rows by id', () => {
  test('every row is read once, in whatever order transactions commit', () => {
    const ids = fc.integer({ min: 2, max: 40 });
    fc.assert(
      fc.property(
        fc.shuffledSubarray(
          Array.from({ length: 40 }, (_, n) => n + 1),
          { minLength: 1 },
        ),
        fc.array(ids),
        (order, cuts) => {
          // The table's first row is there from the start; the others appear in any order, a few between two readings.
          const visible = new Set([1]);
          let position = advance(START, [{ id: 1, at: 1 }], 0);
          const read: number[] = [1];
          const pending = order.filter((id) => id !== 1);
          while (pending.length > 0) {
            for (const id of pending.splice(0, (cuts.pop() ?? 3) % 7 || 1)) visible.add(id);
            const gaps = new Set(wantedGaps(position));
            const rows = [...visible]
              .filter((id) => id > position.last || gaps.has(id))
              .sort((a, b) => a - b);
            read.push(...rows);
            position = advance(
              position,
              rows.map((id) => ({ id, at: id })),
              1,
            );
          }
          expect(read.length).toBe(new Set(read).size);
          expect(new Set(read)).toEqual(visible);
        },
      ),
    );
  });

  test('what was trimmed before the first reading is not waited for, and no gap for ever', () => {
    const first = advance(START, [{ id: 1_000_000, at: 5 }], 0);
    expect(first).toEqual({ last: 1_000_000, lastAt: 5, gaps: [] });
    const second = advance(first, [{ id: 1_000_003, at: 6 }], 10);
    expect(wantedGaps(second)).toEqual([1_000_001, 1_000_002]);
    expect(wantedGaps(advance(second, [], 10 + GAP_WAIT_MS - 1))).toEqual([1_000_001, 1_000_002]);
    expect(wantedGaps(advance(second, [], 10 + GAP_WAIT_MS))).toEqual([]);
    const jump = advance(first, [{ id: 9_000_000, at: 7 }], 10);
    expect(wantedGaps(jump).length).toBe(MOST_GAPS);
    expect(Math.max(...wantedGaps(jump))).toBe(8_999_999);
  });
});

describe('sessions that a password change killed', () => {
  test('read account by account', () => {
    const watch = new CredentialWatch('test');
    expect(watch.dead('a', 'one', [1, 2]).size).toBe(0);
    expect([...watch.dead('a', 'two', [1, 2, 3])]).toEqual([1, 2]);
    expect([...watch.dead('a', 'two', [2, 3, 4])]).toEqual([2]);
    expect([...watch.dead('a', 'three', [2, 3, 4])].sort()).toEqual([2, 3, 4]);
    expect(watch.dead('b', 'one', [1]).size).toBe(0);
  });

  test('read session by session', () => {
    const watch = new CredentialWatch('test');
    const dead = (fingerprint: string, trait: number) => watch.isDead('a', fingerprint, trait);
    expect([dead('one', 7), dead('one', 7)]).toEqual([false, false]);
    expect([dead('two', 8), dead('two', 7), dead('two', 8)]).toEqual([false, true, false]);
    expect([dead('three', 7), dead('three', 8), dead('three', 9)]).toEqual([true, true, false]);
    // Many passwords, or a hostile application, do not make it grow.
    for (let n = 100; n < 10_000; n += 1) dead('three', n);
    expect(dead('three', 9_999)).toBe(false);
  });

  test('accounts beyond the limit are forgotten and count as alive', () => {
    const watch = new CredentialWatch('test', null, 2);
    for (const account of ['a', 'b', 'c']) watch.dead(account, 'one', [1]);
    expect(watch.dead('a', 'two', [1]).size).toBe(0);
    expect(watch.dead('c', 'two', [1]).size).toBe(1);
  });
});

test('buckets: only what differs is read again, and not before it was read', () => {
  const follower = new BucketFollower();
  const sums = (values: Record<string, string>) => new Map(Object.entries(values));
  expect(follower.started).toBe(false);
  follower.remember(sums({ a: '1', b: '2', c: '3' }));
  expect(follower.changed(sums({ a: '1', b: '9', d: '4' }))).toEqual(['b', 'd']);
  expect(follower.changed(sums({ a: '1', b: '9', d: '4' }))).toEqual(['b', 'd']);
  follower.remember(sums({ a: '1', b: '9', d: '4' }));
  expect(follower.changed(sums({ a: '1', b: '9', d: '4' }))).toEqual([]);
});

test('pages have the size asked for, lose nothing and stop when told', async () => {
  const pages: number[][] = [];
  const stop = new AbortController();
  const out = new InPages<number>(
    3,
    (page) => {
      pages.push([...page]);
      return Promise.resolve();
    },
    stop.signal,
  );
  await out.add([1, 2]);
  await out.add([3, 4, 5, 6, 7]);
  await out.flush();
  await out.flush();
  expect(pages).toEqual([[1, 2, 3], [4, 5, 6], [7]]);
  stop.abort(new Error('stop'));
  await expect(out.add([8, 9, 10])).rejects.toThrow('stop');
});

test('what costs much to ask is asked for a twentieth of the time at most', async () => {
  let now = 1_000;
  let asked = 0;
  const ask = rationed(
    () => epochMs(now),
    () => {
      asked += 1;
      now += 100;
      return Promise.resolve(asked);
    },
  );
  expect(await ask(never)).toBe(1);
  now += 1_999;
  expect(await ask(never)).toBe(1);
  now += 1;
  expect(await ask(never)).toBe(2);
  const failing = rationed(
    () => epochMs(now),
    () => Promise.reject(new Error('down')),
  );
  await expect(failing(never)).rejects.toThrow('down');
  await expect(failing(never)).rejects.toThrow('down');
});

test('cursors of other versions mean reading anew; a time in the future does not skip the present', () => {
  const schema = z.object({ version: z.literal(1), n: z.int() });
  expect(readCursor(schema, writeCursor({ version: 1, n: 5 }))).toEqual({ version: 1, n: 5 });
  for (const strange of [{ version: 2, n: 5 }, null, 'x', [1]])
    expect(readCursor(schema, writeCursor(strange))).toBeNull();
  expect(readCursor(schema, null)).toBeNull();
  expect(readFrom(1_000, 5_000)).toBe(1_000 - OVERLAP_S);
  expect(readFrom(9_000, 5_000)).toBe(5_000 - OVERLAP_S);
  expect(readFrom(3, 5_000)).toBe(0);
});
