/** So many bits that of a hundred absent hashes six are taken for present when a segment is as large as it gets. */
const BITS = 24;
const WORDS = 2 ** (BITS - 5);

/** Says of a hash of 32 bits that it is certainly absent, or may be present; two megabytes however many there are. */
export class HashFilter {
  readonly #bits = new Int32Array(WORDS);

  add(hash: number): void {
    const at = hash >>> (32 - BITS);
    this.#bits[at >> 5] = (this.#bits[at >> 5] ?? 0) | (1 << (at & 31));
  }
  has(hash: number): boolean {
    const at = hash >>> (32 - BITS);
    return ((this.#bits[at >> 5] ?? 0) & (1 << (at & 31))) !== 0;
  }
}
