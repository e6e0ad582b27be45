import type { Statement } from 'better-sqlite3';
import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import type { Db } from '../database.ts';
import type { Meta } from '../meta.ts';
import type { MirroredSession } from '../mirrored-session.ts';
import { ownerHash } from './bulk-room.ts';
import { ListedFile, placeOf, type ListedEntry, type ListedIndex } from './listed-file.ts';
import { ListedPlaces } from './listed-places.ts';
import { ListedRow, recordOf } from './listed-row.ts';

/** Name of the file that holds the listing, in the database's `meta`. */
const LISTED = 'listed';
const NAME = /^listing-[\w-]+\.sessions$/;
const BLOCK_BYTES = 1024 * 1024;
/** Numbers that are written down together. */
const MOST_LEFT = 5_000;

interface Held {
  readonly file: ListedFile;
  readonly index: ListedIndex;
  readonly places: ListedPlaces;
  /** One bit for each number: it ended, or lies in the database by now. */
  readonly left: Uint8Array;
  alive: number;
}

export interface ListedMark {
  readonly leaving: number;
  readonly flushed: number;
}

/**
 * Sessions that the first listing found and that nothing happened to since. Each has its number, below those of the
 * database's own rows.
 */
export class ListedSessions {
  readonly #db: Db;
  readonly #folder: string;
  readonly #meta: Meta;
  readonly #left: Statement<[string]>;
  #held: Held | null = null;
  /** Left in this transaction: taken back when it fails. */
  #leaving: number[] = [];
  /** How many of these are written down. */
  #flushed = 0;
  #depth = 0;

  constructor(db: Db, folder: string, meta: Meta) {
    this.#db = db;
    this.#folder = folder;
    this.#meta = meta;
    this.#left = db.prepare<[string]>('INSERT INTO listed_left_together (numbers) VALUES (?)');
  }

  /** Opens what the database says was listed, and removes the remains of others. False when it is damaged or gone. */
  open(): boolean {
    const name = this.#meta.get(LISTED);
    this.#sweep(name);
    if (name === null) return true;
    const file = openFile(join(this.#folder, name));
    const index = file?.index() ?? null;
    if (file === null || index === null) {
      file?.close();
      return false;
    }
    this.#hold(file, index);
    return true;
  }

  /** Takes over what was listed, in place of everything before. */
  adopt(name: string, index: ListedIndex): void {
    const held = this.#hold(new ListedFile(join(this.#folder, name)), index);
    this.#db
      .transaction(() => {
        this.#meta.set(LISTED, name);
        for (const n of held.places.repeated) this.leave(n);
        this.flush();
      })
      .immediate();
    this.#forget();
    this.#sweep(name);
  }

  /** Forgets the listing; its file goes when another takes its place. */
  clear(): void {
    this.#db.exec('DELETE FROM listed_left_together');
    this.#meta.delete(LISTED);
    this.close();
    this.#held = null;
    this.#forget();
  }

  close(): void {
    this.#held?.file.close();
  }

  get alive(): number {
    return this.#held?.alive ?? 0;
  }

  /** When the listing was made: all of it was first seen then. Null when there is none. */
  get listedAt(): number | null {
    return this.#held?.index.listedAt ?? null;
  }

  get highest(): number {
    return this.#held?.index.count ?? 0;
  }

  has(n: number): boolean {
    const held = this.#held;
    return held !== null && n >= 1 && n <= held.index.count && !isSet(held.left, n);
  }

  /** Number of the live session with this handle; undefined when there is none. */
  find(id: string): number | undefined {
    const n = this.#held?.places.find(id) ?? 0;
    return n !== 0 && this.has(n) ? n : undefined;
  }

  /** Whether it is this account's and nobody is behind it, as far as can be told without reading it. */
  isOf(n: number, account: string | null): boolean {
    const columns = this.#held?.index.columns;
    return columns?.via[n - 1] === 0 && columns.owner[n - 1] === ownerHash(account);
  }

  read(n: number): MirroredSession | undefined {
    const held = this.#held;
    if (held === null || !this.has(n)) return undefined;
    const [from, to] = placeOf(held.index, n - 1);
    return toRow(n, ownOf(held.file.one(from, to)), held.index);
  }

  /** Live ones with these numbers, which rise. */
  rows(numbers: readonly number[]): readonly MirroredSession[] {
    const held = this.#held;
    if (held === null) return [];
    const { file, index } = held;
    const live = numbers.filter((n) => this.has(n));
    const entries = file.several(live.map((n) => placeOf(index, n - 1)));
    return entries.map((entry, at) => toRow(live[at] ?? 0, entry, index));
  }

  /** Live ones above a number, in order of number. */
  after(n: number, limit: number): readonly MirroredSession[] {
    const held = this.#held;
    const rows: MirroredSession[] = [];
    if (held === null) return rows;
    const { count } = held.index;
    for (let first = n + 1; first <= count && rows.length < limit;) {
      const last = lastOfBlock(held.index, first, limit);
      let at = first;
      for (const entry of held.file.between(...spanOf(held.index, first, last))) {
        if (!isSet(held.left, at) && rows.length < limit) rows.push(toRow(at, ownOf(entry), held.index));
        at += 1;
      }
      first = last + 1;
    }
    return rows;
  }

  /** Numbers above one up to another that are alive and pass. */
  numbers(after: number, to: number, wanted: (n: number) => boolean): readonly number[] {
    const found: number[] = [];
    for (let n = after + 1; n <= to; n += 1) if (this.has(n) && wanted(n)) found.push(n);
    return found;
  }

  byAccount(account: string): readonly MirroredSession[] {
    return this.#rows(this.#held?.places.ofOwner(ownerHash(account)) ?? [], (row) => row.account === account);
  }

  byVia(account: string): readonly MirroredSession[] {
    return this.#rows(this.#held?.places.ofVia(ownerHash(account)) ?? [], (row) => row.via === account);
  }

  /**
   * The records as they are now, through a file handle of their own; those that leave later are still in it.
   * @param owners only of these accounts, or run by them; null: all
   */
  snapshot(owners: ReadonlySet<string> | null): { records(): Generator<string>; close(): void } {
    const held = this.#held;
    const name = this.#meta.get(LISTED);
    if (held === null || name === null) return { *records() {}, close: () => undefined };
    const file = new ListedFile(join(this.#folder, name));
    const close = (): void => file.close();
    if (owners === null) {
      const left = Uint8Array.from(held.left);
      return { records: () => recordsOf(file, held.index, left), close };
    }
    const numbers = new Set<number>();
    for (const account of owners)
      for (const row of [...this.byAccount(account), ...this.byVia(account)]) numbers.add(row.n);
    const records = function* (): Generator<string> {
      for (const n of numbers)
        for (const entry of file.between(...placeOf(held.index, n - 1))) yield recordOf(entry);
    };
    return { records, close };
  }

  /** It ended, or is written into the database. Within a transaction, which ends with `flush`. */
  leave(n: number): void {
    const held = this.#held;
    if (held === null || !this.has(n)) return;
    held.left[n >> 3] = (held.left[n >> 3] ?? 0) | (1 << (n & 7));
    held.alive -= 1;
    this.#leaving.push(n);
    if (this.#depth === 0) this.flush();
  }

  /** A transaction begins: what `rollback` goes back to. `exit` follows. */
  enter(): ListedMark {
    this.#depth += 1;
    return { leaving: this.#leaving.length, flushed: this.#flushed };
  }

  /** It is over; with the outermost one nothing can be taken back any more. */
  exit(): void {
    this.#depth -= 1;
    if (this.#depth === 0) this.#forget();
  }

  /** Writes down who left; the last thing in a transaction. */
  flush(): void {
    for (; this.#flushed < this.#leaving.length;) {
      const from = this.#flushed;
      this.#flushed = Math.min(from + MOST_LEFT, this.#leaving.length);
      this.#left.run(JSON.stringify(this.#leaving.slice(from, this.#flushed)));
    }
  }

  rollback({ leaving, flushed }: ListedMark): void {
    this.#flushed = Math.min(this.#flushed, flushed);
    for (const n of this.#leaving.splice(leaving)) {
      const held = this.#held;
      if (held === null) return;
      held.left[n >> 3] = (held.left[n >> 3] ?? 0) & ~(1 << (n & 7));
      held.alive += 1;
    }
  }

  #forget(): void {
    this.#leaving = [];
    this.#flushed = 0;
  }

  /** Removes listings that nobody needs any more; one that is in use elsewhere can wait. */
  #sweep(kept: string | null): void {
    for (const name of readdirSync(this.#folder)) {
      if (!NAME.test(name) || name === kept) continue;
      try {
        rmSync(join(this.#folder, name), { force: true });
      } catch (error) {
        if (!(error instanceof Error && 'code' in error)) throw error;
      }
    }
  }

  #hold(file: ListedFile, index: ListedIndex): Held {
    const left = new Uint8Array((index.count >> 3) + 1);
    const held: Held = { file, index, left, places: new ListedPlaces(index), alive: index.count };
    const rows = this.#db.prepare<[], string>('SELECT numbers FROM listed_left_together').pluck().iterate();
    for (const n of numbersIn(rows)) {
      left[n >> 3] = (left[n >> 3] ?? 0) | (1 << (n & 7));
      held.alive -= 1;
    }
    this.#held = held;
    return held;
  }

  #rows(numbers: Iterable<number>, wanted: (row: MirroredSession) => boolean): readonly MirroredSession[] {
    const rows: MirroredSession[] = [];
    for (const n of numbers) {
      const row = this.read(n);
      if (row !== undefined && wanted(row)) rows.push(row);
    }
    return rows.reverse();
  }
}

/** Every number in some lists of them. */
function* numbersIn(lists: Iterable<string>): Generator<number> {
  for (const list of lists) yield* z.array(z.int().min(1)).parse(JSON.parse(list));
}

const isSet = (bits: Uint8Array, n: number): boolean => ((bits[n >> 3] ?? 0) & (1 << (n & 7))) !== 0;

function openFile(path: string): ListedFile | null {
  try {
    return new ListedFile(path);
  } catch {
    return null;
  }
}

function* recordsOf(file: ListedFile, index: ListedIndex, left: Uint8Array): Generator<string> {
  for (let first = 1; first <= index.count;) {
    const last = lastOfBlock(index, first);
    let n = first;
    for (const entry of file.between(...spanOf(index, first, last))) {
      if (!isSet(left, n)) yield recordOf(entry);
      n += 1;
    }
    first = last + 1;
  }
}

/** The last number that is read in one piece with the first. */
function lastOfBlock(index: ListedIndex, first: number, limit = Number.POSITIVE_INFINITY): number {
  const [start] = placeOf(index, first - 1);
  let last = first;
  while (last < index.count && last - first + 1 < limit && placeOf(index, last)[1] - start <= BLOCK_BYTES)
    last += 1;
  return last;
}

const spanOf = (index: ListedIndex, first: number, last: number): readonly [number, number] => [
  placeOf(index, first - 1)[0],
  placeOf(index, last - 1)[1],
];

/** The entry in memory of its own, which holds. */
const ownOf = ({ bytes, at, end }: ListedEntry): ListedEntry => ({
  bytes: Buffer.from(bytes.subarray(at, end)),
  at: 0,
  end: end - at,
});

function toRow(n: number, entry: ListedEntry, { listedAt, columns }: ListedIndex): MirroredSession {
  return new ListedRow(n, entry, listedAt, columns.via[n - 1] !== 0);
}
