import { existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { backupMirror } from '#engine/mirror/backup.ts';
import { checkFile } from '#engine/mirror/check.ts';
import { fakeEvent } from '#test/support/fake-agent/fake-records.ts';
import { ingestWorld } from '../ingest/world.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'watchfloor-test-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

test('a copy made while events come in is whole, sound, and its owner’s alone', async () => {
  const world = ingestWorld({ leastRows: 500 });
  let written = 0;
  const write = (): Promise<unknown> =>
    world.committer.submit({
      rows: 200,
      write: () => {
        for (let n = 0; n < 200; n += 1) {
          const event = fakeEvent(`e${String(written)}`, { at: written, message: 'x'.repeat(300) });
          if (world.writer.audit.write(1, event, 'stream') !== null) written += 1;
        }
      },
    });
  for (let n = 0; n < 100; n += 1) await write();
  const file = join(folder, 'copy.db');
  const copy = { going: true };
  const done = backupMirror(world.db, file).finally(() => {
    copy.going = false;
  });
  let meanwhile = 0;
  while (copy.going) {
    await write();
    meanwhile += 1;
    await new Promise<void>((resume) => setImmediate(resume));
  }
  const made = await done;
  expect(made.ok).toBe(true);
  expect(meanwhile).toBeGreaterThan(0);
  expect(statSync(file).mode & 0o077).toBe(0);
  const checked = checkFile(file);
  expect(checked).toMatchObject({ ok: true, value: { faults: [] } });
  if (checked.ok) expect(checked.value.events).toBeGreaterThanOrEqual(20_000);
});

test('a backup overwrites nothing and leaves no half copy', async () => {
  const world = ingestWorld();
  const file = join(folder, 'mine.txt');
  writeFileSync(file, 'mine');
  expect(await backupMirror(world.db, file)).toMatchObject({ ok: false, error: { code: 'FILE_EXISTS' } });
  const nowhere = join(folder, 'none', 'copy.db');
  expect(await backupMirror(world.db, nowhere)).toMatchObject({
    ok: false,
    error: { code: 'BACKUP_FAILED' },
  });
  expect(existsSync(nowhere)).toBe(false);
});
