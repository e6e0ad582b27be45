import type { PageFile } from './page-file.ts';

export type Value = number | bigint | string | Buffer | null;
/** Kinds of pages of a tree, by their first byte. */
export const INNER_INDEX = 2;
export const INNER_TABLE = 5;
const LEAF_INDEX = 10;
const LEAF_TABLE = 13;

/** One entry of a tree: `rowid` in tables that have them; a child where the page is an inner one. */
export interface Cell {
  readonly rowid: number | bigint | null;
  readonly child: number | null;
  /** Null in inner pages of tables, and where the content cannot be read. */
  readonly values: readonly Value[] | null;
}
export interface TreePage {
  readonly type: number;
  readonly cells: readonly Cell[];
  /** The last child of an inner page. */
  readonly right: number | null;
}

/** A number of one to nine bytes; null when it runs over the end. */
function varint(
  bytes: Buffer,
  at: number,
): { readonly value: number | bigint; readonly next: number } | null {
  let small = 0;
  for (let count = 0; count < 7; count += 1) {
    const byte = bytes[at + count];
    if (byte === undefined) return null;
    small = small * 128 + (byte & 0x7f);
    if (byte < 0x80) return { value: small, next: at + count + 1 };
  }
  let value = BigInt(small);
  for (let count = 7; count < 9; count += 1) {
    const byte = bytes[at + count];
    if (byte === undefined) return null;
    // The ninth byte counts whole.
    value = count === 8 ? (value << 8n) | BigInt(byte) : (value << 7n) | BigInt(byte & 0x7f);
    if (count === 8 || byte < 0x80) {
      const signed = BigInt.asIntN(64, value);
      return { value: Number.isSafeInteger(Number(signed)) ? Number(signed) : signed, next: at + count + 1 };
    }
  }
  return null;
}

const WIDTHS = [0, 1, 2, 3, 4, 6, 8, 8, 0, 0] as const;

/** The values of a record, or null when it cannot be one. */
function decodeRecord(bytes: Buffer): readonly Value[] | null {
  const head = varint(bytes, 0);
  if (head === null || typeof head.value === 'bigint' || head.value < 1 || head.value > bytes.length)
    return null;
  const types: number[] = [];
  let at = head.next;
  while (at < head.value) {
    const type = varint(bytes, at);
    if (type === null || typeof type.value === 'bigint' || type.value < 0) return null;
    if (type.value === 10 || type.value === 11) return null;
    types.push(type.value);
    at = type.next;
  }
  if (at !== head.value) return null;
  const values: Value[] = [];
  for (const type of types) {
    const width = type < 10 ? (WIDTHS[type] ?? 0) : Math.floor((type - 12) / 2);
    if (at + width > bytes.length) return null;
    values.push(valueOf(bytes, at, type, width));
    at += width;
  }
  return at === bytes.length ? values : null;
}

function valueOf(bytes: Buffer, at: number, type: number, width: number): Value {
  if (type === 0) return null;
  if (type === 7) return bytes.readDoubleBE(at);
  if (type === 6) {
    const whole = bytes.readBigInt64BE(at);
    return Number.isSafeInteger(Number(whole)) ? Number(whole) : whole;
  }
  if (type < 6) return bytes.readIntBE(at, width);
  if (type < 10) return type - 8;
  const content = bytes.subarray(at, at + width);
  return type % 2 === 0 ? Buffer.from(content) : content.toString('utf8');
}

/**
 * Reads a page of a tree, or null when it is none. A cell that cannot be read has no values; the others are given.
 * @param number 1 for the first page, which begins with the header of the file
 */
export function readTreePage(file: PageFile, number: number): TreePage | null {
  const found = file.read(number);
  if (found === null) return null;
  // Long contents are read from other pages, through the same buffer.
  const page = Buffer.from(found);
  const start = number === 1 ? 100 : 0;
  const type = page[start] ?? 0;
  const isInner = type === INNER_INDEX || type === INNER_TABLE;
  if (!isInner && type !== LEAF_INDEX && type !== LEAF_TABLE) return null;
  const count = page.readUInt16BE(start + 3);
  const pointers = start + (isInner ? 12 : 8);
  if (pointers + count * 2 > file.usable) return null;
  const cells: Cell[] = [];
  for (let n = 0; n < count; n += 1) {
    const at = page.readUInt16BE(pointers + n * 2);
    cells.push(
      at < pointers + count * 2 || at >= file.usable
        ? { rowid: null, child: null, values: null }
        : readCell(file, page, at, type),
    );
  }
  return { type, cells, right: isInner ? page.readUInt32BE(start + 8) : null };
}

const NOTHING: Cell = { rowid: null, child: null, values: null };

function readCell(file: PageFile, page: Buffer, start: number, type: number): Cell {
  let at = start;
  let child: number | null = null;
  if (type === INNER_INDEX || type === INNER_TABLE) {
    if (at + 4 > page.length) return NOTHING;
    child = page.readUInt32BE(at);
    at += 4;
    if (type === INNER_TABLE) return { rowid: null, child, values: null };
  }
  const size = varint(page, at);
  if (size === null || typeof size.value === 'bigint' || size.value < 0) return { ...NOTHING, child };
  at = size.next;
  let rowid: number | bigint | null = null;
  if (type === LEAF_TABLE) {
    const key = varint(page, at);
    if (key === null) return NOTHING;
    rowid = key.value;
    at = key.next;
  }
  const content = contentOf(file, page, at, size.value, type === LEAF_TABLE);
  return { rowid, child, values: content === null ? null : decodeRecord(content) };
}

/** What fits lies in the page itself, the rest in a chain of pages of its own. Null when the chain is broken. */
function contentOf(file: PageFile, page: Buffer, at: number, size: number, table: boolean): Buffer | null {
  const { usable } = file;
  const most = table ? usable - 35 : Math.floor(((usable - 12) * 64) / 255) - 23;
  if (size <= most) return at + size > usable ? null : page.subarray(at, at + size);
  if (size > file.pages * file.pageSize) return null;
  const least = Math.floor(((usable - 12) * 32) / 255) - 23;
  const wanted = least + ((size - least) % (usable - 4));
  const local = wanted <= most ? wanted : least;
  if (at + local + 4 > usable) return null;
  const parts = [page.subarray(at, at + local)];
  let left = size - local;
  let next = page.readUInt32BE(at + local);
  while (left > 0) {
    const more = next === 0 ? null : file.read(next);
    if (more === null) return null;
    const length = Math.min(left, usable - 4);
    parts.push(Buffer.from(more.subarray(4, 4 + length)));
    left -= length;
    next = more.readUInt32BE(0);
  }
  return Buffer.concat(parts);
}
