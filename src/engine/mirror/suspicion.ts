import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { openFile } from './encryption/open-file.ts';

// A page deep in the file is only seen to be damaged when it is read or written. Then this is noted beside the file, so
// that the next start looks at all of it and recovers it, instead of going on with what cannot be written.

const noteOf = (file: string): string => `${file}.suspect`;

/** Something in the file could not be read. Never throws: the disk may be the trouble. */
export function suspect(file: string): void {
  try {
    writeFileSync(noteOf(file), '', { mode: 0o600 });
  } catch {
    // Then `watchfloor check` finds it.
  }
}

/** Whether a file that was noted is really damaged; the note is taken back. */
export function isFoundDamaged(file: string): boolean {
  if (!existsSync(noteOf(file))) return false;
  rmSync(noteOf(file), { force: true });
  const db = openFile(file, { readonly: true, fileMustExist: true });
  try {
    return db.pragma('quick_check(1)', { simple: true }) !== 'ok';
  } finally {
    db.close();
  }
}
