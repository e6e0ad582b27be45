import Database from 'better-sqlite3';
import { openCiphered } from './ciphers.ts';
import { heldKey } from './held-keys.ts';

/** Opens a database of the mirror's: every handle of the engine begins here. */
export function openFile(file: string, options: Database.Options): Database.Database {
  const key = heldKey(file);
  return key === undefined ? new Database(file, options) : openCiphered(file, key, options);
}
