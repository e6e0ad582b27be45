const CHUNK_BITS = 15;

/** A set of small integers, a bit each: a million keys that follow each other take an eighth of a megabyte. */
export class KeySet {
  readonly #chunks = new Map<number, Uint8Array>();

  add(key: number): void {
    const at = Math.floor(key / 2 ** CHUNK_BITS);
    let chunk = this.#chunks.get(at);
    if (chunk === undefined) this.#chunks.set(at, (chunk = new Uint8Array(2 ** CHUNK_BITS / 8)));
    const bit = key % 2 ** CHUNK_BITS;
    chunk[bit >> 3] = (chunk[bit >> 3] ?? 0) | (1 << (bit & 7));
  }
  has(key: number): boolean {
    const bit = key % 2 ** CHUNK_BITS;
    const byte = this.#chunks.get(Math.floor(key / 2 ** CHUNK_BITS))?.[bit >> 3] ?? 0;
    return (byte & (1 << (bit & 7))) !== 0;
  }
}
