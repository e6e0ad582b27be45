const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
const VALUES = new Uint8Array(128);
for (let value = 0; value < ALPHABET.length; value += 1) VALUES[ALPHABET.charCodeAt(value)] = value;

/** The bits of some characters of a handle as a number, eight characters at most; what is no handle gets some number, always the same. */
export function bitsOf(id: string, from: number, to: number): number {
  let bits = 0;
  for (let at = from; at < to; at += 1) bits = bits * 64 + (VALUES[id.charCodeAt(at)] ?? 0);
  return bits;
}

/** The first 48 bits (eight characters) of a handle. */
export const shortOf = (id: string): number => bitsOf(id, 0, 8);
