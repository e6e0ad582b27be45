import { join } from 'node:path';
import Database from 'better-sqlite3';
import type { Dispose } from '#shared/domain/log.ts';
import { prepareDataDir } from '../keys/key-file.ts';
import { StateError } from './database.ts';

/**
 * Only one agent serves a folder. The lock is the operating system's (an exclusive transaction on a file of its own),
 * so a killed agent leaves none behind.
 */
export function lockForServing(dataDir: string): Dispose {
  prepareDataDir(dataDir);
  const lock = new Database(join(dataDir, 'serving.lock'), { timeout: 200 });
  try {
    lock.exec('BEGIN EXCLUSIVE');
  } catch (error) {
    lock.close();
    throw new StateError(
      `Another agent is serving from ${dataDir}. Stop it, or give this one its own dataDir.`,
      {
        cause: error,
      },
    );
  }
  let held = true;
  return () => {
    if (held) lock.close();
    held = false;
  };
}
