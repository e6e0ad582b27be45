import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { Committed, Job } from '#engine/ingest/committer.ts';
import { transaction, type WritableDb } from '#engine/mirror/database.ts';
import { unsettleAll } from '#engine/people/settle.ts';
import { createIdentityKeeper } from '#engine/people/keeper.ts';
import { addEnvironment } from '#test/support/environment.ts';
import { testMirror } from '#test/support/test-mirror.ts';

const ACCOUNTS = 200;
const EVERY_MS = 2_000;

let db: WritableDb;
let jobs: Job[];
beforeEach(() => {
  ({ db } = testMirror());
  jobs = [];
  addEnvironment(db, 'shop');
  const add = db.prepare(
    `INSERT INTO account (connection, id, name, known, roles, status, privileged, service)
     VALUES (1, ?, ?, 1, '[]', 'active', 0, 0)`,
  );
  for (let number = 0; number < ACCOUNTS; number += 1) add.run(`a${String(number)}`, `n${String(number)}`);
  unsettleAll(db);
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
});
afterEach(() => {
  vi.useRealTimers();
});

const committer = {
  submit: (job: Job): Promise<Committed> => {
    jobs.push(job);
    transaction(db, () => {
      job.write(false);
    });
    return Promise.resolve({ is: 'committed' });
  },
};
const reader = { calm: () => Promise.resolve() };
const waiting = (): unknown => db.prepare('SELECT count(*) FROM identity_dirty').pluck().get();

test('everybody is worked out in small steps behind everything else', async () => {
  const keeper = createIdentityKeeper({ db, committer, reader });
  keeper.start();
  vi.advanceTimersByTime(EVERY_MS);
  await vi.waitFor(() => {
    expect(waiting()).toBe(0);
  });
  expect(jobs.length).toBeGreaterThan(2);
  expect(jobs.every(({ background }) => background === true)).toBe(true);
  keeper.stop();
});

test('while somebody jumps about in a list nothing is worked out, unless a person is asked for', async () => {
  let calm: () => void = () => undefined;
  const jumping = new Promise<void>((resolve) => {
    calm = resolve;
  });
  const keeper = createIdentityKeeper({ db, committer, reader: { calm: () => jumping } });
  keeper.start();
  vi.advanceTimersByTime(EVERY_MS);
  await vi.waitFor(() => {
    expect(jobs).toHaveLength(1);
  });
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect(jobs).toHaveLength(1);
  await keeper.settled();
  expect(waiting()).toBe(0);

  unsettleAll(db);
  calm();
  await vi.waitFor(() => {
    expect(waiting()).toBe(0);
  });
  keeper.stop();
});

test('whoever asks for a person waits for all of it, in its turn', async () => {
  const keeper = createIdentityKeeper({ db, committer, reader });
  await keeper.settled();
  expect(waiting()).toBe(0);
  expect(jobs.every(({ background }) => background === false)).toBe(true);
  keeper.stop();
});

test('stopped in the middle, it asks nothing of the file any more', async () => {
  const keeper = createIdentityKeeper({ db, committer, reader });
  keeper.start();
  vi.advanceTimersByTime(EVERY_MS);
  await Promise.resolve();
  keeper.stop();
  const left = waiting();
  expect(left).not.toBe(0);
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect(waiting()).toBe(left);
});
