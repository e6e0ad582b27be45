import { copyFileSync, existsSync } from 'node:fs';
import type { Problem } from '#shared/domain/result.ts';
import { heldKey } from './held-keys.ts';

// All that a program that opens nothing encrypted has to know of encryption.

/** Beside an encrypted database: what its key is wrapped with. That it is there is what makes a database encrypted. */
export const keyFileOf = (database: string): string => `${database}.key.json`;

export const isEncrypted = (database: string): boolean => existsSync(keyFileOf(database));

/** Why `file` cannot be opened in this process yet; null when it can, or is not encrypted. */
export function lockedProblem(file: string): Problem | null {
  if (heldKey(file) !== undefined || !isEncrypted(file)) return null;
  return {
    code: 'MIRROR_LOCKED',
    message: `${file} is encrypted, and its passphrase was not given.`,
    advice:
      'Name a file that holds it, with --passphrase-file or in the variable WATCHFLOOR_PASSPHRASE_FILE, or enter it on a terminal.',
  };
}

/** Whoever keeps a copy of an encrypted database, or moves it, keeps what its key is wrapped with beside it. */
export function keepKeyFile(database: string, copy: string): void {
  if (isEncrypted(database)) copyFileSync(keyFileOf(database), keyFileOf(copy));
}
