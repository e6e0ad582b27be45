import { createHmac } from 'node:crypto';
import { closeSync, fsyncSync, openSync, readFileSync, renameSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { z } from 'zod';
import { failure, success, type Result } from '#shared/domain/result.ts';
import type { DataKey } from './data-key.ts';
import { keyFileOf } from './locked.ts';
import { WrappedKey } from './wrapped-key.ts';

/** What lies beside an encrypted database. */
export const KeyFile = z.strictObject({
  watchfloorKey: z.literal(1),
  cipher: z.literal('aegis-256'),
  passphrase: WrappedKey,
  /** Tells whether a key is the one, without opening the database. */
  proof: z.string().regex(/^[0-9a-f]{64}$/),
  /** What lies under the name of the mirror that is not encrypted is a copy that is to be deleted. */
  clearing: z.boolean(),
});
export type KeyFile = z.infer<typeof KeyFile>;

export function readKeyFile(database: string): Result<KeyFile> {
  const file = keyFileOf(database);
  try {
    return success(KeyFile.parse(JSON.parse(readFileSync(file, 'utf8'))));
  } catch (error) {
    const what = error instanceof z.ZodError ? z.prettifyError(error) : String(error);
    return failure({
      code: 'KEY_FILE_UNREADABLE',
      message: `${file} cannot be read: ${what}. Without it ${database} cannot be opened.`,
      advice: 'Put back a copy of it: one lies beside every backup that was made with the same key.',
    });
  }
}

const proofOf = (key: DataKey): string =>
  createHmac('sha256', Buffer.from(key, 'hex')).update('watchfloor mirror key').digest('hex');

/** Whether a key is the one that belongs to the database. */
export const isKeyOf = (header: KeyFile, key: DataKey): boolean => header.proof === proofOf(key);

export const newKeyFile = (key: DataKey, passphrase: WrappedKey): KeyFile => ({
  watchfloorKey: 1,
  cipher: 'aegis-256',
  passphrase,
  proof: proofOf(key),
  clearing: true,
});

/**
 * Writes it whole or not at all, and on disk before this returns.
 * @throws errors of the file system
 */
export function writeKeyFile(database: string, content: KeyFile): void {
  const file = keyFileOf(database);
  const fresh = `${file}.new`;
  const handle = openSync(fresh, 'w', 0o600);
  try {
    writeSync(handle, `${JSON.stringify(content, null, 2)}\n`);
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
  renameSync(fresh, file);
  syncFolder(dirname(file));
}

/** Names that were given and taken are on disk before this returns. */
export function syncFolder(folder: string): void {
  // Windows knows no such thing.
  if (process.platform === 'win32') return;
  const handle = openSync(folder, 'r');
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}
