import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { expect, test } from 'vitest';
import { epochMs } from '#shared/domain/units.ts';
import { mirrorFile } from '#engine/mirror/mirror-file.ts';
import { openMirror } from '#engine/mirror/open.ts';

/** Locks everybody out of a file, as reading the log of a crash through does, and lets go of it after a while. */
const LOCKING = `
  const { parentPort, workerData } = require('node:worker_threads');
  const Database = require('better-sqlite3');
  const db = new Database(workerData.file);
  db.pragma('locking_mode = EXCLUSIVE');
  db.exec('BEGIN IMMEDIATE');
  parentPort.postMessage('locked');
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1500);
  db.exec('ROLLBACK');
  db.close();`;

test('a mirror that somebody else is reading the log of is opened when that is done', async () => {
  const profile = mkdtempSync(join(tmpdir(), 'watchfloor-locked-'));
  const first = openMirror(profile, epochMs(0));
  if (first.is !== 'open') throw new Error(first.is);
  first.db.close();
  const worker = new Worker(LOCKING, { eval: true, workerData: { file: mirrorFile(profile) } });
  const gone = new Promise((resolve) => worker.once('exit', resolve));
  try {
    await new Promise((resolve) => worker.once('message', resolve));
    const opened = openMirror(profile, epochMs(0));
    expect(opened).toMatchObject({ is: 'open', problem: null });
    if (opened.is !== 'open') return;
    // Later a lock is the committer's to wait for, which does not stand still.
    expect(opened.db.pragma('busy_timeout', { simple: true })).toBe(200);
    opened.db.close();
  } finally {
    await gone;
    rmSync(profile, { recursive: true, force: true });
  }
});
