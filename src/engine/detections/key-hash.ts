import { textHash } from '#shared/domain/text-hash.ts';

/** A number for a kind and an id, mixed as MurmurHash3 ends, so that the upper bits are good ones. */
export const keyHash = (kind: string, id: string): number => {
  let hash = textHash(id, textHash('\x1f', textHash(kind)));
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
};
