import { mkdirSync, chmodSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { failure, success, type Result } from '#shared/domain/result.ts';
import { sqliteCode } from './database.ts';

export interface ProfileLock {
  release(): void;
}

/**
 * Takes a profile for this process. The lock is a database lock, which the system frees when a process dies however
 * it dies, so no stale lock can be left behind. The folder is made if need be, for its owner only.
 */
export function lockProfile(profile: string): Result<ProfileLock> {
  const file = join(profile, 'engine.lock');
  let db: Database.Database | null = null;
  try {
    mkdirSync(profile, { recursive: true, mode: 0o700 });
    db = new Database(file, { timeout: 0 });
    chmodSync(file, 0o600);
    db.pragma('journal_mode = DELETE');
    db.exec('BEGIN EXCLUSIVE');
  } catch (error) {
    db?.close();
    if ((sqliteCode(error) ?? '').startsWith('SQLITE_BUSY')) {
      return failure({
        code: 'PROFILE_IN_USE',
        message: `Another Watchfloor works on the profile ${profile}.`,
        advice: 'Use that one, close it, or choose another profile folder.',
      });
    }
    return failure({
      code: 'PROFILE_UNUSABLE',
      message: `The profile folder ${profile} cannot be used: ${error instanceof Error ? error.message : 'unknown fault'}.`,
      advice: 'Choose a folder that you may write in.',
    });
  }
  const held = db;
  return success({
    release: () => {
      if (!held.open) return;
      if (held.inTransaction) held.exec('ROLLBACK');
      held.close();
    },
  });
}
