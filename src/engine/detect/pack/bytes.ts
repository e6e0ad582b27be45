/**
 * Memories as bytes: numbers and references to texts one after the other, and every text once. Reading one makes no
 * objects but those that are asked for, and of all its texts one string, of which they are parts.
 *
 *     how many texts, whether they are wide, the length of each, their characters; then what was put, in that order
 *
 * A whole number from 0 is written in groups of seven bits, the lowest first. What is stored names parts by their place
 * alone: whoever changes the order of what is put gives it a new number of layout.
 */

/** First byte of a number that is not a whole one below 240. */
const U16 = 240;
const U32 = 241;
const U48 = 242;
const FLOAT = 243;
/** The large number before it, or that and so much more or less: times are near each other. */
const SAME = 244;
const LATER = 245;
const EARLIER = 246;
const NULL = 247;
const WHOLE = 240;
const TWO_16 = 0x1_0000;
const TWO_32 = 0x1_0000_0000;
const TWO_48 = TWO_32 * TWO_16;

const float = new Float64Array(1);
const floatBytes = new Uint8Array(float.buffer);

/** Bytes that grow as they are written. */
export class ByteSink {
  bytes = Buffer.allocUnsafeSlow(4_096);
  length = 0;

  room(more: number): void {
    if (this.length + more <= this.bytes.length) return;
    const larger = Buffer.allocUnsafeSlow(Math.max(2 * this.bytes.length, this.length + more));
    this.bytes.copy(larger, 0, 0, this.length);
    this.bytes = larger;
  }
  byte(value: number): void {
    this.room(1);
    this.bytes[this.length] = value;
    this.length += 1;
  }
  /** A whole number from 0. */
  uint(value: number): void {
    this.room(8);
    const { bytes } = this;
    let left = value;
    while (left >= 0x80) {
      bytes[this.length] = (left % 0x80) | 0x80;
      this.length += 1;
      left = Math.floor(left / 0x80);
    }
    bytes[this.length] = left;
    this.length += 1;
  }
  /** The lower `many` bytes of a whole number, the lowest first. */
  whole(value: number, many: number): void {
    this.room(many);
    let left = value;
    for (let at = 0; at < many; at += 1) {
      this.bytes[this.length + at] = left % 256;
      left = Math.floor(left / 256);
    }
    this.length += many;
  }
  /** Eight bytes. */
  eight(source: Uint8Array): void {
    this.room(8);
    for (let at = 0; at < 8; at += 1) this.bytes[this.length + at] = source[at] ?? 0;
    this.length += 8;
  }
  part(source: Buffer, start: number, end: number): void {
    this.room(end - start);
    source.copy(this.bytes, this.length, start, end);
    this.length += end - start;
  }
}

/** Writes one memory at a time. */
export class PackWriter {
  readonly #body = new ByteSink();
  readonly #places = new Map<string, number>();
  readonly #texts: string[] = [];
  #characters = 0;
  #large = 0;
  readonly #change: ((text: string) => string) | null;

  /** @param change what is written in place of a text */
  constructor(change: ((text: string) => string) | null = null) {
    this.#change = change;
  }

  uint(value: number): void {
    this.#body.uint(value);
  }
  flag(value: boolean): void {
    this.#body.byte(value ? 1 : 0);
  }
  number(value: number | null): void {
    const body = this.#body;
    if (value === null || Number.isNaN(value)) body.byte(NULL);
    else if (value >= 0 && value < TWO_48 && Math.floor(value) === value) {
      if (value < WHOLE) body.byte(value);
      else if (value < TWO_16) {
        body.byte(U16);
        body.whole(value, 2);
      } else if (value < TWO_32) {
        body.byte(U32);
        body.whole(value, 4);
      } else this.#time(value);
    } else {
      body.byte(FLOAT);
      float[0] = value;
      body.eight(floatBytes);
    }
  }
  #time(value: number): void {
    const body = this.#body;
    const later = value - this.#large;
    this.#large = value;
    if (later === 0) body.byte(SAME);
    else if (later > 0 && later < TWO_32) {
      body.byte(LATER);
      body.whole(later, 4);
    } else if (later < 0 && later > -TWO_32) {
      body.byte(EARLIER);
      body.whole(-later, 4);
    } else {
      body.byte(U48);
      body.whole(value, 6);
    }
  }
  text(given: string | null): void {
    if (given === null) {
      this.#body.byte(0);
      return;
    }
    const value = this.#change === null ? given : this.#change(given);
    let place = this.#places.get(value);
    if (place === undefined) {
      place = this.#texts.push(value);
      this.#places.set(value, place);
      this.#characters += value.length;
    }
    this.#body.uint(place);
  }
  json(value: unknown): void {
    this.text(JSON.stringify(value));
  }
  /** Appends what was put, and begins anew. */
  end(sink: ByteSink): void {
    const texts = this.#texts;
    const body = this.#body;
    sink.uint(texts.length);
    if (texts.length > 0) {
      const start = sink.length;
      if (!this.#narrow(sink)) {
        sink.length = start;
        this.#writeWide(sink);
      }
      texts.length = 0;
      this.#places.clear();
      this.#characters = 0;
    }
    sink.part(body.bytes, 0, body.length);
    body.length = 0;
    this.#large = 0;
  }
  /** One byte a character, if that is enough for all of them. */
  #narrow(sink: ByteSink): boolean {
    sink.byte(0);
    for (const text of this.#texts) sink.uint(text.length);
    sink.room(this.#characters);
    const { bytes } = sink;
    let at = sink.length;
    let all = 0;
    for (const text of this.#texts)
      for (let one = 0; one < text.length; one += 1) {
        const unit = text.charCodeAt(one);
        all |= unit;
        bytes[at] = unit;
        at += 1;
      }
    sink.length = at;
    return all < 0x100;
  }
  #writeWide(sink: ByteSink): void {
    sink.byte(1);
    for (const text of this.#texts) sink.uint(text.length);
    for (const text of this.#texts) {
      sink.room(2 * text.length);
      sink.length += sink.bytes.write(text, sink.length, 'utf16le');
    }
  }
}

/** Reads what a PackWriter wrote, in the same order. Of other bytes it makes something, or throws a RangeError. */
export class PackReader {
  readonly #bytes: Buffer;
  #at: number;
  #large = 0;
  readonly #all: string;
  /** Where each text ends. */
  readonly #ends: number[];
  readonly #texts: (string | undefined)[];

  constructor(bytes: Buffer, start = 0) {
    this.#bytes = bytes;
    this.#at = start;
    const many = this.uint();
    const ends = new Array<number>(many);
    this.#ends = ends;
    this.#texts = new Array<string | undefined>(many);
    if (many === 0) {
      this.#all = '';
      return;
    }
    const wide = this.#byte() === 1;
    let end = 0;
    for (let text = 0; text < many; text += 1) ends[text] = end += this.uint();
    const from = this.#at;
    this.#at += wide ? 2 * end : end;
    this.#all = bytes.toString(wide ? 'utf16le' : 'latin1', from, this.#at);
  }

  #byte(): number {
    const byte = this.#bytes[this.#at];
    if (byte === undefined) throw new RangeError('A memory is shorter than it should be.');
    this.#at += 1;
    return byte;
  }
  uint(): number {
    let byte = this.#byte();
    if (byte < 0x80) return byte;
    let [value, scale] = [byte - 0x80, 0x80];
    do {
      byte = this.#byte();
      value += (byte & 0x7f) * scale;
      scale *= 0x80;
    } while (byte >= 0x80);
    return value;
  }
  flag(): boolean {
    return this.#byte() === 1;
  }
  number(): number | null {
    const first = this.#byte();
    return first === NULL ? null : this.#numberOf(first);
  }
  /** A number that is never null. */
  figure(): number {
    const first = this.#byte();
    return first < WHOLE ? first : this.#numberOf(first);
  }
  #numberOf(first: number): number {
    switch (first) {
      case U16:
        return this.#whole(2);
      case U32:
        return this.#whole(4);
      case U48:
        return (this.#large = this.#whole(6));
      case SAME:
        return this.#large;
      case LATER:
        return (this.#large += this.#whole(4));
      case EARLIER:
        return (this.#large -= this.#whole(4));
      case FLOAT: {
        for (let at = 0; at < 8; at += 1) floatBytes[at] = this.#byte();
        return float[0] ?? 0;
      }
      default:
        return first;
    }
  }
  #whole(many: number): number {
    let value = 0;
    let scale = 1;
    for (let at = 0; at < many; at += 1) {
      value += this.#byte() * scale;
      scale *= 256;
    }
    return value;
  }
  text(): string | null {
    const place = this.uint();
    if (place === 0) return null;
    const before = this.#texts[place - 1];
    if (before !== undefined) return before;
    const text = this.#all.substring(place === 1 ? 0 : (this.#ends[place - 2] ?? 0), this.#ends[place - 1]);
    this.#texts[place - 1] = text;
    return text;
  }
  /** A text that is never null. */
  name(): string {
    return this.text() ?? '';
  }
  json(): unknown {
    return JSON.parse(this.name());
  }
}
