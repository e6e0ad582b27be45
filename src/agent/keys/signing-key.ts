import { createHash, createPrivateKey, createPublicKey, sign, verify } from 'node:crypto';

/** Signs for this agent. */
export interface SigningKey {
  /** SHA-256 of the public key's SPKI DER, hexadecimal. */
  readonly fingerprint: string;
  /** Base64 of the SPKI DER. */
  readonly publicKey: string;
  /** Base64 of an Ed25519 signature over the UTF-8 of the text. */
  readonly sign: (text: string) => string;
}

/** What stands before the 32 bytes of an Ed25519 key in PKCS#8 (RFC 8410). */
const PKCS8 = Buffer.from('302e020100300506032b657004220420', 'hex');

/** @param seed 32 bytes */
export function signingKeyFrom(seed: Buffer): SigningKey {
  const key = createPrivateKey({ key: Buffer.concat([PKCS8, seed]), format: 'der', type: 'pkcs8' });
  const publicKey = createPublicKey(key).export({ format: 'der', type: 'spki' }).toString('base64');
  return {
    publicKey,
    fingerprint: fingerprintOf(publicKey),
    sign: (text) => sign(null, Buffer.from(text, 'utf8'), key).toString('base64'),
  };
}

export const sha256 = (text: string): string => createHash('sha256').update(text, 'utf8').digest('hex');

/** SHA-256 of the decoded public key. */
export const fingerprintOf = (publicKey: string): string =>
  createHash('sha256').update(Buffer.from(publicKey, 'base64')).digest('hex');

/** Whether a signature holds; false also for keys and signatures that are none. */
export function signatureHolds(publicKey: string, text: string, signature: string): boolean {
  try {
    const key = createPublicKey({ key: Buffer.from(publicKey, 'base64'), format: 'der', type: 'spki' });
    const bytes = Buffer.from(signature, 'base64');
    // Base64 is read leniently: only its one proper form counts, so that no character can be changed unseen.
    return (
      key.asymmetricKeyType === 'ed25519' &&
      bytes.toString('base64') === signature &&
      verify(null, Buffer.from(text, 'utf8'), key, bytes)
    );
  } catch {
    return false;
  }
}
