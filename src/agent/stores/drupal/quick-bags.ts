import { startsAt } from '../parse/php.ts';

// Reads what nearly every session looks like without making a value of anything: a listing reads a million of them.
// Whatever is not as usual is left to the parser proper, which also decides what is readable at all.

const [BAR, COLON, SEMICOLON, QUOTE, OPEN, CLOSE, BANG, MINUS] = [124, 58, 59, 34, 123, 125, 33, 45];
const [NULL, BOOL, INT, STRING, ARRAY] = [78, 98, 105, 115, 97];
const [ZERO, NINE, ONE] = [48, 57, 49];
const META = Buffer.from('_sf2_meta');
const ATTRIBUTES = Buffer.from('_sf2_attributes');
const CREATED = 99;
const RESET = Buffer.from('pass_reset_');
const MASQUERADING = Buffer.from('masquerading');
/** Arrays inside each other, and values in all, that are still usual. */
const [DEPTH, ITEMS] = [8, 500];
/** Digits of a length, as the parser proper has it, and of a number. */
const [LENGTH_DIGITS, INT_DIGITS] = [10, 15];
const MOST_BYTES = 64 * 1024;

/** Reads on in one buffer. Every method says with `false` or -1 that something is not as usual. */
class Scan {
  #at = 0;
  #items = 0;
  readonly #bytes: Buffer;
  /** `c` of the bag with the times. */
  created = -1;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  /** `name|value` repeated, neither bag twice. */
  session(): boolean {
    const bytes = this.#bytes;
    let [meta, attributes] = [false, false];
    while (this.#at < bytes.length) {
      const start = this.#at;
      if (bytes[start] === BANG) return false;
      let end = start;
      while (end < bytes.length && bytes[end] !== BAR) end += 1;
      if (end === bytes.length) return false;
      this.#at = end + 1;
      const isMeta = isAt(bytes, start, end, META);
      const isAttributes = !isMeta && isAt(bytes, start, end, ATTRIBUTES);
      if ((isMeta && meta) || (isAttributes && attributes)) return false;
      meta ||= isMeta;
      attributes ||= isAttributes;
      if (isMeta || isAttributes ? !this.#bag(isMeta) : !this.#value(0)) return false;
    }
    return true;
  }

  /** An array with text for keys, of which none says anything but when the session was opened. */
  #bag(meta: boolean): boolean {
    if (!this.#tag(ARRAY)) return false;
    const count = this.#length(COLON);
    if (count < 0 || !this.#byte(OPEN)) return false;
    for (let index = 0; index < count; index += 1) {
      if (!this.#tag(STRING)) return false;
      const length = this.#length(COLON);
      const start = this.#at + 1;
      if (length < 0 || !this.#text(length) || !this.#byte(SEMICOLON)) return false;
      const end = start + length;
      if (meta) {
        if (startsAt(this.#bytes, start, end, MASQUERADING)) return false;
        if (length === 1 && this.#bytes[start] === CREATED) {
          if (this.created >= 0 || !this.#tag(INT)) return false;
          this.created = this.#length(SEMICOLON, INT_DIGITS);
          if (this.created < 0) return false;
          continue;
        }
      } else if (startsAt(this.#bytes, start, end, RESET)) return false;
      if (!this.#value(1)) return false;
    }
    return this.#byte(CLOSE);
  }

  #value(depth: number): boolean {
    if ((this.#items += 1) > ITEMS) return false;
    switch (this.#bytes[this.#at]) {
      case NULL:
        this.#at += 1;
        return this.#byte(SEMICOLON);
      case BOOL: {
        const digit = this.#bytes[this.#at + 2];
        if (!this.#tag(BOOL) || (digit !== ZERO && digit !== ONE)) return false;
        this.#at += 1;
        return this.#byte(SEMICOLON);
      }
      case INT:
        return this.#integer();
      case STRING: {
        this.#tag(STRING);
        const length = this.#length(COLON);
        return length >= 0 && this.#text(length) && this.#byte(SEMICOLON);
      }
      case ARRAY:
        return depth < DEPTH && this.#array(depth);
      default:
        return false;
    }
  }

  #array(depth: number): boolean {
    if (!this.#tag(ARRAY)) return false;
    const count = this.#length(COLON);
    if (count < 0 || !this.#byte(OPEN)) return false;
    for (let index = 0; index < count; index += 1) {
      const tag = this.#bytes[this.#at];
      if ((tag !== INT && tag !== STRING) || !this.#value(depth) || !this.#value(depth + 1)) return false;
    }
    return this.#byte(CLOSE);
  }

  #integer(): boolean {
    if (!this.#tag(INT)) return false;
    if (this.#bytes[this.#at] === MINUS) this.#at += 1;
    return this.#length(SEMICOLON, INT_DIGITS) >= 0;
  }

  /** A quote, so many bytes, a quote. */
  #text(length: number): boolean {
    if (!this.#byte(QUOTE)) return false;
    this.#at += length;
    return this.#byte(QUOTE);
  }

  /** Digits and what ends them; -1 when they are none or many. */
  #length(end: number, most = LENGTH_DIGITS): number {
    const bytes = this.#bytes;
    const start = this.#at;
    let at = start;
    let value = 0;
    for (;;) {
      const byte = bytes[at] ?? 0;
      if (byte < ZERO || byte > NINE) break;
      value = value * 10 + byte - ZERO;
      at += 1;
    }
    if (at === start || at - start > most || bytes[at] !== end) return -1;
    this.#at = at + 1;
    return value;
  }

  #tag(tag: number): boolean {
    if (this.#bytes[this.#at] !== tag || this.#bytes[this.#at + 1] !== COLON) return false;
    this.#at += 2;
    return true;
  }

  #byte(byte: number): boolean {
    if (this.#bytes[this.#at] !== byte) return false;
    this.#at += 1;
    return true;
  }
}

const isAt = (bytes: Buffer, start: number, end: number, name: Buffer): boolean =>
  end - start === name.length && startsAt(bytes, start, end, name);

/**
 * When a usual session was opened, in seconds since the epoch; null when its data does not say.
 * @returns undefined for a session with anything unusual in it
 */
export function openedOf(bytes: Buffer): number | null | undefined {
  if (bytes.length > MOST_BYTES) return undefined;
  const scan = new Scan(bytes);
  if (!scan.session()) return undefined;
  return scan.created < 0 ? null : scan.created;
}
