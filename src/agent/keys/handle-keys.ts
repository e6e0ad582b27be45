import { createCipheriv, createHmac, hash, hkdfSync, randomBytes } from 'node:crypto';
import type { AccountId, EventId, SessionId } from '#shared/domain/ids.ts';
import { MAX_ID_LENGTH } from '#shared/domain/ids.ts';
import type { StoreKey } from '../stores/store-adapter.ts';
import type { SigningKey } from './signing-key.ts';
import { signingKeyFrom } from './signing-key.ts';

/** 192 bits of an HMAC (as base64url): short on the wire, and no two sessions meet. */
const HANDLE_LENGTH = 32;
const NONCE_BYTES = 12;
const BLOCK = 16;
/** nonce, number of the first block (32 bits) */
const HEAD = NONCE_BYTES + 4;
/** Behind the text, encrypted with it: says whether what was decrypted is what was sealed. */
const CHECK_BYTES = 8;

/** Everything that depends on the secret that stays with the agent. */
export interface HandleKeys {
  /** Says which key this is without saying the key; a change of it starts a new epoch. */
  readonly keyId: string;
  /** Signs this agent's journal and the heads of others'. */
  readonly signing: SigningKey;
  /** The handle a console knows a session by. */
  session(key: StoreKey): SessionId;
  /**
   * Encrypts a store's key for the disk (AES-256 in counter mode), with a keyed sum of 64 bits that damage and another
   * key are noticed by. Whoever can write it on purpose can read the secret, which lies beside it: no more is claimed.
   */
  seal(key: StoreKey): Buffer;
  /** The same for many at once: one cipher for all of them. */
  sealAll(keys: readonly StoreKey[]): readonly Buffer[];
  /** @throws Error when the value was sealed with another key or damaged. */
  unseal(sealed: Buffer): StoreKey;
  /** The same for many at once. */
  unsealAll(sealed: readonly Buffer[]): readonly StoreKey[];
  /** Keyed fingerprint: equal values have equal fingerprints, and nothing else can be learnt. */
  fingerprint(purpose: string, value: string): string;
  accountId(id: string): AccountId;
  eventId(id: string, generation: number): EventId;
}

export function createHandleKeys(secret: Buffer): HandleKeys {
  const derive = (purpose: string) =>
    Buffer.from(hkdfSync('sha256', secret, '', `watchfloor ${purpose}`, 32));
  const sealKey = derive('seal pages');
  const printKey = derive('fingerprint');
  const handle = fastHmac(derive('session handle').toString('base64url'));
  const session = (key: StoreKey) => handle(key) as SessionId;
  const print = printer(printKey);
  const fingerprint = (purpose: string, value: string) => print(`${purpose}\0${value}`);
  const short = (kind: string, id: string) =>
    id.length > 0 && id.length <= MAX_ID_LENGTH ? id : `#${fingerprint(kind, id)}`;
  const sumOf = keyedSum(derive('seal sums'));
  const sealAll: HandleKeys['sealAll'] = (keys) => {
    const starts: number[] = [];
    let blocks = 0;
    for (const key of keys) {
      starts.push(blocks);
      blocks += Math.ceil((Buffer.byteLength(key) + CHECK_BYTES) / BLOCK);
    }
    const plain = Buffer.alloc(blocks * BLOCK);
    const lengths = keys.map((key, index) => {
      const start = (starts[index] ?? 0) * BLOCK;
      const end = start + plain.write(key, start);
      const [high, low] = sumOf(plain, start, end);
      return plain.writeUInt32BE(low, plain.writeUInt32BE(high, end)) - start;
    });
    const nonce = randomBytes(NONCE_BYTES);
    const secretText = createCipheriv('aes-256-ctr', sealKey, counter(nonce, 0)).update(plain);
    // Byte by byte into one piece of memory: a listing seals a million, and each call of the runtime costs more.
    const all = Buffer.allocUnsafe(lengths.reduce((sum, length) => sum + HEAD + length, 0));
    let end = 0;
    return keys.map((_, index) => {
      const [start, length] = [starts[index] ?? 0, lengths[index] ?? 0];
      const begin = end;
      for (let at = 0; at < NONCE_BYTES; at += 1) all[end++] = nonce[at] ?? 0;
      end = all.writeUInt32BE(start, end);
      const from = start * BLOCK;
      for (let at = 0; at < length; at += 1) all[end++] = secretText[from + at] ?? 0;
      return all.subarray(begin, end);
    });
  };
  // The key stream of counter mode is the encrypted counters: one cipher makes it for all of them.
  const blocks = createCipheriv('aes-256-ecb', sealKey, null).setAutoPadding(false);
  const unsealAll: HandleKeys['unsealAll'] = (sealed) => {
    let count = 0;
    for (const one of sealed) {
      if (one.length < HEAD + CHECK_BYTES) throw new Error('a sealed value that is too short');
      count += blocksOf(one);
    }
    // As with sealing, all of them in one piece of memory, byte by byte.
    const counters = Buffer.allocUnsafe(count * BLOCK);
    let end = 0;
    for (const one of sealed) {
      const first = one.readUInt32BE(NONCE_BYTES);
      for (let block = 0; block < blocksOf(one); block += 1) {
        for (let at = 0; at < NONCE_BYTES; at += 1) counters[end++] = one[at] ?? 0;
        end = counters.writeUInt32BE(first + block, end);
      }
    }
    const stream = blocks.update(counters);
    let from = 0;
    return sealed.map((one) => {
      const length = one.length - HEAD;
      for (let at = 0; at < length; at += 1)
        stream[from + at] = (stream[from + at] ?? 0) ^ (one[HEAD + at] ?? 0);
      const to = from + length - CHECK_BYTES;
      const [high, low] = sumOf(stream, from, to);
      if (stream.readUInt32BE(to) !== high || stream.readUInt32BE(to + 4) !== low)
        throw new Error('a sealed value that was damaged, or sealed with another key');
      const key = stream.toString('utf8', from, to) as StoreKey;
      from += blocksOf(one) * BLOCK;
      return key;
    });
  };
  return {
    signing: signingKeyFrom(derive('journal signing')),
    // The number says how handles and sealed values are made: with another one, what is kept is read anew.
    keyId: derive('key id 3').toString('base64url'),
    session,
    seal: (key) => sealAll([key])[0] ?? Buffer.alloc(0),
    sealAll,
    unseal: (sealed) => unsealAll([sealed])[0] ?? ('' as StoreKey),
    unsealAll,
    fingerprint,
    accountId: (id) => short('account', id) as AccountId,
    eventId: (id, generation) =>
      short('event', generation === 0 ? id : `${id}~${String(generation)}`) as EventId,
  };
}

/** Blocks of the key stream that a sealed value takes. */
const blocksOf = (sealed: Buffer): number => Math.ceil((sealed.length - HEAD) / BLOCK);

const [FNV, FNV_TOO] = [0x01000193, 0x85ebca6b];

/**
 * Two sums of bytes in the manner of FNV-1a, begun with secret numbers. A byte that differs changes both; a HMAC for
 * each of ten thousand keys would be a sixth of what ending their sessions takes.
 */
function keyedSum(secret: Buffer): (bytes: Buffer, start: number, end: number) => readonly [number, number] {
  const [one, other] = [secret.readUInt32BE(0), secret.readUInt32BE(4)];
  return (bytes, start, end) => {
    let [high, low] = [one, other];
    for (let at = start; at < end; at += 1) {
      const byte = bytes[at] ?? 0;
      high = Math.imul(high ^ byte, FNV);
      low = Math.imul(low ^ byte, FNV_TOO);
    }
    return [high >>> 0, low >>> 0];
  };
}

/** Start of the key stream: the nonce and the number of the first block, as in GCM. */
function counter(nonce: Buffer, block: number): Buffer {
  const iv = Buffer.alloc(BLOCK);
  nonce.copy(iv);
  iv.writeUInt32BE(block, NONCE_BYTES);
  return iv;
}

const PAD = 64;
const DIGEST = 32;
/** Bytes; a password's hash and what it is for. */
const SHORT_TEXT = 1_024;

/** HMAC-SHA256 of texts under any key as base64url, in two hashes where the text is short. */
function printer(key: Buffer): (text: string) => string {
  const padded = Buffer.concat([key], PAD);
  const inner = Buffer.alloc(PAD + SHORT_TEXT);
  inner.set(padded.map((byte) => byte ^ 0x36));
  const outer = Buffer.alloc(PAD + DIGEST);
  outer.set(padded.map((byte) => byte ^ 0x5c));
  return (text) => {
    // UTF-8 takes at most three bytes for a UTF-16 unit.
    if (text.length * 3 > SHORT_TEXT) return createHmac('sha256', key).update(text).digest('base64url');
    const length = inner.write(text, PAD);
    outer.write(hash('sha256', inner.subarray(0, PAD + length), 'binary'), PAD, 'latin1');
    return hash('sha256', outer, 'base64url');
  };
}

/**
 * HMAC-SHA256 (RFC 2104) of texts under one key, the first 192 bits as base64url. Twice a hash of one piece is
 * several times as fast as an Hmac object for each text; the key is ASCII, so that its inner pad is text as well.
 */
function fastHmac(key: string): (text: string) => string {
  const bytes = Buffer.alloc(PAD);
  bytes.write(key, 0, 'latin1');
  const inner = bytes.map((byte) => byte ^ 0x36).toString();
  const outer = Buffer.alloc(PAD + DIGEST);
  outer.set(bytes.map((byte) => byte ^ 0x5c));
  return (text) => {
    outer.write(hash('sha256', inner + text, 'binary'), PAD, 'latin1');
    return hash('sha256', outer, 'base64url').slice(0, HANDLE_LENGTH);
  };
}
