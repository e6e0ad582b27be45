import type { Problem } from '#shared/domain/result.ts';
import type { EpochMs } from '#shared/domain/units.ts';
import {
  diskProblem,
  isCorrupt,
  isNoDatabase,
  openReadable,
  openWritable,
  type ReadableDb,
  type WritableDb,
} from './database.ts';
import { clearLeftovers } from './encryption/clear-leftovers.ts';
import { heldKey } from './encryption/held-keys.ts';
import { keepKeyFile, lockedProblem } from './encryption/locked.ts';
import { APPLICATION_ID, migrate, schemaVersion } from './migrate.ts';
import { SCHEMA_VERSION } from './migrations/index.ts';
import { mirrorFile } from './mirror-file.ts';
import { moveAside } from './recover/recover-profile.ts';
import { recoverMirror, recoveryText } from './recover/recover.ts';
import { isFoundDamaged } from './suspicion.ts';

export type OpenedMirror =
  | { readonly is: 'open'; readonly db: WritableDb; readonly file: string; readonly problem: Problem | null }
  | { readonly is: 'read-only'; readonly db: ReadableDb; readonly file: string; readonly problem: Problem }
  | { readonly is: 'unusable'; readonly problem: Problem };

/**
 * Opens the mirror of a profile. A damaged file is kept under another name, and what can be read of it goes into a new
 * one, which takes a minute for every few hundred megabytes; one from a newer version is opened for reading only; a file
 * of somebody else's is left alone.
 */
export function openMirror(profile: string, now: EpochMs): OpenedMirror {
  const file = mirrorFile(profile);
  const locked = lockedProblem(file);
  if (locked !== null) return { is: 'unusable', problem: locked };
  try {
    clearLeftovers(profile);
    if (isFoundDamaged(file)) return beginAnew(file, now);
    return tryOpen(file, null);
  } catch (error) {
    // Not to be told from a file that another key belongs to, which somebody may still have.
    if (isNoDatabase(error) && heldKey(file) !== undefined) {
      return { is: 'unusable', problem: keyDoesNotFit(file) };
    }
    if (isCorrupt(error)) return beginAnew(file, now);
    return { is: 'unusable', problem: diskProblem(error, file) ?? cannotOpen(file, error) };
  }
}

function tryOpen(file: string, problem: Problem | null): OpenedMirror {
  const db = openWritable(file);
  try {
    const version = schemaVersion(db);
    const tables = Number(
      db.prepare("SELECT count(*) FROM sqlite_schema WHERE type = 'table'").pluck().get(),
    );
    const owner = Number(db.pragma('application_id', { simple: true }));
    if (tables > 0 && owner !== APPLICATION_ID) {
      db.close();
      return { is: 'unusable', problem: foreign(file) };
    }
    if (version > SCHEMA_VERSION) {
      db.close();
      return { is: 'read-only', db: openReadable(file), file, problem: fromTheFuture(file, version) };
    }
    migrate(db);
    return { is: 'open', db, file, problem };
  } catch (error) {
    if (db.open) db.close();
    throw error;
  }
}

function beginAnew(file: string, now: EpochMs): OpenedMirror {
  try {
    const kept = moveAside(file, 'damaged', now);
    keepKeyFile(file, kept);
    const recovered = recoverMirror(kept, file);
    if (recovered.ok) {
      return tryOpen(file, {
        code: 'DATABASE_DAMAGED',
        message: `The mirror was damaged: ${recoveryText(recovered.value)} The damaged file is kept as ${kept}.`,
        advice:
          'Nothing has to be done: agents tell what they still have anew. Delete the old file when you do not miss anything, and check the disk.',
      });
    }
    return tryOpen(file, {
      code: 'DATABASE_DAMAGED',
      message: `The mirror was damaged. It is kept as ${kept}, and a new one was begun. ${recovered.error.message}`,
      advice:
        'Add your environments again, or restore a backup; agents deliver their history anew. Keep the old file if you need it.',
    });
  } catch (error) {
    return { is: 'unusable', problem: diskProblem(error, file) ?? cannotOpen(file, error) };
  }
}

const foreign = (file: string): Problem => ({
  code: 'NOT_A_MIRROR',
  message: `${file} is a database of another program.`,
  advice: 'Choose another profile folder, or move that file away.',
});

const keyDoesNotFit = (file: string): Problem => ({
  code: 'KEY_DOES_NOT_FIT',
  message: `${file} cannot be read with the key beside it: its first page is damaged, or the key file belongs to another file.`,
  advice: 'Nothing was changed. Put back the two files of a backup together, the database and its key file.',
});

const fromTheFuture = (file: string, version: number): Problem => ({
  code: 'DATABASE_NEWER',
  message: `${file} was written by a newer Watchfloor (schema ${String(version)}, this one knows ${String(SCHEMA_VERSION)}). It is open for reading only and nothing is collected.`,
  advice: 'Update Watchfloor, or choose another profile folder.',
});

const cannotOpen = (file: string, error: unknown): Problem => ({
  code: 'DATABASE_UNUSABLE',
  message: `${file} cannot be opened: ${error instanceof Error ? error.message : 'unknown fault'}.`,
  advice: 'Check that the profile folder exists and that you may write in it.',
});
