// Writes the compact look-up files that src/geo reads (format: docs/geo.md, reader: src/geo/geo-file.ts).
import { mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { crc32 } from 'node:zlib';

const MAGIC = 'WFGEO1\0\0';

/** @typedef {Uint8Array | Uint16Array | Uint32Array | Float32Array} Column */

/**
 * @param {string} path
 * @param {{ content: string, builtAt: string, source: string, licence: string, attribution: { text: string, url: string }[] }} about
 * @param {Record<string, Column>} columns
 * @returns {number} bytes written
 */
export function writeGeoFile(path, about, columns) {
  /** @type {Record<string, { type: string, offset: number, length: number }>} */
  const sections = {};
  let offset = 0; // from the end of the header
  for (const [name, column] of Object.entries(columns)) {
    sections[name] = { type: column.constructor.name, offset, length: column.length };
    offset += padded(column.byteLength);
  }
  const body = Buffer.alloc(offset);
  for (const [name, column] of Object.entries(columns)) {
    const bytes = Buffer.from(column.buffer, column.byteOffset, column.byteLength);
    bytes.copy(body, sections[name]?.offset ?? 0);
  }
  const header = Buffer.from(
    JSON.stringify({ ...about, checksum: crc32(body), bytes: body.length, sections }),
  );
  const start = Buffer.alloc(padded(12 + header.length), 0x20);
  start.write(MAGIC, 0, 'latin1');
  start.writeUInt32LE(start.length - 12, 8);
  header.copy(start, 12);
  mkdirSync(dirname(path), { recursive: true });
  const partial = `${path}.${process.pid}.partial`;
  writeFileSync(partial, Buffer.concat([start, body]));
  renameSync(partial, path);
  return start.length + body.length;
}

const padded = (/** @type {number} */ length) => Math.ceil(length / 8) * 8;

/** Collects range starts in address order and turns them into the columns of a range table. */
export class RangeColumns {
  #name;
  #groups = new Grow(Uint32Array);
  #offsets = new Grow(Uint32Array);
  #lows;
  #ids = new Grow(Uint32Array);
  #lastId = 0;

  /** @param {'v4' | 'v6'} name IPv4 is grouped by its first 16 bits, IPv6 by its first 32 */
  constructor(name) {
    this.#name = name;
    this.#lows = name === 'v4' ? new Grow(Uint16Array) : new Grow(Uint32Array);
  }

  /**
   * From this address on the value is `id` (0 = nothing known). Addresses must not go down; the last of several for
   * one address counts.
   * @param {number} high @param {number} low @param {number} id
   */
  add(high, low, id) {
    const [group, rest] = this.#name === 'v4' ? [high >>> 16, high & 0xffff] : [high, low];
    if (this.#groups.length === 0 || this.#groups.last() !== group) {
      if (this.#groups.length > 0 && group < this.#groups.last())
        throw new Error('Ranges are not in address order.');
      this.#groups.push(group);
      this.#offsets.push(this.#ids.length);
      if (rest > 0) this.#append(0, this.#lastId); // what held at the end of the group before still holds
    }
    const first = this.#offsets.last();
    if (this.#ids.length > first && rest < this.#lows.last())
      throw new Error('Ranges are not in address order.');
    if (this.#ids.length > first && rest === this.#lows.last()) this.#ids.replaceLast(id);
    else if (this.#ids.length === first || this.#ids.last() !== id) this.#append(rest, id);
    this.#lastId = id;
  }

  /** @param {number} low @param {number} id */
  #append(low, id) {
    this.#lows.push(low);
    this.#ids.push(id);
  }

  get ranges() {
    return this.#ids.length;
  }

  /** @returns {Record<string, Column>} ids are cut to 24 bits, in two columns */
  columns() {
    const ids = this.#ids.done();
    const idLow = new Uint16Array(ids.length);
    const idHigh = new Uint8Array(ids.length);
    for (const [at, id] of ids.entries()) {
      if (id >= 2 ** 24) throw new Error('More than 16 million distinct values do not fit this format.');
      idLow[at] = id & 0xffff;
      idHigh[at] = id >>> 16;
    }
    this.#offsets.push(ids.length);
    const name = this.#name;
    return {
      [`${name}Groups`]: this.#groups.done(),
      [`${name}Offsets`]: this.#offsets.done(),
      [`${name}Lows`]: this.#lows.done(),
      [`${name}IdLow`]: idLow,
      [`${name}IdHigh`]: idHigh,
    };
  }
}

/** Strings by number; 0 is the empty one. */
export class StringTable {
  /** @type {Map<string, number>} */
  #ids = new Map([['', 0]]);

  /** @param {string} text */
  id(text) {
    const known = this.#ids.get(text);
    if (known !== undefined) return known;
    const id = this.#ids.size;
    this.#ids.set(text, id);
    return id;
  }

  /** @returns {Record<string, Column>} */
  columns() {
    const texts = [...this.#ids.keys()].map((text) => Buffer.from(text, 'utf8'));
    const ends = new Uint32Array(texts.length + 1);
    let end = 0;
    for (const [at, text] of texts.entries()) {
      end += text.length;
      ends[at + 1] = end;
    }
    return { stringEnds: ends, stringBytes: new Uint8Array(Buffer.concat(texts)) };
  }
}

/**
 * A typed array that grows by doubling.
 * @template {Uint16ArrayConstructor | Uint32ArrayConstructor | Float32ArrayConstructor} C
 */
export class Grow {
  #type;
  #data;
  length = 0;

  /** @param {C} type */
  constructor(type) {
    this.#type = type;
    this.#data = new type(1024);
  }

  /** @param {number} value */
  push(value) {
    if (this.length === this.#data.length) {
      const larger = new this.#type(this.length * 2);
      larger.set(this.#data);
      this.#data = larger;
    }
    this.#data[this.length] = value;
    this.length += 1;
  }

  last() {
    return this.#data[this.length - 1] ?? 0;
  }

  /** @param {number} value */
  replaceLast(value) {
    this.#data[this.length - 1] = value;
  }

  done() {
    return this.#data.slice(0, this.length);
  }
}
