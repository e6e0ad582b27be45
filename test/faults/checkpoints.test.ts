import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, expect, test } from 'vitest';
import { epochMs } from '#shared/domain/units.ts';
import { checkpointThread } from '#engine/mirror/checkpoints/checkpoint-thread.ts';
import { createCheckpoints } from '#engine/mirror/checkpoints/checkpoints.ts';
import { transaction } from '#engine/mirror/database.ts';
import { openMirror } from '#engine/mirror/open.ts';

// The thread as it was built.
const BUILT = join(import.meta.dirname, '../../out/main/checkpointer.js');
const PAGES = 300;

const folder = mkdtempSync(join(tmpdir(), 'watchfloor-checkpoints-'));
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

async function until(holds: () => boolean): Promise<void> {
  const end = Date.now() + 120_000;
  while (!holds()) {
    if (Date.now() > end) throw new Error('in vain');
    await sleep(5);
  }
}

function world(name: string, module: string) {
  const profile = join(folder, name);
  mkdirSync(profile);
  const opened = openMirror(profile, epochMs(0));
  if (opened.is !== 'open') throw new Error(opened.is);
  const { db, file } = opened;
  const errors: string[] = [];
  const quiet = (): void => undefined;
  const log = { debug: quiet, info: quiet, warn: quiet, error: (text: string) => void errors.push(text) };
  const checkpoints = createCheckpoints({ db, pages: PAGES, start: checkpointThread(file, log, module) });
  const look = (): { readonly held: number; readonly copied: number } => {
    const [, held, copied] = db.prepare('PRAGMA wal_checkpoint(NOOP)').raw().get() as number[];
    return { held: held ?? 0, copied: copied ?? 0 };
  };
  let written = 0;
  /** Commits now and then until something holds; the thread is heard in between. */
  const writeUntil = async (holds: () => boolean): Promise<void> => {
    const end = Date.now() + 120_000;
    while (!holds()) {
      if (Date.now() > end) throw new Error(`in vain; the log holds ${String(look().held)} pages`);
      transaction(db, () => {
        written += 1;
        db.prepare('INSERT INTO word (text) VALUES (?)').run(`${String(written)} ${'x'.repeat(7_000)}`);
      });
      checkpoints.committed();
      await sleep(1);
    }
  };
  return { db, file, errors, checkpoints, look, writeUntil, words: () => written };
}

test('the thread copies the log while more is written, and lets go of the file', async () => {
  const { db, file, errors, checkpoints, look, writeUntil, words } = world('works', BUILT);
  await writeUntil(() => look().held >= PAGES);
  // Far from where SQLite would make a checkpoint itself: the thread has begun, and nothing is committed meanwhile.
  await until(() => look().copied === look().held);
  await writeUntil(() => look().held < PAGES / 2);
  expect(words()).toBeLessThan(PAGES);
  await checkpoints.stop();
  expect(errors).toEqual([]);
  expect(db.prepare('SELECT count(*) FROM word').pluck().get()).toBe(words());
  expect(db.pragma('integrity_check', { simple: true })).toBe('ok');
  // Whoever closes last takes the log away: nobody else has it open.
  db.close();
  expect(existsSync(`${file}-wal`)).toBe(false);
});

test('when the thread ends, checkpoints are made within commits', async () => {
  const ends = join(folder, 'ends.mjs');
  writeFileSync(
    ends,
    "import { parentPort } from 'node:worker_threads'; parentPort.on('message', () => process.exit(1));",
  );
  const { db, checkpoints, look, writeUntil } = world('ends', ends);
  await writeUntil(() => look().held >= PAGES);
  await writeUntil(() => look().held < PAGES / 2);
  await checkpoints.stop();
  db.close();
});
