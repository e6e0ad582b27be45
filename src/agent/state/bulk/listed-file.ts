import { closeSync, fstatSync, fsyncSync, openSync, readSync, writeSync } from 'node:fs';
import type { EpochMs } from '#shared/domain/units.ts';
import type { HandleKeys } from '../../keys/handle-keys.ts';
import type { HandlePage } from '../../keys/handle-page.ts';
import type { KeyPage, SealedPage } from '../../keys/sealing.ts';
import type { BulkRoom } from './bulk-room.ts';
import { roomForRecord, writeRecord } from './record-bytes.ts';

// The file: a head; one entry a session; columns of numbers; a foot. It is written once and never changed.
//   head   magic (8), when it was listed as a double (8)
//   entry  bytes of facts (u32), bytes of the sealed key (u32), handle (32), sealed key, facts, blanks up to four
//   column of u32 for every session: two shorts of its handle, its owner, who is behind it, where its entry begins (÷ 4)
//   foot   magic (8), sessions (u32), 0 (u32)

const HEAD = Buffer.from('wf-list1', 'latin1');
const FOOT = Buffer.from('wf-ends1', 'latin1');
const HEAD_BYTES = 16;
const FOOT_BYTES = 16;
const ENTRY_BYTES = 8;
const HANDLE_BYTES = 32;
const UNIT = 4;
const COLUMNS = ['high', 'low', 'owner', 'via', 'start'] as const;
const CHUNK_BYTES = 1024 * 1024;
const AHEAD_BYTES = 64 * 1024;
/** An entry that begins this close behind the last one is read with what follows it as well. */
const NEAR_BYTES = 2 * 1024;

type Numbers = Uint32Array<ArrayBuffer>;
/** Numbers of every listed session, by position. */
export type ListedColumns = Readonly<Record<(typeof COLUMNS)[number], Numbers>>;

/** A complete file: what is in it and where. */
export interface ListedIndex {
  readonly count: number;
  readonly columns: ListedColumns;
  /** Where the last entry ends. */
  readonly end: number;
  readonly listedAt: number;
}

/** Where an entry lies: its parts are read as far as somebody asks. */
export interface ListedEntry {
  readonly bytes: Buffer;
  readonly at: number;
  readonly end: number;
}

export const idIn = ({ bytes, at }: ListedEntry): string =>
  bytes.toString('latin1', at + ENTRY_BYTES, at + ENTRY_BYTES + HANDLE_BYTES);

/** The sealed key, as part of the entry's memory. */
export const sealedIn = (entry: ListedEntry): Buffer =>
  entry.bytes.subarray(entry.at + ENTRY_BYTES + HANDLE_BYTES, factsAt(entry));

/** Where the facts begin: the wire record, less the brace and the handle it begins with. */
export const factsAt = ({ bytes, at }: ListedEntry): number =>
  at + ENTRY_BYTES + HANDLE_BYTES + bytes.readUInt32LE(at + 4);

/** Writes the sessions of a first listing one after the other, in the order they come. */
export class ListedFileWriter {
  readonly #file: number;
  readonly #keys: HandleKeys;
  readonly #listedAt: EpochMs;
  readonly #columns: Record<(typeof COLUMNS)[number], Numbers>;
  #chunk = Buffer.allocUnsafe(2 * CHUNK_BYTES);
  #filled = 0;
  #position = 0;
  #count = 0;

  /** @param path must not exist yet */
  constructor(path: string, keys: HandleKeys, listedAt: EpochMs) {
    this.#file = openSync(path, 'wx', 0o600);
    this.#keys = keys;
    this.#listedAt = listedAt;
    const empty = (): Numbers => new Uint32Array(1 << 16);
    this.#columns = { high: empty(), low: empty(), owner: empty(), via: empty(), start: empty() };
    const head = Buffer.alloc(HEAD_BYTES);
    HEAD.copy(head);
    head.writeDoubleLE(listedAt, HEAD.length);
    this.#put(head);
  }

  write(room: BulkRoom, count: number): void {
    const keys: KeyPage = {
      bytes: room.text,
      count,
      startOf: (session) => room.startOf(session),
      endOf: (session) => room.endOf(session, 0),
    };
    const [sealed, handles] = [this.#keys.sealPage(keys), this.#keys.sessionsOf(keys)];
    for (let at = 0; at < count; at += 1) this.#add(sealed, handles, room, at);
  }

  /** Ends the file and sees it to the disk. */
  finish(): ListedIndex {
    const end = this.#position + this.#filled;
    const count = this.#count;
    const columns = Object.fromEntries(
      COLUMNS.map((name) => [name, this.#columns[name].subarray(0, count)]),
    ) as ListedColumns;
    this.#flush();
    for (const name of COLUMNS) this.#writeAll(bytesOf(columns[name]));
    const foot = Buffer.alloc(FOOT_BYTES);
    FOOT.copy(foot);
    foot.writeUInt32LE(count, FOOT.length);
    this.#writeAll(foot);
    fsyncSync(this.#file);
    closeSync(this.#file);
    return { count, columns, end, listedAt: this.#listedAt };
  }

  #add(sealed: SealedPage, handles: HandlePage, room: BulkRoom, session: number): void {
    const sealedBytes = sealed.lengthOf(session);
    const most = ENTRY_BYTES + HANDLE_BYTES + sealedBytes + roomForRecord(room, session) + UNIT;
    if (this.#filled + most > this.#chunk.length) this.#flush();
    if (most > this.#chunk.length) this.#chunk = Buffer.allocUnsafe(most);
    if (this.#count === this.#columns.high.length) this.#grow();
    const at = this.#filled;
    const chunk = this.#chunk;
    const sealedAt = at + ENTRY_BYTES + HANDLE_BYTES;
    const factsAt = sealed.put(session, chunk, sealedAt);
    const end = writeRecord(room, session, chunk, factsAt);
    const whole = Math.ceil((end - at) / UNIT) * UNIT;
    chunk.writeUInt32LE(end - factsAt, at);
    chunk.writeUInt32LE(sealedBytes, at + 4);
    handles.put(session, chunk, at + ENTRY_BYTES);
    for (let blank = end; blank < at + whole; blank += 1) chunk[blank] = 0;
    const count = this.#count;
    const columns = this.#columns;
    columns.high[count] = handles.high(session);
    columns.low[count] = handles.low(session);
    columns.owner[count] = room.ownerOf(session);
    columns.via[count] = room.viaOf(session);
    columns.start[count] = (this.#position + at) / UNIT;
    this.#count += 1;
    this.#filled += whole;
    if (this.#filled >= CHUNK_BYTES) this.#flush();
  }

  #grow(): void {
    for (const name of COLUMNS) {
      const larger = new Uint32Array(this.#columns[name].length * 2);
      larger.set(this.#columns[name]);
      this.#columns[name] = larger;
    }
  }

  #put(bytes: Buffer): void {
    bytes.copy(this.#chunk, this.#filled);
    this.#filled += bytes.length;
  }

  #flush(): void {
    this.#writeAll(this.#chunk.subarray(0, this.#filled));
    this.#position += this.#filled;
    this.#filled = 0;
  }

  #writeAll(bytes: Buffer): void {
    for (let at = 0; at < bytes.length;) at += writeSync(this.#file, bytes, at, bytes.length - at);
  }
}

/** Reads entries of a complete file. */
export class ListedFile {
  readonly #file: number;
  #room = Buffer.allocUnsafe(8 * 1024);
  /** Where the last entries ended that were asked for, and what was read beyond them. */
  #next = Number.POSITIVE_INFINITY;
  #ahead = { from: 0, bytes: Buffer.alloc(0) };

  constructor(path: string) {
    this.#file = openSync(path, 'r');
  }

  /** Its columns; null when it is not a complete file of this kind. */
  index(): ListedIndex | null {
    const { size } = fstatSync(this.#file);
    if (size < HEAD_BYTES + FOOT_BYTES) return null;
    const head = this.#copy(0, HEAD_BYTES);
    const foot = this.#copy(size - FOOT_BYTES, FOOT_BYTES);
    const count = foot.readUInt32LE(FOOT.length);
    const end = size - FOOT_BYTES - count * COLUMNS.length * UNIT;
    const known = head.subarray(0, HEAD.length).equals(HEAD) && foot.subarray(0, FOOT.length).equals(FOOT);
    if (!known || end < HEAD_BYTES) return null;
    const column = (index: number): Numbers => {
      const values = new Uint32Array(count);
      this.#fill(bytesOf(values), end + index * count * UNIT);
      return values;
    };
    const [high, low, owner, via, start] = [column(0), column(1), column(2), column(3), column(4)];
    return {
      count,
      end,
      listedAt: head.readDoubleLE(HEAD.length),
      columns: { high, low, owner, via, start },
    };
  }

  /** The entries that lie between two places, in order. They hold until the next call. */
  *between(from: number, to: number): Generator<ListedEntry> {
    const length = to - from;
    const bytes = this.#bytes(from, length);
    for (let at = 0; at < length;) {
      const end = endOf(bytes, at, length);
      yield { bytes, at, end };
      at = Math.ceil(end / UNIT) * UNIT;
    }
  }

  /** The one that lies between two places. It holds until the next call. */
  one(from: number, to: number): ListedEntry {
    const bytes = this.#bytes(from, to - from);
    return { bytes, at: 0, end: endOf(bytes, 0, to - from) };
  }

  /** Those that lie at these places, in one piece of memory of their own. */
  several(places: readonly (readonly [number, number])[]): readonly ListedEntry[] {
    const room = Buffer.allocUnsafeSlow(places.reduce((sum, [from, to]) => sum + to - from, 0));
    let at = 0;
    return places.map(([from, to]) => {
      const length = to - from;
      this.#bytes(from, length).copy(room, at);
      const entry = { bytes: room, at, end: endOf(room, at, at + length) };
      at += length;
      return entry;
    });
  }

  close(): void {
    closeSync(this.#file);
  }

  /** Whoever reads one entry after the other gets many with one reading; the file never changes. */
  #bytes(from: number, length: number): Buffer {
    const follows = from >= this.#next && from - this.#next <= NEAR_BYTES;
    this.#next = from + length;
    const at = from - this.#ahead.from;
    if (at >= 0 && at + length <= this.#ahead.bytes.length)
      return this.#ahead.bytes.subarray(at, at + length);
    if (follows && length < AHEAD_BYTES) {
      const { size } = fstatSync(this.#file);
      const bytes = Buffer.allocUnsafe(Math.min(AHEAD_BYTES, size - from));
      this.#fill(bytes, from);
      this.#ahead = { from, bytes };
      if (length <= bytes.length) return bytes.subarray(0, length);
    }
    if (this.#room.length < length) this.#room = Buffer.allocUnsafe(length);
    const bytes = this.#room.subarray(0, length);
    this.#fill(bytes, from);
    return bytes;
  }

  #copy(position: number, length: number): Buffer {
    const bytes = Buffer.alloc(length);
    this.#fill(bytes, position);
    return bytes;
  }

  #fill(bytes: Buffer, position: number): void {
    for (let at = 0; at < bytes.length;) {
      const read = readSync(this.#file, bytes, at, bytes.length - at, position + at);
      if (read === 0) throw new Error('the listing beside the database ends too early');
      at += read;
    }
  }
}

/** Where the entry that begins here ends. */
function endOf(bytes: Buffer, at: number, length: number): number {
  const end = at + ENTRY_BYTES + HANDLE_BYTES + bytes.readUInt32LE(at + 4) + bytes.readUInt32LE(at);
  if (end > length) throw new Error('an entry of the listing that ends beyond its place');
  return end;
}

const bytesOf = ({ buffer, byteOffset, byteLength }: Numbers): Buffer =>
  Buffer.from(buffer, byteOffset, byteLength);

/** Where the entry at this position (from 0) lies. */
export function placeOf({ columns, count, end }: ListedIndex, at: number): readonly [number, number] {
  const start = (columns.start[at] ?? 0) * UNIT;
  return [start, at + 1 < count ? (columns.start[at + 1] ?? 0) * UNIT : end];
}
