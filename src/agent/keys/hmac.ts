import { createHmac, hash } from 'node:crypto';

const PAD = 64;
const DIGEST = 32;
/** Bytes; a password's hash and what it is for. */
const SHORT_TEXT = 1_024;

export interface Hmac {
  /** HMAC-SHA-256 (RFC 2104) of a text as base64url. */
  of(text: string): string;
  /** The same of a text's UTF-8, however long. */
  long(bytes: Buffer): string;
}

/**
 * Under one key of 64 bytes at most. Two hashes of one piece each are several times as fast as an Hmac object for each
 * text; long texts take that.
 */
export function createHmacOf(key: Buffer): Hmac {
  const padded = Buffer.concat([key], PAD);
  const inner = Buffer.alloc(PAD + SHORT_TEXT);
  inner.set(padded.map((byte) => byte ^ 0x36));
  const outer = Buffer.alloc(PAD + DIGEST);
  outer.set(padded.map((byte) => byte ^ 0x5c));
  /** The beginning of `inner` with a text of this many bytes; most texts under a key are of one length. */
  const views = new Map<number, Buffer>();
  const viewOf = (length: number): Buffer => {
    let view = views.get(length);
    if (view === undefined) views.set(length, (view = inner.subarray(0, PAD + length)));
    return view;
  };
  const short = (length: number): string => {
    outer.write(hash('sha256', viewOf(length), 'binary'), PAD, 'latin1');
    return hash('sha256', outer, 'base64url');
  };
  const long = (text: string | Buffer): string => createHmac('sha256', key).update(text).digest('base64url');
  return {
    // UTF-8 takes at most three bytes for a UTF-16 unit.
    of: (text) => (text.length * 3 > SHORT_TEXT ? long(text) : short(inner.write(text, PAD))),
    long,
  };
}
