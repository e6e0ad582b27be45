import type { Duplex } from 'node:stream';

/** How a protocol cuts what it sends into messages. */
export interface Framing {
  /** Bytes that say how long a message is. */
  readonly headBytes: number;
  /** Bytes of the message whose head is here, its head included. */
  sizeOf(bytes: Buffer, at: number): number;
}
/** Whose a message is: ours, the driver's, or the driver's with everything that follows. */
export type Whose = 'ours' | 'driver' | 'driver from here';

const NOTHING = Buffer.alloc(0);

/** Cuts what the server sends into messages. */
class Frames {
  readonly #headBytes: number;
  readonly #sizeOf: (bytes: Buffer, at: number) => number;
  readonly #message: (bytes: Buffer, start: number, end: number) => boolean;
  /** A message that began in one piece and goes on in the next; memory of its own, as its values stay part of it. */
  #begun = NOTHING;
  #filled = 0;

  /** @param message told of each whole one; false: the rest is not ours */
  constructor(framing: Framing, message: (bytes: Buffer, start: number, end: number) => boolean) {
    this.#headBytes = framing.headBytes;
    this.#sizeOf = (bytes, at) => framing.sizeOf(bytes, at);
    this.#message = message;
  }

  /** Returns from where on the piece is not ours; -1 while all of it is. */
  read(piece: Buffer): number {
    const head = this.#headBytes;
    let at = 0;
    if (this.#filled > 0) {
      at = this.#fill(piece, 0);
      if (this.#filled < head || this.#filled < this.#sizeOf(this.#begun, 0)) return -1;
      const whole = this.#begun;
      this.#begun = NOTHING;
      this.#filled = 0;
      if (!this.#message(whole, 0, whole.length)) return at;
    }
    while (at + head <= piece.length) {
      const end = at + this.#sizeOf(piece, at);
      if (end > piece.length) break;
      if (!this.#message(piece, at, end)) return end;
      at = end;
    }
    this.#fill(piece, at);
    return -1;
  }

  /** Takes as much as the message that began still lacks; returns where the piece goes on. */
  #fill(piece: Buffer, start: number): number {
    const head = this.#headBytes;
    let at = start;
    while (at < piece.length) {
      const needed = this.#filled < head ? head : this.#sizeOf(this.#begun, 0);
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
 * Listens to a driver's connection in its place, until a message belongs to the driver with everything that follows.
 * @param message told where a whole message lies, its head included, and says whose it is; the memory is not used again
 */
export function takeMessages(
  stream: Duplex,
  framing: Framing,
  message: (bytes: Buffer, start: number, end: number) => Whose,
): void {
  const driver = stream.listeners('data') as ((piece: Buffer) => void)[];
  const toDriver = (bytes: Buffer): void => {
    for (const listener of driver) listener.call(stream, bytes);
  };
  const frames = new Frames(framing, (bytes, start, end) => {
    const whose = message(bytes, start, end);
    if (whose === 'ours') return true;
    if (whose === 'driver from here') {
      stream.off('data', take);
      for (const listener of driver) stream.on('data', listener);
    }
    toDriver(bytes.subarray(start, end));
    return whose === 'driver';
  });
  const take = (piece: Buffer): void => {
    const rest = frames.read(piece);
    if (rest >= 0 && rest < piece.length) toDriver(piece.subarray(rest));
  };
  stream.on('data', take);
  for (const listener of driver) stream.off('data', listener);
}
