import { keyHash } from './key-hash.ts';

/**
 * Bytes of memory that packed memories of all environments take at most, keys and all; what finds them takes 16 bytes
 * more of each.
 */
export const MOST_CACHED_BYTES = 1_024 * 1_048_576;
const CHUNK = 4 * 1_048_576;
/** Of a full piece this much may be kept when room is made in it. */
const KEPT = (CHUNK / 4) * 3;
const LARGEST = CHUNK / 8;
/** Room is made when this part of everything is taken by what nothing leads to any more. */
const WASTE = 4;
/** Everything begins at a multiple of this, in bytes. */
const UNIT = 16;
const WORDS = UNIT / 4;

// A record: four words (hash of the key; bytes it may take; bytes of the memory; what it is), the key, the memory.
const HEADER = 16;
const USED = 1 << 24;
const WIDE = 1 << 25;
const DEAD = 1 << 26;
const KEY_LENGTH = 0xffff;
const KIND_SHIFT = 16;
const KIND = 0xff;

const FREE = 0;
const GONE = 1;
const FIRST = 2;
const LEAST_SLOTS = 4_096;

interface Chunk {
  readonly bytes: Buffer;
  readonly words: Uint32Array;
  filled: number;
  /** Bytes of it that nothing leads to. */
  dead: number;
}

/** Where the bytes of a memory lie, until the cache is used again. */
export interface Found {
  bytes: Buffer;
  start: number;
  end: number;
}

/**
 * Packed memories that were read or written, outside the heap: reading one from the mirror takes longer than all else
 * about it. Everything in it lies in the mirror too, so what was not used lately may leave when there is no more room.
 */
export interface PackedCache {
  find(kind: string, id: string): Found | undefined;
  set(kind: string, id: string, bytes: Buffer, start: number, end: number): void;
  delete(kind: string, id: string): void;
  /** Gives back what is beyond the most that it may take now. */
  fit(): void;
  /** Bytes of memory that it has taken. */
  readonly size: () => number;
}

const newChunk = (): Chunk => {
  const bytes = Buffer.allocUnsafeSlow(CHUNK);
  return { bytes, words: new Uint32Array(bytes.buffer), filled: 0, dead: 0 };
};

/** @param most bytes that it may take now; one piece of 4 MB it may always */
export function createPackedCache(most: () => number = () => MOST_CACHED_BYTES): PackedCache {
  const mostChunks = (): number => Math.max(1, Math.floor(most() / CHUNK));
  const chunks: Chunk[] = [];
  let dead = 0;
  /** The one that is written to. */
  let current = -1;
  let hashes = new Uint32Array(LEAST_SLOTS);
  let places = new Uint32Array(LEAST_SLOTS);
  /** Slots that are not free. */
  let taken = 0;
  let live = 0;
  const kinds = new Map<string, number>();
  const found: Found = { bytes: Buffer.alloc(0), start: 0, end: 0 };

  const kindOf = (kind: string): number => {
    let number = kinds.get(kind);
    if (number === undefined) kinds.set(kind, (number = kinds.size));
    return number;
  };
  const chunkOf = (place: number): Chunk => {
    const chunk = chunks[Math.floor((place - FIRST) / (CHUNK / UNIT))];
    if (chunk === undefined) throw new RangeError('A place that is in no piece.');
    return chunk;
  };
  const offsetOf = (place: number): number => ((place - FIRST) % (CHUNK / UNIT)) * UNIT;
  const placeOf = (chunk: number, offset: number): number => chunk * (CHUNK / UNIT) + offset / UNIT + FIRST;

  const isKey = ({ bytes, words }: Chunk, offset: number, kind: number, id: string): boolean => {
    const about = words[offset / 4 + 3] ?? 0;
    if ((about & KEY_LENGTH) !== id.length || ((about >>> KIND_SHIFT) & KIND) !== kind) return false;
    let at = offset + HEADER;
    if ((about & WIDE) !== 0) return bytes.toString('utf16le', at, at + 2 * id.length) === id;
    for (let one = 0; one < id.length; one += 1, at += 1) if (bytes[at] !== id.charCodeAt(one)) return false;
    return true;
  };
  /** The slot of a key, or -1. */
  const slotOf = (kind: number, id: string, hash: number): number => {
    const mask = places.length - 1;
    for (let slot = hash & mask; ; slot = (slot + 1) & mask) {
      const place = places[slot] ?? FREE;
      if (place === FREE) return -1;
      if (place !== GONE && hashes[slot] === hash && isKey(chunkOf(place), offsetOf(place), kind, id))
        return slot;
    }
  };
  const slotAt = (hash: number, place: number): number => {
    const mask = places.length - 1;
    for (let slot = hash & mask; places[slot] !== FREE; slot = (slot + 1) & mask)
      if (places[slot] === place) return slot;
    return -1;
  };
  const insert = (hash: number, place: number): void => {
    if ((taken + 1) * 5 > places.length * 3) rehash();
    const mask = places.length - 1;
    let slot = hash & mask;
    while ((places[slot] ?? FREE) > GONE) slot = (slot + 1) & mask;
    if (places[slot] === FREE) taken += 1;
    hashes[slot] = hash;
    places[slot] = place;
    live += 1;
  };
  const rehash = (): void => {
    const [oldHashes, oldPlaces] = [hashes, places];
    const slots = live * 10 > places.length * 3 ? 2 * places.length : places.length;
    hashes = new Uint32Array(slots);
    places = new Uint32Array(slots);
    [taken, live] = [0, 0];
    for (let slot = 0; slot < oldPlaces.length; slot += 1) {
      const place = oldPlaces[slot] ?? FREE;
      if (place > GONE) insert(oldHashes[slot] ?? 0, place);
    }
  };
  const forget = (slot: number): void => {
    places[slot] = GONE;
    live -= 1;
  };

  /**
   * Makes room in a piece: what is left moves together.
   * @param leaving what was not used since the last time leaves
   */
  const sweep = (number: number, chunk: Chunk, leaving: boolean): void => {
    const { bytes, words } = chunk;
    let kept = 0;
    for (let offset = 0; offset < chunk.filled;) {
      const word = offset / 4;
      const [hash, size, about] = [words[word] ?? 0, words[word + 1] ?? 0, words[word + 3] ?? 0];
      if ((about & DEAD) === 0) {
        const slot = slotAt(hash, placeOf(number, offset));
        if (!leaving || ((about & USED) !== 0 && kept + size <= KEPT)) {
          if (leaving) words[word + 3] = about & ~USED;
          bytes.copyWithin(kept, offset, offset + size);
          places[slot] = placeOf(number, kept);
          kept += size;
        } else forget(slot);
      }
      offset += size;
    }
    chunk.filled = kept;
    dead -= chunk.dead;
    chunk.dead = 0;
  };
  /** The piece with the most that nothing leads to. */
  const mostDead = (): number => {
    let most = 0;
    for (let one = 1; one < chunks.length; one += 1)
      if ((chunks[one]?.dead ?? 0) > (chunks[most]?.dead ?? 0)) most = one;
    return most;
  };
  const roomFor = (size: number): Chunk => {
    let chunk = chunks[current];
    while (chunk === undefined || chunk.filled + size > CHUNK) {
      if (dead >= CHUNK / 4 && dead * WASTE > chunks.length * CHUNK) {
        current = mostDead();
        chunk = chunks[current];
        if (chunk !== undefined) sweep(current, chunk, false);
        continue;
      }
      if (chunks.length < mostChunks()) {
        current = chunks.push(newChunk()) - 1;
        chunk = chunks[current];
        continue;
      }
      current = (current + 1) % chunks.length;
      chunk = chunks[current];
      if (chunk !== undefined && chunk.filled + size > CHUNK) sweep(current, chunk, true);
    }
    return chunk;
  };
  /** Lets the last piece go, with all that is in it. */
  const dropLast = (): void => {
    const number = chunks.length - 1;
    const chunk = chunks[number];
    if (chunk === undefined) return;
    for (let offset = 0; offset < chunk.filled;) {
      const word = offset / 4;
      if (((chunk.words[word + 3] ?? 0) & DEAD) === 0)
        forget(slotAt(chunk.words[word] ?? 0, placeOf(number, offset)));
      offset += chunk.words[word + 1] ?? 0;
    }
    dead -= chunk.dead;
    chunks.pop();
    current = Math.min(current, chunks.length - 1);
  };
  const isWide = (id: string): boolean => {
    for (let at = 0; at < id.length; at += 1) if (id.charCodeAt(at) > 0xff) return true;
    return false;
  };
  const append = (
    kind: number,
    id: string,
    hash: number,
    bytes: Buffer,
    start: number,
    end: number,
  ): void => {
    const wide = isWide(id);
    const key = wide ? 2 * id.length : id.length;
    const size = Math.ceil((HEADER + key + end - start) / UNIT) * UNIT;
    const chunk = roomFor(size);
    const offset = chunk.filled;
    const word = (offset / UNIT) * WORDS;
    chunk.words[word] = hash;
    chunk.words[word + 1] = size;
    chunk.words[word + 2] = end - start;
    chunk.words[word + 3] = id.length | (kind << KIND_SHIFT) | USED | (wide ? WIDE : 0);
    chunk.bytes.write(id, offset + HEADER, wide ? 'utf16le' : 'latin1');
    bytes.copy(chunk.bytes, offset + HEADER + key, start, end);
    chunk.filled += size;
    insert(hash, placeOf(current, offset));
  };
  const drop = (slot: number): void => {
    const place = places[slot] ?? FREE;
    const chunk = chunkOf(place);
    const word = offsetOf(place) / 4;
    const size = chunk.words[word + 1] ?? 0;
    chunk.words[word + 3] = (chunk.words[word + 3] ?? 0) | DEAD;
    chunk.dead += size;
    dead += size;
    forget(slot);
  };
  const bodyAt = (about: number, offset: number, id: string): number =>
    offset + HEADER + ((about & WIDE) === 0 ? id.length : 2 * id.length);

  return {
    find(kind, id) {
      const slot = slotOf(kindOf(kind), id, keyHash(kind, id));
      if (slot < 0) return undefined;
      const place = places[slot] ?? FREE;
      const { bytes, words } = chunkOf(place);
      const offset = offsetOf(place);
      const word = offset / 4;
      const about = words[word + 3] ?? 0;
      words[word + 3] = about | USED;
      found.bytes = bytes;
      found.start = bodyAt(about, offset, id);
      found.end = found.start + (words[word + 2] ?? 0);
      return found;
    },
    set(kind, id, bytes, start, end) {
      const hash = keyHash(kind, id);
      const number = kindOf(kind);
      const slot = slotOf(number, id, hash);
      if (slot >= 0) {
        const place = places[slot] ?? FREE;
        const chunk = chunkOf(place);
        const offset = offsetOf(place);
        const word = offset / 4;
        const about = chunk.words[word + 3] ?? 0;
        const body = bodyAt(about, offset, id);
        if (body + end - start <= offset + (chunk.words[word + 1] ?? 0)) {
          bytes.copy(chunk.bytes, body, start, end);
          chunk.words[word + 2] = end - start;
          chunk.words[word + 3] = about | USED;
          return;
        }
        drop(slot);
      }
      if (end - start <= LARGEST && id.length <= KEY_LENGTH) append(number, id, hash, bytes, start, end);
    },
    delete(kind, id) {
      const slot = slotOf(kindOf(kind), id, keyHash(kind, id));
      if (slot >= 0) drop(slot);
    },
    fit() {
      while (chunks.length > mostChunks()) dropLast();
    },
    size: () => chunks.length * CHUNK + 8 * places.length,
  };
}
