/** Input that is not what it should be. Carries where and why, never a piece of the input: it may be a secret. */
export class ParseError extends Error {
  override readonly name = 'ParseError';
  readonly reason: string;
  /** Byte (PHP) or character (text formats) at which reading stopped. */
  readonly offset: number;
  constructor(reason: string, offset: number) {
    super(`${reason} at offset ${String(offset)}`);
    this.reason = reason;
    this.offset = offset;
  }
}

/** What one value may cost. A parser that would pass any of these throws ParseError instead. */
export interface ParseLimits {
  /** Bytes of input (and of output, where something is decompressed). */
  readonly bytes: number;
  /** Arrays and objects inside each other. */
  readonly depth: number;
  /** Values in all; each costs about 100 bytes of memory while it is held. */
  readonly items: number;
}

export const DEFAULT_LIMITS: ParseLimits = { bytes: 8 * 1024 * 1024, depth: 64, items: 200_000 };

/** With this much heap (MB) every parser reads or refuses the worst that these limits let in; a test runs them with it. */
export const HEAP_MB = 128;
