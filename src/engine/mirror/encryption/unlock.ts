import { failure, success, type Result } from '#shared/domain/result.ts';
import { ciphersProblem } from './ciphers.ts';
import type { DataKey } from './data-key.ts';
import { holdKey } from './held-keys.ts';
import { isKeyOf, readKeyFile } from './key-file.ts';
import { unwrapKey } from './wrapped-key.ts';

/** Makes an encrypted file readable in this process. Nothing is changed when the passphrase is wrong. */
export async function unlock(file: string, passphrase: string): Promise<Result<DataKey>> {
  const missing = ciphersProblem();
  if (missing !== null) return failure(missing);
  const header = readKeyFile(file);
  if (!header.ok) return header;
  const key = await unwrapKey(header.value.passphrase, passphrase);
  if (!key.ok) return key;
  holdKey(file, key.value);
  return success(key.value);
}

/** The same with a key that was kept; false when it is not the one. */
export function unlockWithKey(file: string, key: DataKey): boolean {
  const header = ciphersProblem() === null ? readKeyFile(file) : null;
  if (header?.ok !== true || !isKeyOf(header.value, key)) return false;
  holdKey(file, key);
  return true;
}
