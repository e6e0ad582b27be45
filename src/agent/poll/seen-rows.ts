/** One bit for each row number up to a highest: which rows of a mirror a listing named. */
export interface SeenRows {
  mark(n: number): void;
  /** Row numbers above the highest were made after the listing began and count as seen. */
  has(n: number): boolean;
}

export function seenRows(highest: number): SeenRows {
  const bits = new Uint8Array(Math.ceil((highest + 1) / 8));
  return {
    mark(n) {
      if (n <= highest) bits[n >> 3] = (bits[n >> 3] ?? 0) | (1 << (n & 7));
    },
    has: (n) => n > highest || ((bits[n >> 3] ?? 0) & (1 << (n & 7))) !== 0,
  };
}
