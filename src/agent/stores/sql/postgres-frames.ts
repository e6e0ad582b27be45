import type { Duplex } from 'node:stream';

// PostgreSQL's messages: a letter, the length of what follows with these four bytes, what follows. Chapter
// "Frontend/Backend Protocol", section "Message Formats" of its manual.

const HEAD_BYTES = 5;
const COPY_DATA = 'd'.charCodeAt(0);
/** After them no rows follow: all came, or the server gave up. */
const ENDS = ['c', 'E'].map((letter) => letter.charCodeAt(0));
const NOTHING = Buffer.alloc(0);

/** Bytes of the message that begins here, its head included. */
const sizeOf = (bytes: Buffer, at: number): number => Math.max(HEAD_BYTES, 1 + bytes.readUInt32BE(at + 1));

/** Cuts what the server sends into messages. */
class Frames {
  readonly #message: (bytes: Buffer, start: number, end: number) => boolean;
  /** A message that began in one piece and goes on in the next; memory of its own, as its values stay part of it. */
  #begun = NOTHING;
  #filled = 0;

  /** @param message told of each whole one; false: the rest is not ours */
  constructor(message: (bytes: Buffer, start: number, end: number) => boolean) {
    this.#message = message;
  }

  /** Returns from where on the piece is not ours; -1 while all of it is. */
  read(piece: Buffer): number {
    let at = 0;
    if (this.#filled > 0) {
      at = this.#fill(piece, 0);
      if (this.#filled < HEAD_BYTES || this.#filled < sizeOf(this.#begun, 0)) return -1;
      const whole = this.#begun;
      this.#begun = NOTHING;
      this.#filled = 0;
      if (!this.#message(whole, 0, whole.length)) return at;
    }
    while (at + HEAD_BYTES <= piece.length) {
      const end = at + sizeOf(piece, at);
      if (end > piece.length) break;
      if (!this.#message(piece, at, end)) return end;
      at = end;
    }
    this.#fill(piece, at);
    return -1;
  }

  /** Takes as much as the message that began still lacks; returns where the piece goes on. */
  #fill(piece: Buffer, start: number): number {
    let at = start;
    while (at < piece.length) {
      const needed = this.#filled < HEAD_BYTES ? HEAD_BYTES : sizeOf(this.#begun, 0);
      if (this.#filled === needed) break;
      if (this.#begun.length < needed) {
        const larger = Buffer.allocUnsafeSlow(needed);
        this.#begun.copy(larger, 0, 0, this.#filled);
        this.#begun = larger;
      }
      const end = Math.min(piece.length, at + needed - this.#filled);
      this.#filled += piece.copy(this.#begun, this.#filled, at, end);
      at = end;
    }
    return at;
  }
}

/**
 * Reads the rows of the COPY that is about to be asked for straight from the connection: the driver would make two
 * objects of each. What else the server says is left to the driver, and everything from the end of the rows on.
 * @param message told where the data of a message lies; the memory is not used again
 */
export function takeCopyData(
  stream: Duplex,
  message: (bytes: Buffer, start: number, end: number) => void,
): void {
  const driver = stream.listeners('data') as ((piece: Buffer) => void)[];
  const toDriver = (bytes: Buffer): void => {
    for (const listener of driver) listener.call(stream, bytes);
  };
  const frames = new Frames((bytes, start, end) => {
    const letter = bytes[start] ?? 0;
    if (letter === COPY_DATA) {
      message(bytes, start + HEAD_BYTES, end);
      return true;
    }
    if (!ENDS.includes(letter)) {
      toDriver(bytes.subarray(start, end));
      return true;
    }
    stream.off('data', take);
    for (const listener of driver) stream.on('data', listener);
    toDriver(bytes.subarray(start, end));
    return false;
  });
  const take = (piece: Buffer): void => {
    const rest = frames.read(piece);
    if (rest >= 0 && rest < piece.length) toDriver(piece.subarray(rest));
  };
  stream.on('data', take);
  for (const listener of driver) stream.off('data', listener);
}
