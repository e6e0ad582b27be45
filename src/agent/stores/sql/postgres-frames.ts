import type { Duplex } from 'node:stream';
import { takeMessages, type Framing } from './frames.ts';

// PostgreSQL's messages: a letter, the length of what follows with these four bytes, what follows. Chapter
// "Frontend/Backend Protocol", section "Message Formats" of its manual.

const HEAD_BYTES = 5;
const FRAMING: Framing = {
  headBytes: HEAD_BYTES,
  sizeOf: (bytes, at) => Math.max(HEAD_BYTES, 1 + bytes.readUInt32BE(at + 1)),
};
const COPY_DATA = 'd'.charCodeAt(0);
/** After them no rows follow: all came, or the server gave up. */
const ENDS = ['c', 'E'].map((letter) => letter.charCodeAt(0));

/**
 * Reads the rows of the COPY that is about to be asked for straight from the connection: the driver would make two
 * objects of each. What else the server says is left to the driver, and everything from the end of the rows on.
 * @param message told where the data of a message lies; the memory is not used again
 */
export function takeCopyData(
  stream: Duplex,
  message: (bytes: Buffer, start: number, end: number) => void,
): void {
  takeMessages(stream, FRAMING, (bytes, start, end) => {
    const letter = bytes[start] ?? 0;
    if (letter === COPY_DATA) {
      message(bytes, start + HEAD_BYTES, end);
      return 'ours';
    }
    return ENDS.includes(letter) ? 'driver from here' : 'driver';
  });
}
