import type { Client, Connection, Submittable } from 'pg';
import { StoreError } from '../store-adapter.ts';
import { PageFlow } from './page-flow.ts';
import { takeCopyData } from './postgres-frames.ts';
import type { Row } from './sql-access.ts';
import { bytesAt, utf8, type Decode } from './wire-values.ts';

// PostgreSQL's COPY … TO STDOUT (FORMAT binary): a few bytes around each value, where a cursor makes text of every
// value and the driver an object of every row. Chapter "COPY", section "Binary Format" of its manual.

const HEAD = Buffer.from('PGCOPY\n\xff\r\n\0', 'latin1');
/** After the signature: flags and the length of an extension, which says nothing to us. */
const HEAD_BYTES = HEAD.length + 8;
const NULL = -1;
const LAST = -1;
const TWO_TO_32 = 2 ** 32;
interface Decoder {
  readonly decode: Decode;
  /** Bytes of every value; null where they differ. */
  readonly size: number | null;
}
const BYTES: Decoder = { decode: bytesAt, size: null };
const TEXT: Decoder = { decode: utf8, size: null };
/** By type (pg_type.oid): what comes out is what columns.ts reads. */
const DECODERS: ReadonlyMap<number, Decoder> = new Map<number, Decoder>([
  [16, { decode: (bytes, start) => bytes[start] === 1, size: 1 }],
  [17, BYTES],
  [19, TEXT],
  [20, { decode: int8, size: 8 }],
  [21, { decode: (bytes, start) => bytes.readInt16BE(start), size: 2 }],
  [23, { decode: (bytes, start) => bytes.readInt32BE(start), size: 4 }],
  [25, TEXT],
  [1042, TEXT],
  [1043, TEXT],
]);

/** As a number where that is exact, as text otherwise. */
function int8(bytes: Buffer, start: number): number | string {
  const value = bytes.readInt32BE(start) * TWO_TO_32 + bytes.readUInt32BE(start + 4);
  return Number.isSafeInteger(value) ? value : String(bytes.readBigInt64BE(start));
}

/** Whether every column of a statement is of a type that is read here. */
export const canCopy = (types: readonly number[]): boolean => types.every((type) => DECODERS.has(type));

/** Reads the messages of one COPY. Each holds the head, any number of whole rows, or the end. */
class CopyReader {
  readonly #decoders: readonly Decoder[];
  readonly #where: string;
  readonly #row: (values: Row) => void;
  #begun = false;

  constructor(types: readonly number[], where: string, row: (values: Row) => void) {
    this.#decoders = types.map((type) => DECODERS.get(type) ?? BYTES);
    this.#where = where;
    this.#row = row;
  }

  /** The message that lies between two places. Values of bytes stay part of this memory. */
  read(bytes: Buffer, start: number, end: number): void {
    let at = start;
    if (!this.#begun) {
      if (end - start < HEAD_BYTES || !bytes.subarray(start, start + HEAD.length).equals(HEAD))
        throw this.#broken();
      at = start + HEAD_BYTES + bytes.readUInt32BE(start + HEAD_BYTES - 4);
      this.#begun = true;
    }
    const decoders = this.#decoders;
    while (at + 2 <= end) {
      const columns = bytes.readInt16BE(at);
      at += 2;
      if (columns === LAST) return;
      if (columns !== decoders.length) throw this.#broken();
      const values = new Array<unknown>(columns);
      for (let column = 0; column < columns; column += 1) {
        if (at + 4 > end) throw this.#broken();
        const length = bytes.readInt32BE(at);
        at += 4;
        if (length === NULL) {
          values[column] = null;
          continue;
        }
        const next = at + length;
        if (length < 0 || next > end) throw this.#broken();
        const { decode, size } = decoders[column] ?? BYTES;
        // The column's type was changed since it was asked for.
        if (size !== null && length !== size) throw this.#broken();
        values[column] = decode(bytes, at, next);
        at = next;
      }
      this.#row(values);
    }
  }

  #broken(): StoreError {
    return new StoreError('unreadable', `${this.#where}: an answer that is not in COPY's binary format`);
  }
}

/** What the driver calls on a query of its own kind. */
interface CopyQuery extends Submittable {
  handleCopyData(): void;
  handleCommandComplete(): void;
  handleReadyForQuery(): void;
  handleError(error: Error): void;
  handleRowDescription(): void;
  handleDataRow(): void;
  handleEmptyQuery(): void;
}

/**
 * Runs a statement without parameters and hands its rows over page by page, see `PageFlow`.
 * @param types of its columns; `canCopy` of them
 */
export async function copyPages(
  client: Client,
  text: string,
  types: readonly number[],
  page: (rows: readonly Row[]) => Promise<void>,
  signal: AbortSignal,
  where: string,
): Promise<void> {
  const { stream } = client.connection;
  const flow = new PageFlow(
    page,
    {
      pause: () => stream.pause(),
      resume: () => stream.resume(),
      destroy: () => stream.destroy(),
    },
    signal,
    where,
  );
  const reader = new CopyReader(types, where, (row) => flow.push(row));
  const message = (bytes: Buffer, start: number, end: number): void => {
    try {
      reader.read(bytes, start, end);
    } catch (error) {
      flow.fail(error);
    }
  };
  const nothing = (): void => undefined;
  const query: CopyQuery = {
    submit: (connection: Connection) => {
      takeCopyData(connection.stream, message);
      connection.query(`COPY (${text}) TO STDOUT (FORMAT binary)`);
    },
    handleCopyData: nothing,
    handleCommandComplete: nothing,
    handleReadyForQuery: () => flow.end(),
    handleError: (error) => flow.fail(error),
    handleRowDescription: nothing,
    handleDataRow: nothing,
    handleEmptyQuery: nothing,
  };
  client.query(query);
  await flow.done;
}
