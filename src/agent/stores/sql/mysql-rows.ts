import { StoreError } from '../store-adapter.ts';
import type { Row } from './sql-access.ts';
import { bytesAt, utf8, type Decode } from './wire-values.ts';

// Rows as MySQL and MariaDB send them: every value as text, with its length before it. MariaDB's documentation of its
// protocol, "Result Set Packets" and "Protocol Data Types".

const BINARY = 63;
const NULL = 0xfb;
/** Bytes of a length that does not fit into one, by the byte that says so. */
const SIZES: Readonly<Record<number, number>> = { 0xfc: 2, 0xfd: 3, 0xfe: 8 };
const TWO_TO_32 = 2 ** 32;
const [ZERO, NINE, MINUS] = [48, 57, 45];
/** So many digits are always exact. */
const EXACT_DIGITS = 15;

const numbered = (types: readonly number[]): ReadonlySet<number> => new Set(types);
/** TINY, SHORT, LONG, LONGLONG, INT24, YEAR */
const WHOLE = numbered([1, 2, 3, 8, 9, 13]);
/** TIMESTAMP, DATE, TIME, DATETIME (texts: `dateStrings`), NEWDECIMAL */
const PLAIN = numbered([7, 10, 11, 12, 246]);
/** VARCHAR, ENUM, SET, TINY_BLOB, MEDIUM_BLOB, LONG_BLOB, BLOB, VAR_STRING, STRING */
const TEXT = numbered([15, 247, 248, 249, 250, 251, 252, 253, 254]);

/** What the driver tells of a column. */
export interface Column {
  readonly columnType?: number;
  readonly characterSet?: number;
  readonly encoding?: string;
  /** `json` for what MariaDB sends as text; the driver makes values of it. */
  readonly extendedFormat?: string;
}

function decoderOf({ columnType, characterSet, encoding, extendedFormat }: Column): Decode | null {
  if (columnType === undefined || extendedFormat !== undefined) return null;
  if (WHOLE.has(columnType)) return whole;
  if (PLAIN.has(columnType)) return utf8;
  if (!TEXT.has(columnType)) return null;
  if (characterSet === BINARY) return bytesAt;
  return encoding === 'utf8' ? utf8 : null;
}

/** As a number where that is exact, as text otherwise. */
function whole(bytes: Buffer, start: number, end: number): number | string {
  const negative = bytes[start] === MINUS;
  let at = negative ? start + 1 : start;
  if (end - at <= EXACT_DIGITS) {
    let value = 0;
    for (; at < end; at += 1) {
      const digit = bytes[at] ?? 0;
      if (digit < ZERO || digit > NINE) return utf8(bytes, start, end);
      value = value * 10 + digit - ZERO;
    }
    return negative ? -value : value;
  }
  const text = utf8(bytes, start, end);
  return Number.isSafeInteger(Number(text)) ? Number(text) : text;
}

/** Makes values of the rows of one answer, equal to those that the driver makes. */
export class RowReader {
  readonly #decoders: readonly Decode[];
  readonly #where: string;

  private constructor(decoders: readonly Decode[], where: string) {
    this.#decoders = decoders;
    this.#where = where;
  }

  /** Null where a column is of a type that the driver has to read. */
  static of(columns: readonly Column[], where: string): RowReader | null {
    const decoders = columns.map(decoderOf);
    return decoders.every((decode) => decode !== null) ? new RowReader(decoders, where) : null;
  }

  /** The row that lies between two places. Values of bytes stay part of this memory. */
  read(bytes: Buffer, start: number, end: number): Row {
    const decoders = this.#decoders;
    const { length: columns } = decoders;
    const values = new Array<unknown>(columns);
    let at = start;
    for (let column = 0; column < columns; column += 1) {
      let length = bytes[at] ?? 0;
      at += 1;
      if (length === NULL) {
        values[column] = null;
        continue;
      }
      if (length > NULL) {
        const size = SIZES[length] ?? 0;
        if (size === 0 || at + size > end) throw this.#broken();
        length =
          size === 8
            ? bytes.readUInt32LE(at) + bytes.readUInt32LE(at + 4) * TWO_TO_32
            : bytes.readUIntLE(at, size);
        at += size;
      }
      const next = at + length;
      if (next > end) throw this.#broken();
      const decode = decoders[column];
      values[column] = decode?.(bytes, at, next);
      at = next;
    }
    if (at !== end) throw this.#broken();
    return values;
  }

  #broken(): StoreError {
    return new StoreError('unreadable', `${this.#where}: an answer that is not in MySQL's format`);
  }
}
