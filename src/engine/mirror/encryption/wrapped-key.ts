import { createCipheriv, createDecipheriv, randomBytes, scrypt } from 'node:crypto';
import { promisify } from 'node:util';
import { z } from 'zod';
import { failure, success, type Result } from '#shared/domain/result.ts';
import { DataKey } from './data-key.ts';

const base64 = (bytes: number) =>
  z.base64().refine((text) => Buffer.from(text, 'base64').length === bytes, 'is not as long as it should be');

/** 128 MB and about half a second for each guess; bounded, so that no file can ask for all memory there is. */
const COST = { N: 131_072, r: 8, p: 1 } as const;
const MOST_MEMORY = 1_073_741_824;

/** A data key, sealed with a key that is made of a passphrase. */
export const WrappedKey = z.strictObject({
  kdf: z.literal('scrypt'),
  N: z.int().min(16_384).max(1_048_576),
  r: z.int().min(8).max(16),
  p: z.int().min(1).max(4),
  salt: base64(32),
  cipher: z.literal('aes-256-gcm'),
  nonce: base64(12),
  /** The data key, encrypted, with the 16 bytes that prove it. */
  sealed: base64(48),
});
export type WrappedKey = z.infer<typeof WrappedKey>;

const derive = promisify(
  (
    passphrase: string,
    salt: Buffer,
    { N, r, p }: { readonly N: number; readonly r: number; readonly p: number },
    done: (error: Error | null, key: Buffer) => void,
  ) => {
    // The same letters are the same passphrase, whichever keyboard they were typed on.
    scrypt(passphrase.normalize('NFKC'), salt, 32, { N, r, p, maxmem: MOST_MEMORY }, done);
  },
);

export const newDataKey = (): DataKey => DataKey.parse(randomBytes(32).toString('hex'));

/** What the proof covers besides the key: nobody can make it cheaper to guess. */
const covered = ({ kdf, N, r, p, salt, cipher }: Omit<WrappedKey, 'nonce' | 'sealed'>): Buffer =>
  Buffer.from(['watchfloor mirror key 1', kdf, N, r, p, salt, cipher].join('\n'));

/** @param cost of the passphrase; tests take less */
export async function wrapKey(
  key: DataKey,
  passphrase: string,
  cost: Pick<WrappedKey, 'N' | 'r' | 'p'> = COST,
): Promise<WrappedKey> {
  const salt = randomBytes(32);
  const nonce = randomBytes(12);
  const head = {
    kdf: 'scrypt',
    N: cost.N,
    r: cost.r,
    p: cost.p,
    salt: salt.toString('base64'),
    cipher: 'aes-256-gcm',
  } as const;
  const cipher = createCipheriv('aes-256-gcm', await derive(passphrase, salt, cost), nonce);
  cipher.setAAD(covered(head));
  const sealed = Buffer.concat([cipher.update(Buffer.from(key, 'hex')), cipher.final(), cipher.getAuthTag()]);
  return { ...head, nonce: nonce.toString('base64'), sealed: sealed.toString('base64') };
}

/** The data key, or WRONG_PASSPHRASE. Takes about half a second whichever it is. */
export async function unwrapKey(wrapped: WrappedKey, passphrase: string): Promise<Result<DataKey>> {
  const sealed = Buffer.from(wrapped.sealed, 'base64');
  const made = await derive(passphrase, Buffer.from(wrapped.salt, 'base64'), wrapped);
  const decipher = createDecipheriv('aes-256-gcm', made, Buffer.from(wrapped.nonce, 'base64'));
  decipher.setAAD(covered(wrapped));
  decipher.setAuthTag(sealed.subarray(32));
  try {
    const key = Buffer.concat([decipher.update(sealed.subarray(0, 32)), decipher.final()]);
    return success(DataKey.parse(key.toString('hex')));
  } catch {
    return failure({
      code: 'WRONG_PASSPHRASE',
      message: 'That is not the passphrase of this mirror.',
      advice: 'Nothing was changed. Mind capital letters and the layout of the keyboard.',
    });
  }
}
