import { existsSync, readFileSync } from 'node:fs';
import { createPrivateKey, createPublicKey } from 'node:crypto';
import { failure, success, type Result } from '#shared/domain/result.ts';
import type { JournalFault, JournalVerdict } from '#shared/ipc/journal-views.ts';
import type { HeadsFile } from '#shared/journal/entry.ts';
import { openReadable, type ReadableDb } from '../mirror/database.ts';
import { lockedProblem } from '../mirror/encryption/locked.ts';
import { mirrorFile } from '../mirror/mirror-file.ts';
import { parseHeads, readLocalHead } from './head-file.ts';
import { fingerprintOf, keyFile } from './key.ts';
import { verifyJournal } from './verify.ts';

/** Verifies the journal of a profile with the head kept beside the database and with heads that were exported. */
export function verifyIn(db: ReadableDb, profile: string, exported: readonly HeadsFile[]): JournalVerdict {
  const local = readLocalHead(profile);
  const heads = [...exported, ...(local === null || local === 'damaged' ? [] : [local])];
  const verdict = verifyJournal(db, heads, installedKey(profile));
  const damaged: JournalFault = {
    is: 'heads',
    seq: 0,
    message: 'The head kept beside the database (journal-head.json) was changed or damaged.',
  };
  return local === 'damaged' ? { ...verdict, faults: [...verdict.faults, damaged] } : verdict;
}

/** The same for the command line: opens the database for reading, also while an engine works on it. */
export function verifyProfile(profile: string, files: readonly string[]): Result<JournalVerdict> {
  const heads: HeadsFile[] = [];
  for (const file of files) {
    let text: string;
    try {
      text = readFileSync(file, 'utf8');
    } catch (error) {
      return failure({
        code: 'NOT_READABLE',
        message: `${file} cannot be read: ${error instanceof Error ? error.message : 'unknown fault'}.`,
      });
    }
    const parsed = parseHeads(text, file);
    if (!parsed.ok) return parsed;
    heads.push(parsed.value);
  }
  const file = mirrorFile(profile);
  if (!existsSync(file)) {
    return failure({
      code: 'NO_MIRROR',
      message: `There is no database in ${profile}.`,
      advice: 'Name the folder of a profile that Watchfloor has worked on.',
    });
  }
  const locked = lockedProblem(file);
  if (locked !== null) return failure(locked);
  try {
    const db = openReadable(file);
    try {
      return success(verifyIn(db, profile, heads));
    } finally {
      db.close();
    }
  } catch (error) {
    return failure({
      code: 'UNREADABLE',
      message: `The journal in ${file} cannot be read: ${error instanceof Error ? error.message : 'unknown fault'}.`,
      advice: 'Run “watchfloor check” on the profile.',
    });
  }
}

/** Null where the key is not at hand: a copied database is verified by its signatures and heads alone. */
function installedKey(profile: string): string | null {
  try {
    const key = createPublicKey(createPrivateKey(readFileSync(keyFile(profile), 'utf8')));
    return fingerprintOf(key.export({ format: 'der', type: 'spki' }).toString('base64'));
  } catch {
    return null;
  }
}
