import {
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  sign,
  verify,
  type KeyObject,
} from 'node:crypto';
import {
  chmodSync,
  closeSync,
  fsyncSync,
  openSync,
  readFileSync,
  renameSync,
  statSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import type { Log } from '#shared/domain/log.ts';

/** Signs for this installation. */
export interface InstallationKey {
  /** SHA-256 of the public key's SPKI DER, hexadecimal. */
  readonly fingerprint: string;
  /** Base64 of the SPKI DER. */
  readonly publicKey: string;
  /** Base64 of an Ed25519 signature over the UTF-8 of the text. */
  sign(text: string): string;
}

export const sha256 = (text: string): string => createHash('sha256').update(text, 'utf8').digest('hex');
export const keyFile = (profile: string): string => join(profile, 'installation.key');

/** Whether a signature holds; false also for keys and signatures that are none. */
export function signatureHolds(publicKey: string, text: string, signature: string): boolean {
  try {
    const key = createPublicKey({ key: Buffer.from(publicKey, 'base64'), format: 'der', type: 'spki' });
    const bytes = Buffer.from(signature, 'base64');
    // Base64 is read leniently: only its one proper form counts, so that no character can be changed unseen.
    return bytes.toString('base64') === signature && verify(null, Buffer.from(text, 'utf8'), key, bytes);
  } catch {
    return false;
  }
}

/** SHA-256 of the decoded public key. */
export const fingerprintOf = (publicKey: string): string =>
  createHash('sha256').update(Buffer.from(publicKey, 'base64')).digest('hex');

/**
 * The Ed25519 key of this installation, readable by its owner alone; made at the first start. A file that is no such
 * key is kept under another name and a new key is made: `verify` says from which entry on.
 * @throws errors of the file system
 */
export function openInstallationKey(profile: string, log: Log, now: number): InstallationKey {
  const file = keyFile(profile);
  const found = readKey(file, log);
  if (found !== null) return found;
  const { privateKey } = generateKeyPairSync('ed25519');
  const fresh = `${file}.new`;
  const handle = openSync(fresh, 'w', 0o600);
  writeSync(handle, privateKey.export({ format: 'pem', type: 'pkcs8' }).toString());
  fsyncSync(handle);
  closeSync(handle);
  try {
    renameSync(file, `${file}.unusable-${new Date(now).toISOString().replaceAll(/[:.]/g, '-')}`);
    log.error('the key of this installation was unusable; it is kept beside a new one', { file });
  } catch {
    // There was none.
  }
  renameSync(fresh, file);
  return keyFrom(privateKey);
}

function readKey(file: string, log: Log): InstallationKey | null {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
    if (process.platform !== 'win32' && (statSync(file).mode & 0o077) !== 0) {
      chmodSync(file, 0o600);
      log.warn('the key of this installation was readable by others; that was mended', { file });
    }
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
    throw error;
  }
  try {
    const key = createPrivateKey(text);
    return key.asymmetricKeyType === 'ed25519' ? keyFrom(key) : null;
  } catch {
    return null;
  }
}

function keyFrom(privateKey: KeyObject): InstallationKey {
  const publicKey = createPublicKey(privateKey).export({ format: 'der', type: 'spki' }).toString('base64');
  return {
    fingerprint: fingerprintOf(publicKey),
    publicKey,
    sign: (text) => sign(null, Buffer.from(text, 'utf8'), privateKey).toString('base64'),
  };
}
