import type { KeyPage } from './sealing.ts';
import {
  BLOCK,
  BLOCK_WORDS,
  createSha256Lanes,
  DIGEST_WORDS,
  LANES,
  type Sha256Lanes,
} from './sha256-lanes.ts';

/** Bytes of a key that is, with its end mark and its length, one block. */
const SHORT_KEY = BLOCK - 9;
const END_MARK = 0x80;
const [INNER_PAD, OUTER_PAD] = [0x36, 0x5c];
/** States: where hashes begin, what is behind the two blocks that begin with the secret, what was hashed. */
const [START, INNER, OUTER, HASHED] = [0, 1, 2, 3];
/** A handle is so many bits of an HMAC, as base64url. */
const HANDLE_WORDS = 6;
const ALPHABET = Buffer.from('ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_', 'latin1');

/** Handles of a page of keys, each to be written where it is wanted. */
export class HandlePage {
  readonly #words: Uint32Array;

  constructor(words: Uint32Array) {
    this.#words = words;
  }

  /** The first sixty bits in two halves, see `halvesOf`. */
  high(index: number): number {
    return (this.#words[index * HANDLE_WORDS] ?? 0) >>> 2;
  }
  low(index: number): number {
    const at = index * HANDLE_WORDS;
    return (((this.#words[at] ?? 0) & 3) << 28) | ((this.#words[at + 1] ?? 0) >>> 4);
  }

  /** Writes its 32 characters. */
  put(index: number, into: Buffer, start: number): void {
    const words = this.#words;
    const at = index * HANDLE_WORDS;
    putSixteen(into, start, words[at] ?? 0, words[at + 1] ?? 0, words[at + 2] ?? 0);
    putSixteen(into, start + 16, words[at + 3] ?? 0, words[at + 4] ?? 0, words[at + 5] ?? 0);
  }
}

/** Three words are sixteen characters. */
function putSixteen(into: Buffer, at: number, one: number, two: number, three: number): void {
  into[at] = ALPHABET[one >>> 26] ?? 0;
  into[at + 1] = ALPHABET[(one >>> 20) & 63] ?? 0;
  into[at + 2] = ALPHABET[(one >>> 14) & 63] ?? 0;
  into[at + 3] = ALPHABET[(one >>> 8) & 63] ?? 0;
  into[at + 4] = ALPHABET[(one >>> 2) & 63] ?? 0;
  into[at + 5] = ALPHABET[((one & 3) << 4) | (two >>> 28)] ?? 0;
  into[at + 6] = ALPHABET[(two >>> 22) & 63] ?? 0;
  into[at + 7] = ALPHABET[(two >>> 16) & 63] ?? 0;
  into[at + 8] = ALPHABET[(two >>> 10) & 63] ?? 0;
  into[at + 9] = ALPHABET[(two >>> 4) & 63] ?? 0;
  into[at + 10] = ALPHABET[((two & 15) << 2) | (three >>> 30)] ?? 0;
  into[at + 11] = ALPHABET[(three >>> 24) & 63] ?? 0;
  into[at + 12] = ALPHABET[(three >>> 18) & 63] ?? 0;
  into[at + 13] = ALPHABET[(three >>> 12) & 63] ?? 0;
  into[at + 14] = ALPHABET[(three >>> 6) & 63] ?? 0;
  into[at + 15] = ALPHABET[three & 63] ?? 0;
}

/** Hashes the keys of a page that are shorter than a block into words of their handles, and leaves the others. */
type ShortHandles = (page: KeyPage, handles: Uint32Array) => void;

/** Four at once, by a program of our own (docs/decisions/0013-handles-four-at-a-time.md). */
function shortHandles(secret: Buffer, lanes: Sha256Lanes): ShortHandles {
  const { words } = lanes;
  const begin = (pad: number, state: number): void => {
    const block = Buffer.alloc(BLOCK, pad);
    for (const [index, byte] of secret.entries()) block[index] = byte ^ pad;
    for (let index = 0; index < BLOCK_WORDS; index += 1)
      words.fill(block.readInt32BE(4 * index), LANES * index, LANES * (index + 1));
    lanes.compress(START, state);
  };
  begin(INNER_PAD, INNER);
  begin(OUTER_PAD, OUTER);
  const hashed = lanes.state(HASHED);
  const lengthAt = LANES * (BLOCK_WORDS - 1);
  /** The second hash is of the first one. */
  const hash = (): void => {
    lanes.compress(INNER, HASHED);
    words.set(hashed);
    words.fill(END_MARK << 24, LANES * DIGEST_WORDS, LANES * (DIGEST_WORDS + 1));
    words.fill(0, LANES * (DIGEST_WORDS + 1), lengthAt);
    words.fill((BLOCK + 4 * DIGEST_WORDS) * 8, lengthAt);
    lanes.compress(OUTER, HASHED);
  };
  return (page, handles) => {
    const { bytes, count } = page;
    for (let first = 0; first < count; first += LANES) {
      const here = Math.min(LANES, count - first);
      for (let lane = 0; lane < here; lane += 1)
        putKey(words, lane, bytes, page.startOf(first + lane), page.endOf(first + lane));
      hash();
      for (let lane = 0; lane < here; lane += 1) {
        const at = (first + lane) * HANDLE_WORDS;
        for (let word = 0; word < HANDLE_WORDS; word += 1)
          handles[at + word] = hashed[LANES * word + lane] ?? 0;
      }
    }
  };
}

/** Keys that a program of our own has to hash as the runtime does before it is used: every end of a word and of a block. */
const PROVEN_BY = [0, 1, 2, 3, 4, 5, 31, 32, SHORT_KEY - 1, SHORT_KEY].map((length) =>
  Buffer.from(Array.from({ length }, (_, index) => (37 * index + length) & 0xff)),
);

function isProven(short: ShortHandles, ofKey: (key: Buffer) => string): boolean {
  const bytes = Buffer.concat(PROVEN_BY);
  const ends = PROVEN_BY.map((_, index) => Buffer.concat(PROVEN_BY.slice(0, index + 1)).length);
  const handles = new Uint32Array(PROVEN_BY.length * HANDLE_WORDS);
  short(
    {
      bytes,
      count: PROVEN_BY.length,
      startOf: (index) => ends[index - 1] ?? 0,
      endOf: (index) => ends[index] ?? 0,
    },
    handles,
  );
  const expected = new Uint32Array(handles.length);
  for (const [index, key] of PROVEN_BY.entries()) putHandle(expected, index, ofKey(key));
  return expected.every((word, index) => word === handles[index]);
}

function putHandle(handles: Uint32Array, index: number, hmac: string): void {
  const digest = Buffer.from(hmac, 'base64url');
  for (let word = 0; word < HANDLE_WORDS; word += 1)
    handles[index * HANDLE_WORDS + word] = digest.readUInt32BE(4 * word);
}

/**
 * HMAC-SHA-256 (RFC 2104) of a page of keys, four at once. Where the processor has no vectors of that size, or what comes
 * out is not what the runtime makes, the runtime makes every one of them: a session would lose its name otherwise.
 * @param secret up to 64 bytes
 * @param ofKey the same HMAC of one key, as base64url
 */
export function createHandlePages(
  secret: Buffer,
  ofKey: (key: Buffer) => string,
  makeLanes: (states: number) => Sha256Lanes = createSha256Lanes,
): (page: KeyPage) => HandlePage {
  let short: ShortHandles | null = null;
  try {
    short = shortHandles(secret, makeLanes(4));
    if (!isProven(short, ofKey)) short = null;
  } catch {
    // WebAssembly refuses a program that the processor cannot run.
  }
  return (page) => {
    const { bytes, count } = page;
    const handles = new Uint32Array(count * HANDLE_WORDS);
    short?.(page, handles);
    for (let index = 0; index < count; index += 1) {
      const [start, end] = [page.startOf(index), page.endOf(index)];
      if (short !== null && end - start <= SHORT_KEY) continue;
      putHandle(handles, index, ofKey(bytes.subarray(start, end)));
    }
    return new HandlePage(handles);
  };
}

/** The block of a key, behind the block of the secret, in one lane; of a long one, only its beginning. */
function putKey(words: Int32Array, lane: number, bytes: Buffer, start: number, end: number): void {
  const length = Math.min(end - start, SHORT_KEY);
  const whole = length >> 2;
  let at = start;
  for (let index = 0; index < whole; index += 1) {
    words[LANES * index + lane] =
      ((bytes[at] ?? 0) << 24) |
      ((bytes[at + 1] ?? 0) << 16) |
      ((bytes[at + 2] ?? 0) << 8) |
      (bytes[at + 3] ?? 0);
    at += 4;
  }
  let last = 0;
  for (let shift = 24, left = length & 3; ; shift -= 8, left -= 1) {
    last |= (left > 0 ? (bytes[at] ?? 0) : END_MARK) << shift;
    if (left === 0) break;
    at += 1;
  }
  words[LANES * whole + lane] = last;
  for (let index = whole + 1; index < BLOCK_WORDS - 1; index += 1) words[LANES * index + lane] = 0;
  words[LANES * (BLOCK_WORDS - 1) + lane] = (BLOCK + length) * 8;
}
