import { ParseError, type ParseLimits } from './parse-error.ts';
import type { PhpEntry, PhpKey, PhpValue } from './php-value.ts';

const [COLON, SEMICOLON, QUOTE, OPEN, CLOSE, MINUS, PLUS, BACKSLASH] = [58, 59, 34, 123, 125, 45, 43, 92];
const [NULL, BOOL, INT, FLOAT, STRING, ESCAPED, ARRAY] = [78, 98, 105, 100, 115, 83, 97];
const [OBJECT, CUSTOM, ENUM, SHARED, SAME] = [79, 67, 69, 82, 114];
const SKIPPED: PhpValue = { type: 'null' };
/** Longest number: a 64-bit integer has 20 characters, a float in full precision 24. */
const LONGEST_NUMBER = 330;
/** No array count or string length of a readable value has more digits. */
const LONGEST_LENGTH = 10;

/** Decides by a key's bytes, without making text of them, whether its entry is kept. */
export type KeyFilter = (bytes: Buffer, start: number, end: number) => boolean;

/**
 * Reads values that PHP's `serialize()` wrote, one after the other from one buffer. References count slots over all
 * of them, as PHP does for the variables of one session. With `build` false a value is checked but not kept.
 */
export class PhpReader {
  offset = 0;
  readonly #bytes: Buffer;
  readonly #limits: ParseLimits;
  /** What `R:n` and `r:n` point at: how many slots there are, and the values of those that were kept. */
  #slotCount = 0;
  readonly #keptSlots: number[] = [];
  readonly #keptValues: PhpValue[] = [];
  #items = 0;
  #depth = 0;
  /** After `C:` slots cannot be counted any more: the object's own format may have taken some. */
  #slotsEnd = Number.POSITIVE_INFINITY;

  constructor(bytes: Buffer, limits: ParseLimits) {
    if (bytes.length > limits.bytes) throw new ParseError('too long', limits.bytes);
    this.#bytes = bytes;
    this.#limits = limits;
  }

  /** @param keep which entries of an array to keep, at this level; all when absent */
  value(build: boolean, keep?: KeyFilter): PhpValue {
    if ((this.#items += 1) > this.#limits.items) throw this.#error('too many values');
    const tag = this.#bytes[this.offset];
    this.offset += 1;
    switch (tag) {
      case NULL:
        this.#expect(SEMICOLON);
        return this.#slot({ type: 'null' }, build);
      case BOOL: {
        this.#expect(COLON);
        const digit = this.#bytes[this.offset];
        if (digit !== 48 && digit !== 49) throw this.#error('not a boolean');
        this.offset += 1;
        this.#expect(SEMICOLON);
        return this.#slot({ type: 'bool', value: digit === 49 }, build);
      }
      case INT: {
        this.#expect(COLON);
        if (!build) {
          this.#skipInteger();
          return this.#slot(SKIPPED, false);
        }
        return this.#slot({ type: 'int', text: this.#integer() }, true);
      }
      case FLOAT: {
        this.#expect(COLON);
        return this.#slot({ type: 'float', text: this.#float() }, build);
      }
      case STRING: {
        this.#expect(COLON);
        if (!build) {
          this.#skipQuoted();
          this.#expect(SEMICOLON);
          return this.#slot(SKIPPED, false);
        }
        const bytes = this.#quoted();
        this.#expect(SEMICOLON);
        return this.#slot({ type: 'string', bytes }, true);
      }
      case ESCAPED: {
        this.#expect(COLON);
        const bytes = this.#escaped();
        this.#expect(SEMICOLON);
        return this.#slot({ type: 'string', bytes }, build);
      }
      case ARRAY: {
        this.#expect(COLON);
        const entries: PhpEntry[] = [];
        const slot = this.#slot({ type: 'array', entries }, build);
        this.#entries(this.#length(COLON), entries, build, keep);
        return slot;
      }
      case OBJECT: {
        this.#expect(COLON);
        const className = this.#quoted();
        this.#expect(COLON);
        const entries: PhpEntry[] = [];
        const slot = this.#slot({ type: 'object', className, entries }, build);
        this.#entries(this.#length(COLON), entries, build);
        return slot;
      }
      case CUSTOM: {
        this.#expect(COLON);
        const className = this.#quoted();
        this.#expect(COLON);
        const length = this.#length(COLON);
        this.#expect(OPEN);
        const bytes = this.#take(length);
        this.#expect(CLOSE);
        const slot = this.#slot({ type: 'custom', className, bytes }, build);
        this.#slotsEnd = Math.min(this.#slotsEnd, this.#slotCount);
        return slot;
      }
      case ENUM: {
        this.#expect(COLON);
        const name = this.#quoted();
        this.#expect(SEMICOLON);
        if (!name.includes(COLON)) throw this.#error('an enum case without its enum');
        return this.#slot({ type: 'enum', name }, build);
      }
      case SHARED:
      case SAME:
        this.#expect(COLON);
        return this.#reference(tag === SHARED, build);
      default:
        this.offset -= 1;
        throw this.#error(tag === undefined ? 'ends too early' : 'unknown kind of value');
    }
  }

  #entries(count: number, into: PhpEntry[], build: boolean, keep?: KeyFilter): void {
    if ((this.#depth += 1) > this.#limits.depth) throw this.#error('too deep');
    this.#expect(OPEN);
    for (let index = 0; index < count; index += 1) {
      if (!build) {
        this.#skipKey();
        this.value(false);
        continue;
      }
      const key = keep === undefined ? this.#key() : this.#keyIfKept(keep);
      const value = this.value(key !== null);
      if (key !== null) into.push({ key, value });
    }
    this.#expect(CLOSE);
    this.#depth -= 1;
  }

  #key(): PhpKey {
    const tag = this.#keyTag();
    if (tag === INT) return { type: 'int', text: this.#integer() };
    const bytes = tag === STRING ? this.#quoted() : this.#escaped();
    this.#expect(SEMICOLON);
    return { type: 'string', bytes };
  }

  #skipKey(): void {
    const tag = this.#keyTag();
    if (tag === INT) {
      this.#skipInteger();
      return;
    }
    if (tag === STRING) this.#skipQuoted();
    else this.#escaped();
    this.#expect(SEMICOLON);
  }

  /** A key that is text and passes the filter; the others are read over. */
  #keyIfKept(keep: KeyFilter): PhpKey | null {
    const start = this.offset;
    this.#skipKey();
    const end = this.offset;
    // `s:3:"abc";`: without the quote and the semicolon at the end.
    if (this.#bytes[start] !== STRING) return null;
    const text = this.#bytes.indexOf(QUOTE, start) + 1;
    if (!keep(this.#bytes, text, end - 2)) return null;
    return { type: 'string', bytes: this.#bytes.subarray(text, end - 2) };
  }

  #keyTag(): number {
    const tag = this.#bytes[this.offset];
    if (tag !== INT && tag !== STRING && tag !== ESCAPED) {
      this.offset += 1;
      throw this.#error(tag === undefined ? 'ends too early' : 'a key that is neither');
    }
    this.offset += 1;
    this.#expect(COLON);
    return tag;
  }

  #reference(shared: boolean, build: boolean): PhpValue {
    const slot = this.#length(SEMICOLON);
    if (slot < 1 || (slot > this.#slotCount && this.#slotsEnd === Number.POSITIVE_INFINITY))
      throw this.#error('reference to nothing');
    const target = slot <= this.#slotsEnd ? this.#inSlot(slot) : null;
    const value: PhpValue = { type: 'reference', shared, slot, target };
    // Only `r:` takes a slot of its own.
    return shared ? (build ? value : SKIPPED) : this.#slot(value, build);
  }

  #slot(value: PhpValue, build: boolean): PhpValue {
    this.#slotCount += 1;
    if (!build) return SKIPPED;
    this.#keptSlots.push(this.#slotCount);
    this.#keptValues.push(value);
    return value;
  }

  /** The value of a slot; null when it was skipped or lies inside an opaque object. */
  #inSlot(slot: number): PhpValue | null {
    let [low, high] = [0, this.#keptSlots.length - 1];
    while (low <= high) {
      const middle = (low + high) >> 1;
      const found = this.#keptSlots[middle] ?? 0;
      if (found === slot) return this.#keptValues[middle] ?? null;
      if (found < slot) low = middle + 1;
      else high = middle - 1;
    }
    return null;
  }

  /** `length:"bytes"` */
  #quoted(): Buffer {
    const length = this.#length(COLON);
    this.#expect(QUOTE);
    const bytes = this.#take(length);
    this.#expect(QUOTE);
    return bytes;
  }

  #skipQuoted(): void {
    const length = this.#length(COLON);
    this.#expect(QUOTE);
    if (length > this.#bytes.length - this.offset) throw this.#error('ends too early');
    this.offset += length;
    this.#expect(QUOTE);
  }

  /** `length:"bytes"` with `\xx` for a byte; the length counts the decoded bytes. */
  #escaped(): Buffer {
    const length = this.#length(COLON);
    this.#expect(QUOTE);
    if (length > this.#bytes.length - this.offset) throw this.#error('ends too early');
    const decoded = Buffer.alloc(length);
    for (let index = 0; index < length; index += 1) {
      let byte = this.#bytes[this.offset];
      this.offset += 1;
      if (byte === BACKSLASH) {
        const high = hexDigit(this.#bytes[this.offset]);
        const low = hexDigit(this.#bytes[this.offset + 1]);
        if (high < 0 || low < 0) throw this.#error('a broken escape');
        byte = high * 16 + low;
        this.offset += 2;
      }
      if (byte === undefined) throw this.#error('ends too early');
      decoded[index] = byte;
    }
    this.#expect(QUOTE);
    return decoded;
  }

  #take(length: number): Buffer {
    if (length > this.#bytes.length - this.offset) throw this.#error('ends too early');
    const taken = this.#bytes.subarray(this.offset, this.offset + length);
    this.offset += length;
    return taken;
  }

  #integer(): string {
    const start = this.offset;
    this.#skipInteger();
    return this.#bytes.toString('latin1', start, this.offset - 1);
  }

  #skipInteger(): void {
    const sign = this.#bytes[this.offset];
    if (sign === MINUS || sign === PLUS) this.offset += 1;
    this.#digits(20);
    this.#expect(SEMICOLON);
  }

  #length(end: number): number {
    const start = this.offset;
    this.#digits(LONGEST_LENGTH);
    let value = 0;
    for (let at = start; at < this.offset; at += 1) value = value * 10 + (this.#bytes[at] ?? 48) - 48;
    this.#expect(end);
    return value;
  }

  #digits(most: number): void {
    const start = this.offset;
    for (let byte = this.#bytes[start]; byte !== undefined && byte >= 48 && byte <= 57;) {
      this.offset += 1;
      if (this.offset - start > most) throw this.#error('a number too long');
      byte = this.#bytes[this.offset];
    }
    if (this.offset === start) throw this.#error('not a number');
  }

  #float(): string {
    const end = this.#bytes.indexOf(SEMICOLON, this.offset);
    if (end < 0 || end - this.offset > LONGEST_NUMBER) throw this.#error('not a number');
    const text = this.#bytes.toString('latin1', this.offset, end);
    if (!/^(?:[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?|-?INF|NAN)$/.test(text))
      throw this.#error('not a number');
    this.offset = end + 1;
    return text;
  }

  #expect(byte: number): void {
    if (this.#bytes[this.offset] !== byte) {
      throw this.#error(this.offset >= this.#bytes.length ? 'ends too early' : 'unexpected character');
    }
    this.offset += 1;
  }

  #error(reason: string): ParseError {
    return new ParseError(reason, Math.min(this.offset, this.#bytes.length));
  }
}

/** -1 for what is none. */
function hexDigit(code: number | undefined): number {
  if (code === undefined) return -1;
  if (code >= 48 && code <= 57) return code - 48;
  const lower = code | 32;
  return lower >= 97 && lower <= 102 ? lower - 87 : -1;
}
