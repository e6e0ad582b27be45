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

type Decoder = (bytes: Buffer, start: number, end: number) => unknown;
/** By type (pg_type.oid): what comes out is what columns.ts reads. */
const DECODERS: ReadonlyMap<number, Decoder | 'bytes'> = new Map<number, Decoder | 'bytes'>([
  [16, (bytes, start) => bytes[start] === 1],
  [17, 'bytes'],
  [19, utf8],
  [20, int8],
  [21, (bytes, start) => bytes.readInt16BE(start)],
  [23, (bytes, start) => bytes.readInt32BE(start)],
  [25, utf8],
  [1042, utf8],
  [1043, utf8],
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
  readonly #decoders: readonly (Decoder | 'bytes')[];
  readonly #where: string;
  #room = Buffer.allocUnsafeSlow(0);
  #used = 0;
  #begun = false;

  constructor(types: readonly number[], where: string) {
    this.#decoders = types.map((type) => DECODERS.get(type) ?? 'bytes');
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
        const decoder = decoders[column] ?? 'bytes';
        values[column] = decoder === 'bytes' ? this.#copy(message, at, end) : decoder(message, at, end);
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
