import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { epochMs } from '#shared/domain/units.ts';
import type { WritableDb } from '#engine/mirror/database.ts';
import { openMirror } from '#engine/mirror/open.ts';

/** A folder of this test's own, which goes with the test. */
export function testFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'watchfloor-test-'));
  onTestFinished(() => {
    rmSync(folder, { recursive: true, force: true });
  });
  return folder;
}

/** The mirror of a profile, made where there is none. */
export function mirrorOf(profile: string, now = 0): { readonly db: WritableDb; readonly file: string } {
  const opened = openMirror(profile, epochMs(now));
  if (opened.is !== 'open') throw new Error(opened.is);
  return opened;
}

/** A new mirror in a folder of this test's own, which goes with the test. */
export function testMirror(now = 0): {
  readonly db: WritableDb;
  readonly file: string;
  readonly profile: string;
} {
  const profile = testFolder();
  const { db, file } = mirrorOf(profile, now);
  onTestFinished(() => {
    db.close();
  });
  return { db, file, profile };
}
