import { expect, onTestFinished, test } from 'vitest';
import { createCheckpoints, type CheckpointTold } from '#engine/mirror/checkpoints/checkpoints.ts';
import { openCheckpointing, openReadable, transaction } from '#engine/mirror/database.ts';
import { testMirror } from '#test/support/test-mirror.ts';

/** Pages after which a checkpoint is due here. */
const PAGES = 400;

/** A mirror, and a thread that copies when it is told to: over a second connection, as the real one. */
function world() {
  const { db, file } = testMirror();
  db.pragma('wal_checkpoint(TRUNCATE)');
  const other = openCheckpointing(file);
  const thread = { begun: 0, tell: (_what: CheckpointTold): void => undefined };
  const checkpoints = createCheckpoints({
    db,
    pages: PAGES,
    start: (told) => {
      thread.tell = told;
      return { begin: () => void (thread.begun += 1), close: () => Promise.resolve() };
    },
  });
  onTestFinished(() => {
    other.close();
  });
  const log = (): { held: number; copied: number } => {
    const [, held, copied] = db.prepare('PRAGMA wal_checkpoint(NOOP)').raw().get() as number[];
    return { held: held ?? 0, copied: copied ?? 0 };
  };
  /** Commits until the log holds about so many pages more, or until something holds. */
  const write = (pages: number, until: () => boolean = () => false): void => {
    for (let written = 0; written < pages && !until();) {
      const before = log().held;
      transaction(db, () => {
        db.prepare('INSERT INTO word (text) VALUES (?)').run(`${String(Math.random())}${'x'.repeat(7_000)}`);
      });
      checkpoints.committed();
      const { held } = log();
      written += held > before ? held - before : held;
    }
  };
  return { db, file, other, thread, checkpoints, log, write };
}

test('a full log is copied by the thread, the last of it by the writer, and begins anew', () => {
  const { other, thread, log, write } = world();
  write(PAGES / 2);
  expect(thread.begun).toBe(0);
  write(PAGES);
  expect(thread.begun).toBe(1);
  const before = log().held;
  other.pragma('wal_checkpoint(PASSIVE)');
  // Meanwhile more was written, a little.
  write(1);
  expect(thread.begun).toBe(1);
  expect(log().copied).toBeLessThan(log().held);
  thread.tell('copied');
  expect(log().copied).toBe(log().held);
  write(1);
  expect(log().held).toBeLessThan(before / 4);
});

test('what came meanwhile is copied by the thread too, when it is much', () => {
  const { other, thread, log, write } = world();
  write(2 * PAGES, () => thread.begun > 0);
  other.pragma('wal_checkpoint(PASSIVE)');
  write(PAGES / 8);
  thread.tell('copied');
  expect(thread.begun).toBe(2);
  other.pragma('wal_checkpoint(PASSIVE)');
  thread.tell('copied');
  expect(thread.begun).toBe(2);
  expect(log().copied).toBe(log().held);
});

test('a log that somebody still reads is left alone; a thread that does nothing, or has failed, is done without', () => {
  const { file, other, thread, log, write } = world();
  write(10);
  const reader = openReadable(file);
  onTestFinished(() => {
    reader.close();
  });
  reader.exec('BEGIN');
  reader.prepare('SELECT count(*) FROM word').get();
  write(2 * PAGES, () => thread.begun > 0);
  other.pragma('wal_checkpoint(PASSIVE)');
  thread.tell('copied');
  expect(log().copied).toBeLessThan(PAGES / 2);
  reader.exec('COMMIT');
  // It is begun once more with the next commit, and never comes back: SQLite's own checkpoint does it.
  write(1);
  expect(thread.begun).toBe(2);
  write(PAGES * 6);
  expect(log().held).toBeLessThan(PAGES * 5);
  thread.tell('failed');
  write(PAGES * 4);
  expect(thread.begun).toBe(2);
  expect(log().held).toBeLessThan(PAGES * 2);
});
