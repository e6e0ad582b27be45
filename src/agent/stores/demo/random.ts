/** A seeded stream of random numbers. Not for secrets: equal keys give equal streams, which is the point. */
export interface Random {
  /** Uniform in [0, 1). */
  next(): number;
  /** Uniform integer in [from, to], both ends included. */
  int(from: number, to: number): number;
  between(from: number, to: number): number;
  chance(probability: number): boolean;
  pick<T>(items: readonly [T, ...T[]]): T;
  /** One of the items, or undefined of none. */
  pickOf<T>(items: readonly T[]): T | undefined;
  /** Normal distribution (Box and Muller). */
  normal(mean: number, deviation: number): number;
  /** Exponential distribution with this mean. */
  exponential(mean: number): number;
  /** Lower-case hexadecimal digits, eight for every word. */
  hex(words: number): string;
}

const rotate = (value: number, bits: number): number => (value << bits) | (value >>> (32 - bits));

/** Murmur3's finaliser and mixing step (public domain, Austin Appleby): spreads any integers over 32 bits. */
function mix(hash: number, word: number): number {
  let k = Math.imul(word | 0, 0xcc9e2d51);
  k = Math.imul(rotate(k, 15), 0x1b873593);
  return (Math.imul(rotate(hash ^ k, 13), 5) + 0xe6546b64) | 0;
}

function finish(hash: number): number {
  let h = hash;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}

/** A 32-bit number for a text, to be used as a key. */
export function keyOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i += 1) hash = mix(hash, text.charCodeAt(i));
  return finish(hash);
}

/**
 * The stream that belongs to these keys (integers up to 2^53). Behaviour that has its own keys is the same
 * whatever else happened before: that is what lets a restarted simulation continue as if it had never stopped.
 */
export function randomFor(seed: number, ...keys: readonly number[]): Random {
  let hash = mix(0x9747b28c, seed);
  for (const key of keys) {
    hash = mix(hash, key);
    hash = mix(hash, Math.floor(key / 0x1_0000_0000));
  }
  // sfc32 (public domain, PractRand): three words of state and a counter, warmed up.
  let a = finish(mix(hash, 1));
  let b = finish(mix(hash, 2));
  let c = finish(mix(hash, 3));
  let counter = 1;
  const word = (): number => {
    const t = (((a + b) | 0) + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (rotate(c, 21) + t) | 0;
    return t >>> 0;
  };
  for (let i = 0; i < 8; i += 1) word();
  return streamOf(word);
}

function streamOf(word: () => number): Random {
  const next = (): number => word() / 0x1_0000_0000;
  const int = (from: number, to: number): number => from + Math.floor(next() * (to - from + 1));
  return {
    next,
    int,
    between: (from, to) => from + next() * (to - from),
    chance: (probability) => next() < probability,
    pick: (items) => items[int(0, items.length - 1)] ?? items[0],
    pickOf: (items) => items[int(0, items.length - 1)],
    normal: (mean, deviation) =>
      mean + deviation * Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next()),
    exponential: (mean) => -mean * Math.log(1 - next()),
    hex: (words) => {
      let text = '';
      for (let i = 0; i < words; i += 1) text += word().toString(16).padStart(8, '0');
      return text;
    },
  };
}

/** One of the items by weight; undefined of none. */
export function weighted<T>(random: Random, items: readonly T[], weight: (item: T) => number): T | undefined {
  let rest = random.next() * items.reduce((sum, item) => sum + weight(item), 0);
  for (const item of items) {
    rest -= weight(item);
    if (rest < 0) return item;
  }
  return items.at(-1);
}
