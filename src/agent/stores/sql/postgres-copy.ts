import type { Client, Connection, Submittable } from 'pg';
import { StoreError } from '../store-adapter.ts';
import { PageFlow } from './page-flow.ts';
import type { Row } from './sql-access.ts';

// PostgreSQL's COPY … TO STDOUT (FORMAT binary): a few bytes around each value, where a cursor makes text of every
// value and the driver an object of every row. Chapter "COPY", section "Binary Format" of its manual.

const HEAD = Buffer.from('PGCOPY\n\xff\r\n\0', 'latin1');
/** After the signature: flags and the length of an extension, which says nothing to us. */
const HEAD_BYTES = HEAD.length + 8;
const NULL = -1;
const LAST = -1;
const TWO_TO_32 = 2 ** 32;
/** Bytes that the values of several rows are copied into; larger values get their own. */
const ROOM_BYTES = 256 * 1024;

type Decode = (bytes: Buffer, start: number, end: number) => unknown;
interface Decoder {
  /** Null: the bytes are copied. */
  readonly decode: Decode | null;
  /** Bytes of every value; null where they differ. */
  readonly size: number | null;
}
const BYTES: Decoder = { decode: null, size: null };
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

function utf8(bytes: Buffer, start: number, end: number): string {
  return bytes.toString('utf8', start, end);
}

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
  #room = Buffer.allocUnsafeSlow(0);
  #used = 0;
  #begun = false;

  constructor(types: readonly number[], where: string) {
    this.#decoders = types.map((type) => DECODERS.get(type) ?? BYTES);
    this.#where = where;
  }

  /** The driver uses the message's memory again: nothing of it may be held. */
  read(message: Buffer, row: (values: Row) => void): void {
    let at = 0;
    if (!this.#begun) {
      if (message.length < HEAD_BYTES || !message.subarray(0, HEAD.length).equals(HEAD)) throw this.#broken();
      at = HEAD_BYTES + message.readUInt32BE(HEAD_BYTES - 4);
      this.#begun = true;
    }
    const decoders = this.#decoders;
    while (at + 2 <= message.length) {
      const columns = message.readInt16BE(at);
      at += 2;
      if (columns === LAST) return;
      if (columns !== decoders.length) throw this.#broken();
      const values = new Array<unknown>(columns);
      for (let column = 0; column < columns; column += 1) {
        if (at + 4 > message.length) throw this.#broken();
        const length = message.readInt32BE(at);
        at += 4;
        if (length === NULL) {
          values[column] = null;
          continue;
        }
        const end = at + length;
        if (length < 0 || end > message.length) throw this.#broken();
        const { decode, size } = decoders[column] ?? BYTES;
        // The column's type was changed since it was asked for.
        if (size !== null && length !== size) throw this.#broken();
        values[column] = decode === null ? this.#copy(message, at, end) : decode(message, at, end);
        at = end;
      }
      row(values);
    }
  }

  #copy(bytes: Buffer, start: number, end: number): Buffer {
    const length = end - start;
    if (length > ROOM_BYTES / 4) return Buffer.from(bytes.subarray(start, end));
    if (this.#used + length > this.#room.length) {
      this.#room = Buffer.allocUnsafeSlow(ROOM_BYTES);
      this.#used = 0;
    }
    const from = this.#used;
    bytes.copy(this.#room, from, start, end);
    this.#used = from + length;
    return this.#room.subarray(from, from + length);
  }

  #broken(): StoreError {
    return new StoreError('unreadable', `${this.#where}: an answer that is not in COPY's binary format`);
  }
}

/** What the driver calls on a query of its own kind. */
interface CopyQuery extends Submittable {
  handleCopyData(message: { readonly chunk: Buffer }): void;
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
  const reader = new CopyReader(types, where);
  const push = (row: Row): void => flow.push(row);
  const nothing = (): void => undefined;
  const query: CopyQuery = {
    submit: (connection: Connection) => connection.query(`COPY (${text}) TO STDOUT (FORMAT binary)`),
    handleCopyData: ({ chunk }) => {
      try {
        reader.read(chunk, push);
      } catch (error) {
        flow.fail(error);
      }
    },
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
