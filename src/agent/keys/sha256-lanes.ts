// SHA-256 (FIPS 180-4) of four blocks at once, in WebAssembly: a listing makes the handles of a million keys, and of the
// runtime's own hash the call is most of what a short text costs. The program is put together here, instruction by
// instruction (WebAssembly's specification, "Binary Format"): the four blocks lie in the lanes of one vector.

/** Blocks that are hashed at once. */
export const LANES = 4;
export const BLOCK = 64;
export const BLOCK_WORDS = 16;
export const DIGEST_WORDS = 8;
const ROUNDS = 64;
const VECTOR = 16;
/** Where states lie in memory, by number; before them the words of the blocks. */
const stateAt = (state: number): number => (BLOCK_WORDS + DIGEST_WORDS * state) * VECTOR;

/** What of the global is used; the language library does not name it. */
declare const WebAssembly: {
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (module: object) => {
    readonly exports: {
      readonly memory: { readonly buffer: ArrayBuffer };
      readonly compress: (before: number, after: number) => void;
    };
  };
};

type Code = readonly number[];

/** A whole number that is not negative, in as few bytes as it takes (LEB128). */
function leb(value: number): Code {
  const bytes: number[] = [];
  let rest = value;
  for (; rest > 0x7f; rest >>>= 7) bytes.push((rest & 0x7f) | 0x80);
  return [...bytes, rest];
}
const sized = (content: Code): Code => [...leb(content.length), ...content];
const section = (id: number, content: Code): Code => [id, ...sized(content)];
const named = (name: string): Code => sized([...Buffer.from(name, 'latin1')]);

const get = (local: number): Code => [0x20, ...leb(local)];
const set = (local: number, value: Code): Code => [...value, 0x21, ...leb(local)];
const vector = (op: number, ...values: readonly Code[]): Code => [...values.flat(), 0xfd, ...leb(op)];
const load = (address: Code, offset: number): Code => [...vector(0x00, address), 4, ...leb(offset)];
const store = (address: Code, offset: number, value: Code): Code => [
  ...vector(0x0b, address, value),
  4,
  ...leb(offset),
];
const add = (...values: readonly Code[]): Code => values.reduce((sum, value) => vector(0xae, sum, value));
const xor = (...values: readonly Code[]): Code => values.reduce((sum, value) => vector(0x51, sum, value));
/** Bits of the first where the third has ones, of the second elsewhere. */
const select = (ones: Code, zeros: Code, where: Code): Code => vector(0x52, ones, zeros, where);
const i32 = (value: number): Code => [0x41, ...signed(value)];
const right = (value: Code, bits: number): Code => vector(0xad, value, i32(bits));
const turned = (value: Code, bits: number): Code =>
  vector(0x50, right(value, bits), vector(0xab, value, i32(32 - bits)));

/** A small number as signed LEB128. */
const signed = (value: number): Code => (value < 64 ? [value] : [value | 0x80, 0]);

/** The same word in every lane. */
function everywhere(word: number): Code {
  const bytes = Buffer.alloc(VECTOR);
  for (let lane = 0; lane < LANES; lane += 1) bytes.writeInt32LE(word, 4 * lane);
  return [0xfd, 0x0c, ...bytes];
}

/** The first bits behind the point of roots of the first primes: what the standard's numbers are. */
function rootBits(count: number, root: (value: number) => number): readonly number[] {
  const primes: number[] = [];
  for (let value = 2; primes.length < count; value += 1)
    if (primes.every((prime) => value % prime !== 0)) primes.push(value);
  return primes.map((prime) => Math.floor((root(prime) % 1) * 2 ** 32) | 0);
}

/** Parameters, and then the words and the eight variables of the standard. */
const [BEFORE, AFTER, WORDS] = [0, 1, 2];
const VARIABLES = WORDS + BLOCK_WORDS;
const word = (t: number): number => WORDS + (t % BLOCK_WORDS);

/** Hashes the blocks behind what was hashed before; every round is written out. */
function compress(): Code {
  const code: number[] = [];
  const emit = (piece: Code): void => void code.push(...piece);
  const added = rootBits(ROUNDS, Math.cbrt);
  let state = Array.from({ length: DIGEST_WORDS }, (_, index) => VARIABLES + index);
  for (const [index, local] of state.entries()) emit(set(local, load(get(BEFORE), index * VECTOR)));
  for (let t = 0; t < ROUNDS; t += 1) {
    if (t < BLOCK_WORDS) emit(set(word(t), load(i32(0), t * VECTOR)));
    else {
      const [near, far] = [get(word(t - 15)), get(word(t - 2))];
      const one = xor(turned(near, 7), turned(near, 18), right(near, 3));
      const other = xor(turned(far, 17), turned(far, 19), right(far, 10));
      emit(set(word(t), add(get(word(t)), one, get(word(t - 7)), other)));
    }
    const [a, b, c, d, e, f, g, h] = state as [
      number,
      number,
      number,
      number,
      number,
      number,
      number,
      number,
    ];
    const ofE = xor(turned(get(e), 6), turned(get(e), 11), turned(get(e), 25));
    const chosen = select(get(f), get(g), get(e));
    emit(set(h, add(get(h), ofE, chosen, everywhere(added[t] ?? 0), get(word(t)))));
    emit(set(d, add(get(d), get(h))));
    const ofA = xor(turned(get(a), 2), turned(get(a), 13), turned(get(a), 22));
    const most = select(get(c), get(b), xor(get(a), get(b)));
    emit(set(h, add(get(h), ofA, most)));
    state = [h, a, b, c, d, e, f, g];
  }
  for (const [index, local] of state.entries())
    emit(store(get(AFTER), index * VECTOR, add(get(local), load(get(BEFORE), index * VECTOR))));
  return code;
}

function assemble(): Uint8Array {
  const [I32, V128, FUNCTION, END] = [0x7f, 0x7b, 0x60, 0x0b];
  const locals = [1, ...leb(BLOCK_WORDS + DIGEST_WORDS), V128];
  return Uint8Array.from([
    ...[0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...section(1, [1, FUNCTION, 2, I32, I32, 0]),
    ...section(3, [1, 0]),
    ...section(5, [1, 0, 1]),
    ...section(7, [2, ...named('memory'), 2, 0, ...named('compress'), 0, 0]),
    ...section(10, [1, ...sized([...locals, ...compress(), END])]),
  ]);
}

/** Four hashes side by side: word `n` of lane `l` is at `LANES * n + l`. */
export interface Sha256Lanes {
  /** The blocks that are hashed next, as words. */
  readonly words: Int32Array;
  /** What was hashed, by number of the state. */
  state(number: number): Int32Array;
  /** Hashes the blocks behind one state into another. */
  compress(before: number, after: number): void;
}

/** Compiled once, when it is first needed. */
let program: object | null = null;

/** @param states how many are kept; the first one is where every hash begins */
export function createSha256Lanes(states: number): Sha256Lanes {
  const { memory, compress: run } = new WebAssembly.Instance((program ??= new WebAssembly.Module(assemble())))
    .exports;
  const kept = Array.from(
    { length: states },
    (_, index) => new Int32Array(memory.buffer, stateAt(index), DIGEST_WORDS * LANES),
  );
  const state = (number: number): Int32Array => kept[number] ?? new Int32Array(0);
  for (const [index, value] of rootBits(DIGEST_WORDS, Math.sqrt).entries())
    state(0).fill(value, LANES * index, LANES * (index + 1));
  return {
    words: new Int32Array(memory.buffer, 0, BLOCK_WORDS * LANES),
    state,
    compress: (before, after) => run(stateAt(before), stateAt(after)),
  };
}
