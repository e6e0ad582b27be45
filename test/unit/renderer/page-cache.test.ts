import { expect, test } from 'vitest';
import { AccountId, SessionId } from '#shared/domain/ids.ts';
import type { Page, SessionRow } from '#shared/ipc/views.ts';
import { engineAway, ProblemError } from '#renderer/bridge/problem-error.ts';
import { CHUNK, createPageCache } from '#renderer/store/page-cache.ts';
import { sessionRow } from '#test/support/session-row.ts';

const row = (index: number, name = `n${String(index)}`): SessionRow =>
  sessionRow({ id: SessionId.parse(`s${String(index)}`), account: { id: AccountId.parse('a'), name } });

const NOW = 1_000 as Page<SessionRow>['asOf'];

/** A store of `total` rows that answers when told to. */
function source(first: number) {
  let total = first;
  let news = 0;
  const asked: number[] = [];
  /** What was asked of listings: the name, where from, how many rows come first. */
  const listed: {
    readonly listing: string;
    readonly offset: number;
    readonly limit: number;
    readonly head: number;
  }[] = [];
  const gone: string[] = [];
  const answers: (() => void)[] = [];
  const fail: ((error: Error) => void)[] = [];
  const later = <T>(signal: AbortSignal, answer: () => T): Promise<T> =>
    new Promise((resolve, reject) => {
      signal.addEventListener('abort', () => {
        reject(new DOMException('', 'AbortError'));
      });
      fail.push(reject);
      answers.push(() => {
        resolve(answer());
      });
    });
  const rowsFrom = (offset: number, limit: number) =>
    Array.from({ length: Math.min(limit, Math.max(0, total - offset)) }, (_, index) => row(offset + index));
  const cache = createPageCache({
    news: () => news,
    page: (offset, limit, signal) => {
      asked.push(offset);
      // What there is when it is asked, not when it is answered.
      const held = { rows: rowsFrom(offset, limit), total, asOf: NOW };
      return later(signal, () => held);
    },
    listed: (listing, head, offset, limit, signal) => {
      listed.push({ listing, offset: limit === 0 ? -1 : offset, limit, head: head.length });
      return later(signal, () => ({ rows: rowsFrom(offset, limit), total: total + 1, asOf: NOW }));
    },
    unlisted: (listing) => {
      gone.push(listing);
    },
  });
  const answer = async (these = answers.splice(0)) => {
    for (const one of these) one();
    for (let turn = 0; turn < 8; turn += 1) await Promise.resolve();
  };
  /** From now on there are so many rows, and everybody has heard that something changed. */
  const becomes = (rows: number) => {
    total = rows;
    news += 1;
  };
  return { cache, asked, listed, gone, answers, answer, fail, becomes };
}

test('only what comes into sight is asked for, once', async () => {
  const { cache, asked, answer } = source(900);
  cache.need(0, 30);
  cache.need(5, 35);
  expect(asked).toEqual([0]);
  await answer();
  expect(cache.view()).toMatchObject({ is: 'ready', total: 900 });
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
  const { cache, answer } = source(900);
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

test('a change while the first answer is under way is not missed, although nothing changes after it', async () => {
  const { cache, asked, answer, fail, becomes } = source(0);
  cache.need(0, 30);
  cache.refresh();
  becomes(2);
  cache.refresh();
  cache.refresh();
  expect(asked).toEqual([0]);
  await answer();
  expect(cache.view()).toMatchObject({ is: 'ready', total: 0 });
  expect(asked).toEqual([0, 0]);
  await answer();
  expect(cache.view()).toMatchObject({ is: 'ready', total: 2 });
  await answer();
  expect(asked).toEqual([0, 0]);

  // Nor where the answer from before the change is none.
  cache.refresh();
  becomes(3);
  cache.refresh();
  fail.at(-1)?.(new ProblemError({ code: 'INTERNAL', message: 'The disk is full.' }));
  await answer();
  await answer();
  expect(cache.view()).toMatchObject({ total: 3, problem: null });
});

test('rows that changed under way and went out of sight are read anew when they come back', async () => {
  const { cache, asked, answer, becomes } = source(900);
  cache.need(0, 30);
  await answer();
  cache.refresh();
  becomes(901);
  cache.refresh();
  cache.need(200, 230);
  await answer();
  cache.need(0, 30);
  await answer();
  expect(asked).toEqual([0, 0, 200, 0]);
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

test('a jump far down a long list begins a listing whose head is what is on screen; further rows come from it', async () => {
  const { cache, asked, listed, answer } = source(50_000);
  cache.need(0, 30);
  await answer();
  cache.need(30_000, 30_030);
  const [whole, ahead] = listed;
  expect(whole).toMatchObject({ offset: -1, head: CHUNK });
  expect(ahead).toMatchObject({ listing: whole?.listing, offset: 30_000, limit: 31, head: 0 });
  await answer();
  expect(listed.slice(2)).toMatchObject([{ listing: whole?.listing, offset: 30_000, limit: CHUNK, head: 0 }]);
  await answer();
  expect(cache.row(30_010)?.id).toBe('s30010');
  // The listing says how many there are.
  expect(cache.view().total).toBe(50_001);
  cache.need(0, 30);
  cache.need(CHUNK, CHUNK + 30);
  await answer();
  expect(listed.map(({ listing }) => listing)).toEqual(Array(5).fill(whole?.listing));
  expect(asked).toEqual([0]);
});

test('rows in sight after a jump come ahead of their chunks, stay the same objects and are patched with the others', async () => {
  const { cache, listed, answers, answer } = source(50_000);
  cache.need(0, 30);
  await answer();
  cache.hold(true);
  await answer();
  cache.need(30_090, 30_120);
  // The lines around those in sight, and scrolling on by a few, wait for what is on its way.
  cache.need(30_084, 30_126);
  cache.need(30_095, 30_125);
  expect(listed.slice(1)).toMatchObject([{ offset: 30_090, limit: 31 }]);
  answers.shift()?.();
  await answer([]);
  expect(listed.slice(2)).toMatchObject([
    { offset: 30_000, limit: CHUNK },
    { offset: 30_100, limit: CHUNK },
  ]);
  const [first, last] = [cache.row(30_090), cache.row(30_120)];
  expect([first?.id, last?.id]).toEqual(['s30090', 's30120']);
  expect(cache.row(30_080)).toBeUndefined();
  cache.patch([row(30_120, 'renamed')], 0, 50_000);
  expect(cache.row(30_120)?.account?.name).toBe('renamed');
  await answer();
  expect(cache.row(30_090)).toBe(first);
  expect(cache.row(30_080)?.id).toBe('s30080');
  // Going on from there is no jump.
  cache.need(30_160, 30_190);
  cache.need(30_180, 30_210);
  expect(listed.slice(4)).toMatchObject([{ offset: 30_200, limit: CHUNK }]);
});

test('a list that is held is put in order before anybody scrolls, and let go of when it is held no more', async () => {
  const { cache, listed, gone, answer } = source(50_000);
  cache.hold(true);
  expect(listed).toEqual([]);
  cache.need(0, 30);
  await answer();
  cache.hold(true);
  cache.hold(true);
  expect(listed).toHaveLength(1);
  await answer();
  cache.hold(false);
  expect(gone).toEqual([listed[0]?.listing]);
  cache.hold(false);
  expect(gone).toHaveLength(1);
});

test('rows in sight that could not be read are asked for with their chunk', async () => {
  const { cache, listed, fail, answer } = source(50_000);
  cache.need(0, 30);
  await answer();
  cache.hold(true);
  await answer();
  cache.need(30_000, 30_030);
  fail.at(-1)?.(new ProblemError({ code: 'INTERNAL', message: 'The reader has ended.' }));
  await answer();
  expect(cache.view()).toMatchObject({ is: 'ready', problem: { message: 'The reader has ended.' } });
  expect(listed.at(-1)).toMatchObject({ offset: 30_000, limit: CHUNK });
  await answer();
  expect(cache.row(30_010)?.id).toBe('s30010');
  expect(cache.view().problem).toBeNull();
});

test('a short list needs no listing', async () => {
  const { cache, listed, answer } = source(900);
  cache.need(0, 30);
  await answer();
  cache.hold(true);
  cache.need(700, 730);
  await answer();
  expect(listed).toEqual([]);
});

test('a refresh of a list that is held begins another listing, and rows of the old one are not taken for its own', async () => {
  const { cache, listed, gone, answer } = source(50_000);
  cache.need(0, 30);
  await answer();
  cache.need(20_000, 20_030);
  cache.refresh();
  const names = new Set(listed.map(({ listing }) => listing));
  expect(names.size).toBe(2);
  expect(gone).toEqual([listed[0]?.listing]);
  await answer();
  expect(cache.row(20_010)?.id).toBe('s20010');
  expect(listed.at(-1)).toMatchObject({ offset: 20_000, listing: [...names][1] });
  cache.stop();
  expect(gone).toEqual([...names]);
});

test('rows that were passed over are not waited for', async () => {
  const { cache, answer } = source(50_000);
  cache.need(0, 30);
  await answer();
  cache.need(20_000, 20_030);
  cache.need(40_000, 40_030);
  await answer();
  expect(cache.row(20_010)).toBeUndefined();
  expect(cache.row(40_010)?.id).toBe('s40010');
});

test('a row that says nothing new stays the same object, so that it is not drawn again', async () => {
  const { cache, answer } = source(50);
  cache.need(0, 30);
  await answer();
  const [first, second] = [cache.row(1), cache.row(2)];
  cache.refresh();
  await answer();
  expect(cache.row(1)).toBe(first);
  cache.patch([row(1), row(2, 'renamed')], 0, 50);
  expect(cache.row(1)).toBe(first);
  expect(cache.row(2)).not.toBe(second);
});
