import { plainMirror, sealedMirror } from '../mirror-file.ts';
import { removeDatabase } from './database-files.ts';
import { readKeyFile, syncFolder, writeKeyFile } from './key-file.ts';
import { isEncrypted } from './locked.ts';

/** Deletes what an interrupted change has left beside an encrypted mirror. Whoever calls it has the profile's lock. */
export function clearLeftovers(profile: string): void {
  const sealed = sealedMirror(profile);
  if (!isEncrypted(sealed)) return;
  const header = readKeyFile(sealed);
  if (!header.ok || !header.value.clearing) return;
  removeDatabase(plainMirror(profile));
  syncFolder(profile);
  writeKeyFile(sealed, { ...header.value, clearing: false });
}
