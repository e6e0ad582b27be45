import { expect, test } from 'vitest';
import { ingestWorld } from './world.ts';

const filler = (world: ReturnType<typeof ingestWorld>, text: string) => ({
  rows: 1,
  write: () => {
    world.db.prepare('INSERT INTO word (text) VALUES (?)').run(text);
  },
});

test('a full disk is waited for: nothing is lost, nothing is told as written, and it goes on by itself', async () => {
  const world = ingestWorld();
  const pages = Number(world.db.pragma('page_count', { simple: true }));
  // SQLite answers SQLITE_FULL at this size, exactly as on a full disk.
  world.db.pragma(`max_page_count = ${String(pages + 2)}`);
  const big = filler(world, 'x'.repeat(200_000));
  let settled = false;
  const stuck = world.committer.submit(big).then((result) => {
    settled = true;
    return result;
  });
  const behind = world.committer.submit(filler(world, 'behind'));
  while (world.problems.length < 3) await new Promise((resume) => setTimeout(resume, 5));
  expect(world.problems[0]).toMatchObject({ code: 'DISK_FULL' });
  expect(settled).toBe(false);
  expect(world.rows('SELECT count(*) AS n FROM word')).toEqual([{ n: 0 }]);
  world.db.pragma('max_page_count = 1000000');
  expect(await Promise.all([stuck, behind])).toEqual([{ is: 'committed' }, { is: 'committed' }]);
  expect(world.problems.at(-1)).toBeNull();
  expect(world.rows('SELECT count(*) AS n FROM word')).toEqual([{ n: 2 }]);
});

test('a read-only disk is said and waited for', async () => {
  const world = ingestWorld();
  world.db.pragma('query_only = ON');
  const waiting = world.committer.submit(filler(world, 'later'));
  while (world.problems.length === 0) await new Promise((resume) => setTimeout(resume, 5));
  expect(world.problems[0]).toMatchObject({ code: 'DISK_READ_ONLY' });
  world.db.pragma('query_only = OFF');
  expect(await waiting).toEqual({ is: 'committed' });
});

test('jobs that wait together share a transaction; one that fails by itself does not take the others with it', async () => {
  const world = ingestWorld();
  const bad = {
    rows: 1,
    write: () => {
      throw new Error('cannot be written');
    },
  };
  const results = await Promise.all([
    world.committer.submit(filler(world, 'one')),
    world.committer.submit(bad),
    world.committer.submit(filler(world, 'two')),
  ]);
  expect(results.map((result) => result.is)).toEqual(['committed', 'failed', 'committed']);
  expect(world.rows('SELECT text FROM word ORDER BY text')).toEqual([{ text: 'one' }, { text: 'two' }]);
});

test('what is no longer wanted is dropped unwritten', async () => {
  const world = ingestWorld();
  const result = await world.committer.submit({ ...filler(world, 'old'), wanted: () => false });
  expect(result).toEqual({ is: 'dropped' });
  expect(world.rows('SELECT * FROM word')).toEqual([]);
});

test('live work goes before background work', async () => {
  const world = ingestWorld();
  const order: string[] = [];
  const note = (name: string, background: boolean) => ({
    rows: 1,
    background,
    write: () => {
      order.push(name);
    },
  });
  await Promise.all([
    world.committer.submit(note('history', true)),
    world.committer.submit(note('history', true)),
    world.committer.submit(note('live', false)),
  ]);
  expect(order).toEqual(['live', 'history', 'history']);
});

test('the newest of several jobs that are worked on elsewhere waits for the next transaction, and is not forgotten', async () => {
  const world = ingestWorld();
  const transactions: string[][] = [];
  let open: string[] = [];
  const job = (name: string, isAhead: () => boolean) => ({
    rows: 1,
    isAhead,
    write: () => {
      if (open.length === 0) {
        transactions.push(open);
        queueMicrotask(() => (open = []));
      }
      open.push(name);
    },
  });
  const submitted = async (...ahead: readonly boolean[]): Promise<void> => {
    await Promise.all(ahead.map((is, at) => world.committer.submit(job(String(at), () => is))));
  };
  await submitted(true, true, true);
  await submitted(true);
  await submitted(true, true, false);
  await submitted(false, true);
  expect(transactions).toEqual([['0', '1'], ['2'], ['0'], ['0', '1', '2'], ['0'], ['1']]);
  await world.committer.idle();
});
