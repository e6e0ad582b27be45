const LEAST = 1_024;

/**
 * Keys of rows by hashes of 32 bits, as many rows to a hash as there are: open addressing over whole numbers, at
 * most 32 bytes a row, and nothing for the collector of garbage to look at.
 */
export class EventKeys {
  /** Pairs of hash and key; key nought: free. At most half of them are taken. */
  #slots = new Int32Array(2 * LEAST);
  #shift = 32 - Math.log2(LEAST);
  #held = 0;

  /** @param key from 1 to 2³¹ − 1 */
  add(hash: number, key: number): void {
    if (2 * (this.#held + 1) > this.#slots.length / 2) this.#grow();
    if (this.#put(hash, key)) this.#held += 1;
  }

  /** Whether a row with this hash is one that is looked for; `is` is asked for each of them until it says so. */
  some(hash: number, is: (key: number) => boolean): boolean {
    const slots = this.#slots;
    const mask = slots.length - 1;
    for (let at = (hash >>> this.#shift) << 1; ; at = (at + 2) & mask) {
      const key = slots[at + 1] ?? 0;
      if (key === 0) return false;
      if (slots[at] === hash && is(key)) return true;
    }
  }

  /** False: it is here. */
  #put(hash: number, key: number): boolean {
    const slots = this.#slots;
    const mask = slots.length - 1;
    let at = (hash >>> this.#shift) << 1;
    for (; slots[at + 1] !== 0; at = (at + 2) & mask)
      if (slots[at] === hash && slots[at + 1] === key) return false;
    slots[at] = hash;
    slots[at + 1] = key;
    return true;
  }

  #grow(): void {
    const before = this.#slots;
    this.#slots = new Int32Array(before.length * 2);
    this.#shift -= 1;
    for (let at = 0; at < before.length; at += 2) {
      const key = before[at + 1] ?? 0;
      if (key !== 0) this.#put(before[at] ?? 0, key);
    }
  }
}
