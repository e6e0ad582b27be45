import { createCipheriv, createDecipheriv, createHmac, hkdfSync, randomBytes } from 'node:crypto';
import type { AccountId, EventId, SessionId } from '#shared/domain/ids.ts';
import { MAX_ID_LENGTH } from '#shared/domain/ids.ts';
import type { StoreKey } from '../stores/store-adapter.ts';

/** 192 bits of an HMAC: short on the wire, and no two sessions meet. */
const HANDLE_BYTES = 24;
const IV_BYTES = 12;
const TAG_BYTES = 16;

/** Everything that depends on the secret that stays with the agent. */
export interface HandleKeys {
  /** Says which key this is without saying the key; a change of it starts a new epoch. */
  readonly keyId: string;
  /** The handle a console knows a session by. */
  session(key: StoreKey): SessionId;
  /** Encrypts a store's key for the disk (AES-256-GCM). */
  seal(key: StoreKey): Buffer;
  /** @throws Error when the value was sealed with another key or altered. */
  unseal(sealed: Buffer): StoreKey;
  /** Keyed fingerprint: equal values have equal fingerprints, and nothing else can be learnt. */
  fingerprint(purpose: string, value: string): string;
  accountId(id: string): AccountId;
  eventId(id: string, generation: number): EventId;
}

export function createHandleKeys(secret: Buffer): HandleKeys {
  const derive = (purpose: string) =>
    Buffer.from(hkdfSync('sha256', secret, '', `watchfloor ${purpose}`, 32));
  const handleKey = derive('session handle');
  const sealKey = derive('seal');
  const printKey = derive('fingerprint');
  // A random prefix for each run and a counter: unique without asking the random source for every row.
  const ivPrefix = randomBytes(6);
  let ivCount = 0;
  const nextIv = () => {
    const iv = Buffer.alloc(IV_BYTES);
    ivPrefix.copy(iv);
    iv.writeUIntBE(ivCount++, 6, 6);
    return iv;
  };
  const fingerprint = (purpose: string, value: string) =>
    createHmac('sha256', printKey).update(`${purpose}\0${value}`).digest('base64url');
  const short = (kind: string, id: string) =>
    id.length > 0 && id.length <= MAX_ID_LENGTH ? id : `#${fingerprint(kind, id)}`;
  return {
    keyId: derive('key id').toString('base64url'),
    session: (key) =>
      createHmac('sha256', handleKey)
        .update(key)
        .digest()
        .subarray(0, HANDLE_BYTES)
        .toString('base64url') as SessionId,
    seal(key) {
      const iv = nextIv();
      const cipher = createCipheriv('aes-256-gcm', sealKey, iv);
      const body = cipher.update(key, 'utf8');
      return Buffer.concat([iv, body, cipher.final(), cipher.getAuthTag()]);
    },
    unseal(sealed) {
      const decipher = createDecipheriv('aes-256-gcm', sealKey, sealed.subarray(0, IV_BYTES), {
        authTagLength: TAG_BYTES,
      });
      decipher.setAuthTag(sealed.subarray(sealed.length - TAG_BYTES));
      const body = decipher.update(sealed.subarray(IV_BYTES, sealed.length - TAG_BYTES));
      return Buffer.concat([body, decipher.final()]).toString('utf8') as StoreKey;
    },
    fingerprint,
    accountId: (id) => short('account', id) as AccountId,
    eventId: (id, generation) =>
      short('event', generation === 0 ? id : `${id}~${String(generation)}`) as EventId,
  };
}
