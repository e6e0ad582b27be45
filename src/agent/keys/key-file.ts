import { randomBytes } from 'node:crypto';
import {
  chmodSync,
  closeSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  statSync,
  writeSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { StateError } from '../state/database.ts';

const SECRET_BYTES = 32;
const HEADER = 'watchfloor-handle-key-1:';

export const keyFileIn = (dataDir: string) => join(dataDir, 'handle.key');

/** Makes the agent's folder, readable by its owner only. */
export function prepareDataDir(dataDir: string): void {
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
}

/**
 * Reads the secret that handles are made with, or makes it (mode 0600) the first time.
 * @throws StateError when the file is damaged or others can read it.
 */
export function readOrCreateSecret(path: string): { readonly secret: Buffer; readonly created: boolean } {
  prepareDataDir(dirname(path));
  let file: number;
  try {
    file = openSync(path, 'wx', 0o600);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST')
      return { secret: readSecret(path), created: false };
    throw new StateError(
      `${path} cannot be written: ${String(error)}. Make its folder writable for the agent's user.`,
      {
        cause: error,
      },
    );
  }
  const secret = randomBytes(SECRET_BYTES);
  try {
    writeSync(file, `${HEADER}${secret.toString('base64url')}\n`);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  return { secret, created: true };
}

function readSecret(path: string): Buffer {
  const mode = statSync(path).mode & 0o777;
  if ((mode & 0o077) !== 0) {
    chmodSync(path, 0o600);
  }
  const text = readFileSync(path, 'utf8').trim();
  const secret = Buffer.from(text.slice(HEADER.length), 'base64url');
  if (!text.startsWith(HEADER) || secret.length !== SECRET_BYTES) {
    throw new StateError(
      `${path} is damaged: it should hold one line with the handle key. Restore it from a backup, or delete it: consoles will then see every session under a new name.`,
    );
  }
  return secret;
}
