/** Keys of rows, or other whole numbers, in an order, four bytes each: a million of them are 4 MB. */
export interface GrowingKeys {
  readonly length: () => number;
  push(key: number): void;
  /** @returns the keys from `from` up to and without `to`, as far as there are any */
  slice(from: number, to: number): readonly number[];
  readonly all: () => Uint32Array;
  /** Takes these out wherever they stand; what follows moves up. */
  drop(gone: ReadonlySet<number>): void;
  /** Gives back what was reserved for more. */
  trim(): void;
}

const FIRST = 1_024;

/** @throws RangeError for a key that is no row number below 2³² */
export function growingKeys(): GrowingKeys {
  let keys = new Uint32Array(FIRST);
  let length = 0;
  return {
    length: () => length,
    push: (key) => {
      if (key > 0xff_ff_ff_ff) throw new RangeError(`key ${String(key)} has no room in a list of keys`);
      if (length === keys.length) {
        const more = new Uint32Array(length * 2);
        more.set(keys);
        keys = more;
      }
      keys[length] = key;
      length += 1;
    },
    slice: (from, to) => Array.from(keys.subarray(from, Math.min(to, length))),
    // A copy of the length that is used: what was reserved for more would be sent along with a view.
    all: () => keys.slice(0, length),
    drop: (gone) => {
      let kept = 0;
      for (let index = 0; index < length; index += 1) {
        const key = keys[index] ?? 0;
        if (gone.has(key)) continue;
        keys[kept] = key;
        kept += 1;
      }
      length = kept;
    },
    trim: () => {
      keys = keys.slice(0, length);
    },
  };
}
