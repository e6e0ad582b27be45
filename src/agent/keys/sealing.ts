import { createCipheriv, randomBytes } from 'node:crypto';
import type { StoreKey } from '../stores/store-adapter.ts';

// A sealed key: nonce, number of the first block of the key stream (32 bits), and encrypted (AES-256 in counter mode)
// the key's UTF-8 and a keyed sum of it.

const NONCE_BYTES = 12;
const BLOCK = 16;
const HEAD = NONCE_BYTES + 4;
/** Behind the text, encrypted with it: says whether what was decrypted is what was sealed. */
const CHECK_BYTES = 8;
const [FNV, FNV_TOO] = [0x01000193, 0x85ebca6b];

/** Keys of a store that lie as UTF-8 in one piece of memory. */
export interface KeyPage {
  readonly bytes: Buffer;
  readonly count: number;
  startOf(index: number): number;
  endOf(index: number): number;
}

/** The same sealed, each to be written where it is wanted. */
export class SealedPage {
  readonly #nonce: Buffer;
  readonly #text: Buffer;
  /** Block in which each begins, and bytes of each with its sum. */
  readonly #blocks: Uint32Array;
  readonly #lengths: Uint32Array;

  constructor(nonce: Buffer, text: Buffer, blocks: Uint32Array, lengths: Uint32Array) {
    this.#nonce = nonce;
    this.#text = text;
    this.#blocks = blocks;
    this.#lengths = lengths;
  }

  lengthOf(index: number): number {
    return HEAD + (this.#lengths[index] ?? 0);
  }

  /** Returns where it ends. Byte by byte: a listing seals a million, and each call of the runtime costs more. */
  put(index: number, into: Buffer, start: number): number {
    const nonce = this.#nonce;
    const text = this.#text;
    const block = this.#blocks[index] ?? 0;
    const length = this.#lengths[index] ?? 0;
    for (let at = 0; at < NONCE_BYTES; at += 1) into[start + at] = nonce[at] ?? 0;
    const end = into.writeUInt32BE(block, start + NONCE_BYTES);
    for (let at = 0; at < length; at += 1) into[end + at] = text[block * BLOCK + at] ?? 0;
    return end + length;
  }
}

export interface Sealing {
  /** Encrypts keys with one cipher for all of them. */
  readonly sealPage: (page: KeyPage) => SealedPage;
  readonly sealAll: (keys: readonly StoreKey[]) => readonly Buffer[];
  /** @throws Error when one was sealed with another key or damaged. */
  readonly unsealAll: (sealed: readonly Buffer[]) => readonly StoreKey[];
}

/** @param sums secret numbers that the sums begin with */
export function createSealing(key: Buffer, sums: Buffer): Sealing {
  const sumOf = keyedSum(sums);
  const sealPage = (page: KeyPage): SealedPage => {
    const { bytes, count } = page;
    const blocks = new Uint32Array(count);
    const lengths = new Uint32Array(count);
    let all = 0;
    for (let index = 0; index < count; index += 1) {
      const length = page.endOf(index) - page.startOf(index) + CHECK_BYTES;
      blocks[index] = all;
      lengths[index] = length;
      all += Math.ceil(length / BLOCK);
    }
    const plain = Buffer.alloc(all * BLOCK);
    for (let index = 0; index < count; index += 1) {
      const start = page.startOf(index);
      const end = page.endOf(index);
      const to = (blocks[index] ?? 0) * BLOCK;
      for (let at = start; at < end; at += 1) plain[to + at - start] = bytes[at] ?? 0;
      const [high, low] = sumOf(bytes, start, end);
      plain.writeUInt32BE(low, plain.writeUInt32BE(high, to + end - start));
    }
    const nonce = randomBytes(NONCE_BYTES);
    const text = createCipheriv('aes-256-ctr', key, counter(nonce, 0)).update(plain);
    return new SealedPage(nonce, text, blocks, lengths);
  };
  // The key stream of counter mode is the encrypted counters: one cipher makes it for all of them.
  const cipher = createCipheriv('aes-256-ecb', key, null).setAutoPadding(false);
  return {
    sealPage,
    sealAll(keys) {
      const sealed = sealPage(pageOf(keys));
      const bytes = keys.map((_, index) => Buffer.allocUnsafe(sealed.lengthOf(index)));
      for (const [index, one] of bytes.entries()) sealed.put(index, one, 0);
      return bytes;
    },
    unsealAll(sealed) {
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
        const blocks = blocksOf(one);
        for (let block = first; block < first + blocks; block += 1) {
          for (let at = 0; at < NONCE_BYTES; at += 1) counters[end + at] = one[at] ?? 0;
          putNumber(counters, end + NONCE_BYTES, block);
          end += BLOCK;
        }
      }
      const stream = cipher.update(counters);
      let from = 0;
      const keys: StoreKey[] = [];
      for (const one of sealed) {
        const to = from + one.length - HEAD - CHECK_BYTES;
        let all = 0;
        for (let at = from, read = HEAD; read < one.length; at += 1, read += 1) {
          const byte = (stream[at] ?? 0) ^ (one[read] ?? 0);
          stream[at] = byte;
          if (at < to) all |= byte;
        }
        const [high, low] = sumOf(stream, from, to);
        if (stream.readUInt32BE(to) !== high || stream.readUInt32BE(to + 4) !== low)
          throw new Error('a sealed value that was damaged, or sealed with another key');
        // What is ASCII alone is read in a sixth of the time.
        keys.push(
          (all < 0x80 ? stream.toString('latin1', from, to) : stream.toString('utf8', from, to)) as StoreKey,
        );
        from += blocksOf(one) * BLOCK;
      }
      return keys;
    },
  };
}

function pageOf(keys: readonly StoreKey[]): KeyPage {
  const bytes = Buffer.allocUnsafe(keys.reduce((sum, key) => sum + Buffer.byteLength(key), 0));
  let end = 0;
  const ends = keys.map((key) => (end += bytes.write(key, end)));
  return {
    bytes,
    count: keys.length,
    startOf: (index) => ends[index - 1] ?? 0,
    endOf: (index) => ends[index] ?? 0,
  };
}

/** Blocks of the key stream that a sealed value takes. */
const blocksOf = (sealed: Buffer): number => Math.ceil((sealed.length - HEAD) / BLOCK);

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

/** As `writeUInt32BE` does. */
function putNumber(into: Buffer, at: number, value: number): void {
  into[at] = value >>> 24;
  into[at + 1] = value >>> 16;
  into[at + 2] = value >>> 8;
  into[at + 3] = value;
}

/** Start of the key stream: the nonce and the number of the first block, as in GCM. */
function counter(nonce: Buffer, block: number): Buffer {
  const iv = Buffer.alloc(BLOCK);
  nonce.copy(iv);
  iv.writeUInt32BE(block, NONCE_BYTES);
  return iv;
}
