import type { ListedColumns, ListedIndex } from './listed-file.ts';
import { halvesOf } from './halves.ts';

const ownOrNext = (bits: number): number => 2 ** Math.max(4, Math.ceil(Math.log2(bits + 1)));

/**
 * Finds listed sessions by handle and by owner, in memory: some 32 bytes a session. Numbers begin at 1, in the order
 * of the listing.
 */
export class ListedPlaces {
  readonly count: number;
  /** Numbers of sessions that the listing named again later: the later reading counts. */
  readonly repeated: readonly number[];
  readonly #columns: ListedColumns;
  /** Number by handle: open addressing. */
  readonly #table: Uint32Array;
  /** First number of a chain by owner, and the number after each. */
  readonly #heads: Uint32Array;
  readonly #next: Uint32Array;
  readonly #masked: readonly number[];

  constructor({ count, columns }: Pick<ListedIndex, 'count' | 'columns'>) {
    this.count = count;
    this.#columns = columns;
    this.#table = new Uint32Array(ownOrNext(count * 1.5));
    this.#heads = new Uint32Array(ownOrNext(count / 2));
    this.#next = new Uint32Array(count + 1);
    const repeated: number[] = [];
    const masked: number[] = [];
    const { high, low, owner, via } = columns;
    const { length } = this.#heads;
    for (let at = 0; at < count; at += 1) {
      const slot = this.#slot(high[at] ?? 0, low[at] ?? 0);
      const before = this.#table[slot] ?? 0;
      if (before !== 0) repeated.push(before);
      this.#table[slot] = at + 1;
      const chain = (owner[at] ?? 0) & (length - 1);
      this.#next[at + 1] = this.#heads[chain] ?? 0;
      this.#heads[chain] = at + 1;
      if (via[at] !== 0) masked.push(at + 1);
    }
    this.repeated = repeated;
    this.#masked = masked;
  }

  /** Number of the session with this handle (its sixty bits); 0 when there is none. */
  find(id: string): number {
    const [high, low] = halvesOf(id);
    return this.#table[this.#slot(high, low)] ?? 0;
  }

  /** Numbers of sessions that may be this owner's (see `ownerHash`), the latest first. */
  *ofOwner(hash: number): Generator<number> {
    const owners = this.#columns.owner;
    let n = this.#heads[hash & (this.#heads.length - 1)] ?? 0;
    for (; n !== 0; n = this.#next[n] ?? 0) if (owners[n - 1] === hash) yield n;
  }

  /** Numbers of sessions that this account may run as another. */
  ofVia(hash: number): readonly number[] {
    return this.#masked.filter((n) => this.#columns.via[n - 1] === hash);
  }

  /** Where the handle is in the table, or would be. */
  #slot(high: number, low: number): number {
    const mask = this.#table.length - 1;
    let slot = (high ^ Math.imul(low, 0x9e3779b1)) & mask;
    for (;;) {
      const n = this.#table[slot] ?? 0;
      if (n === 0 || (this.#columns.high[n - 1] === high && this.#columns.low[n - 1] === low)) return slot;
      slot = (slot + 1) & mask;
    }
  }
}
