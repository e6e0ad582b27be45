import { expect, test } from 'vitest';
import type { Page, SessionRow } from '#shared/ipc/views.ts';
import { engineAway, ProblemError } from '#renderer/bridge/problem-error.ts';
import { CHUNK, createPageCache } from '#renderer/store/page-cache.ts';

const row = (index: number, name = `n${String(index)}`): SessionRow =>
  ({ connection: 'c', id: `s${String(index)}`, account: { id: 'a', name } }) as unknown as SessionRow;

/** A store of `total` rows that answers when told to. */
function source(total: number) {
  const asked: number[] = [];
  const answers: (() => void)[] = [];
  const fail: ((error: Error) => void)[] = [];
  const cache = createPageCache(
    (offset, limit, signal) =>
      new Promise<Page<SessionRow>>((resolve, reject) => {
        asked.push(offset);
        signal.addEventListener('abort', () => {
          reject(new DOMException('', 'AbortError'));
        });
        fail.push(reject);
        answers.push(() => {
          const length = Math.min(limit, Math.max(0, total - offset));
          const rows = Array.from({ length }, (_, index) => row(offset + index));
          resolve({ rows, total, asOf: 1_000 as Page<SessionRow>['asOf'] });
        });
      }),
  );
  const answer = async () => {
    for (const one of answers.splice(0)) one();
    await Promise.resolve();
    await Promise.resolve();
  };
  return { cache, asked, answer, fail };
}

test('only what comes into sight is asked for, once', async () => {
  const { cache, asked, answer } = source(1_000);
  cache.need(0, 30);
  cache.need(5, 35);
  expect(asked).toEqual([0]);
  await answer();
  expect(cache.view()).toMatchObject({ is: 'ready', total: 1_000 });
  cache.need(CHUNK - 10, CHUNK + 20);
  expect(asked).toEqual([0, CHUNK]);
  await answer();
  expect(cache.row(CHUNK + 3)?.id).toBe(`s${String(CHUNK + 3)}`);
  expect(cache.row(3 * CHUNK)).toBeUndefined();
});

test('a patch changes rows where they stand and counts what waits; a refresh forgets the count', async () => {
  const { cache, answer } = source(50);
  cache.need(0, 30);
  await answer();
  cache.patch([row(2, 'renamed')], 14, 61);
  expect(cache.row(2)?.account?.name).toBe('renamed');
  expect(cache.row(3)?.account?.name).toBe('n3');
  expect(cache.view()).toMatchObject({ fresh: 14, total: 50, totalNow: 61 });
  cache.refresh();
  await answer();
  expect(cache.view()).toMatchObject({ fresh: 0, totalNow: null });
  expect(cache.row(2)?.account?.name).toBe('n2');
});

test('a refresh keeps what is on screen until the answer, and drops what is out of sight', async () => {
  const { cache, answer } = source(1_000);
  cache.need(0, 30);
  await answer();
  cache.need(500, 530);
  await answer();
  cache.refresh();
  expect(cache.row(510)?.id).toBe('s510');
  expect(cache.row(10)).toBeUndefined();
});

test('a failure is kept beside the rows that were there; an engine that is away is no failure', async () => {
  const { cache, answer, fail } = source(50);
  cache.need(0, 30);
  await answer();
  cache.refresh();
  fail.at(-1)?.(new ProblemError({ code: 'INTERNAL', message: 'The disk is full.' }));
  await answer();
  expect(cache.view()).toMatchObject({ is: 'ready', problem: { message: 'The disk is full.' } });
  expect(cache.row(0)?.id).toBe('s0');
  cache.refresh();
  await answer();
  expect(cache.view().problem).toBeNull();
  cache.refresh();
  fail.at(-1)?.(engineAway());
  await answer();
  expect(cache.view().problem).toBeNull();
});

test('stopped in the middle, it asks again when needed', async () => {
  const { cache, asked, answer } = source(50);
  cache.need(0, 30);
  cache.stop();
  await answer();
  expect(cache.view().is).toBe('loading');
  cache.need(0, 30);
  await answer();
  expect(asked).toEqual([0, 0]);
  expect(cache.view().is).toBe('ready');
});
