import type { Duplex } from 'node:stream';
import { takeMessages, type Framing } from './frames.ts';

// MySQL's packets: three bytes of length, one that counts them, what follows. MariaDB's documentation of its protocol,
// "Packet" and "Result Set Packets".

const HEAD_BYTES = 4;
const COUNT = 3;
/** What is as long as this goes on in the next packet. */
const FULL = 0xffffff;
const [OK, END, ERROR] = [0x00, 0xfe, 0xff];
/** An end is shorter than this; what else begins like one is a row whose first value is very long. */
const END_BYTES = 9;
const FRAMING: Framing = {
  headBytes: HEAD_BYTES,
  sizeOf: (bytes, at) =>
    HEAD_BYTES + ((bytes[at] ?? 0) | ((bytes[at + 1] ?? 0) << 8) | ((bytes[at + 2] ?? 0) << 16)),
};

export interface RowTaker {
  /** Whether the rows that follow can be read here; null while the driver has not told of their columns. */
  reads(): boolean | null;
  /** Where a row lies; the memory is not used again. */
  row(bytes: Buffer, start: number, end: number): void;
}

/**
 * Reads the rows of the statement that is about to be asked straight from the connection: the driver would hand over
 * each with half a dozen calls. What else the server says is left to the driver, and everything from the end of the
 * rows on. Nothing else may be under way on the connection, which is not compressed.
 */
export function takeRows(stream: Duplex, taker: RowTaker): void {
  let begun = false;
  let count = 0;
  let parts: Buffer[] = [];
  takeMessages(stream, FRAMING, (bytes, start, end) => {
    const from = start + HEAD_BYTES;
    const first = from < end ? bytes[from] : undefined;
    if (!begun) {
      count = bytes[start + COUNT] ?? 0;
      const reads = taker.reads();
      if (reads === null) return first === OK || first === ERROR ? 'driver from here' : 'driver';
      // This one ends the columns.
      begun = true;
      return reads ? 'driver' : 'driver from here';
    }
    const length = end - from;
    if (parts.length === 0 && (first === ERROR || (first === END && length < END_BYTES))) {
      // The driver counts the packets that it sees.
      bytes[start + COUNT] = (count + 1) & 0xff;
      return 'driver from here';
    }
    if (length < FULL && parts.length === 0) taker.row(bytes, from, end);
    else {
      parts.push(bytes.subarray(from, end));
      if (length === FULL) return 'ours';
      const whole = Buffer.concat(parts);
      parts = [];
      taker.row(whole, 0, whole.length);
    }
    return 'ours';
  });
}
