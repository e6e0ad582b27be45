import { chmodSync, closeSync, existsSync, openSync, rmSync, statSync } from 'node:fs';
import type { Database } from 'better-sqlite3';
import { failure, success, type Result } from '#shared/domain/result.ts';
import { diskProblem } from './database.ts';
import { copyElsewhere } from './encryption/copy-thread.ts';
import { heldKey } from './encryption/held-keys.ts';
import { keepKeyFile, keyFileOf } from './encryption/locked.ts';

/** Pages copied at a time: 16 MB, then others have their turn. */
const PAGES = 2_000;

/**
 * Copies a mirror while it is in use: a whole state of it, as of the end of the copying. What is written meanwhile
 * through the same handle goes into both. The file must not exist; half a copy is removed. The copy of an encrypted
 * mirror is encrypted with the same key, whose key file is copied too; it is of the beginning of the copying.
 */
export async function backupMirror(
  db: Database,
  file: string,
): Promise<Result<{ readonly bytes: number; readonly events: number }>> {
  if (existsSync(file)) {
    return failure({
      code: 'FILE_EXISTS',
      message: `${file} exists already.`,
      advice: 'Choose another name; a backup never overwrites.',
    });
  }
  const key = heldKey(db.name);
  try {
    if (key !== undefined) {
      keepKeyFile(db.name, file);
      return success(await copyElsewhere({ file: db.name, key }, { file, key }, false));
    }
    closeSync(openSync(file, 'wx', 0o600));
    await db.backup(file, { progress: () => PAGES });
    chmodSync(file, 0o600);
    const events = Number(db.prepare('SELECT coalesce(sum(events), 0) FROM audit_part').pluck().get());
    return success({ bytes: statSync(file).size, events });
  } catch (error) {
    rmSync(file, { force: true });
    if (key !== undefined) rmSync(keyFileOf(file), { force: true });
    return failure(
      diskProblem(error, file) ?? {
        code: 'BACKUP_FAILED',
        message: `The backup to ${file} failed: ${error instanceof Error ? error.message : String(error)}.`,
        advice: 'Check that the folder exists and that there is as much free space as the mirror is large.',
      },
    );
  }
}
