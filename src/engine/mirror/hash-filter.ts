/** Bits for each hash that is expected: of a hundred absent ones six are taken for present when all of them are here. */
const BITS_EACH = 16;
const LEAST_BITS = 10;
const MOST_BITS = 24;

/** Says of a hash of 32 bits that it is certainly absent, or may be present; two bytes for each that is expected. */
export class HashFilter {
  readonly #words: Int32Array;
  readonly #shift: number;

  /** @param expected hashes; with more it is right less often */
  constructor(expected: number) {
    const wanted = Math.ceil(Math.log2(Math.max(1, expected) * BITS_EACH));
    const bits = Math.min(MOST_BITS, Math.max(LEAST_BITS, wanted));
    this.#words = new Int32Array(2 ** (bits - 5));
    this.#shift = 32 - bits;
  }

  add(hash: number): void {
    const at = hash >>> this.#shift;
    this.#words[at >> 5] = (this.#words[at >> 5] ?? 0) | (1 << (at & 31));
  }
  has(hash: number): boolean {
    const at = hash >>> this.#shift;
    return ((this.#words[at >> 5] ?? 0) & (1 << (at & 31))) !== 0;
  }
}
