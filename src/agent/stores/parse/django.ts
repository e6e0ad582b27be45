import { inflateSync } from 'node:zlib';
import { parseJson, type Json } from './json.ts';
import { DEFAULT_LIMITS, ParseError, type ParseLimits } from './parse-error.ts';

/** What a row of `django_session` holds. The signature is not checked: the key is the application's. */
export interface DjangoSession {
  readonly data: Json;
  /** When it was saved last, in seconds since the epoch; null in the format before Django 3.1. */
  readonly savedAt: number | null;
}

const BASE62 = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';

/**
 * Reads `session_data` in both encodings: `[.]base64url([zlib])(JSON):base62 time:signature` (Django 3.1 and later;
 * the dot says compressed) and `base64(hash:JSON)` (before).
 * @throws ParseError for anything else, also for pickled sessions, and when a limit is passed
 */
export function parseDjangoSession(text: string, limits: ParseLimits = DEFAULT_LIMITS): DjangoSession {
  if (text.length > limits.bytes) throw new ParseError('too long', limits.bytes);
  const signature = text.lastIndexOf(':');
  return signature < 0 ? parseOld(text, limits) : parseSigned(text, signature, limits);
}

function parseSigned(text: string, signature: number, limits: ParseLimits): DjangoSession {
  const time = text.lastIndexOf(':', signature - 1);
  if (time < 0) throw new ParseError('no time', signature);
  const compressed = text.startsWith('.');
  const payload = fromBase64(text.slice(compressed ? 1 : 0, time), /^[A-Za-z0-9_-]*$/, 'base64url');
  const json = compressed ? inflate(payload, limits) : payload;
  return {
    data: parseJson(utf8(json), limits),
    savedAt: fromBase62(text.slice(time + 1, signature), time + 1),
  };
}

function parseOld(text: string, limits: ParseLimits): DjangoSession {
  const bytes = fromBase64(text, /^[A-Za-z0-9+/]*={0,2}$/, 'base64');
  const colon = bytes.indexOf(58);
  if (colon < 0) throw new ParseError('no hash', 0);
  return { data: parseJson(utf8(bytes.subarray(colon + 1)), limits), savedAt: null };
}

function fromBase64(text: string, alphabet: RegExp, encoding: 'base64' | 'base64url'): Buffer {
  if (!alphabet.test(text)) throw new ParseError('not base64', 0);
  return Buffer.from(text, encoding);
}

/** Decompresses; stops at the limit, whatever the input promises. */
function inflate(bytes: Buffer, limits: ParseLimits): Buffer {
  try {
    return inflateSync(bytes, { maxOutputLength: limits.bytes });
  } catch (error) {
    const tooLong = error instanceof RangeError;
    throw new ParseError(tooLong ? 'too long when decompressed' : 'not compressed data', 0);
  }
}

function utf8(bytes: Buffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new ParseError('not UTF-8', 0);
  }
}

function fromBase62(text: string, offset: number): number {
  let value = 0;
  if (text === '' || text.length > 8) throw new ParseError('not a time', offset);
  for (const character of text) {
    const digit = BASE62.indexOf(character);
    if (digit < 0) throw new ParseError('not a time', offset);
    value = value * 62 + digit;
  }
  return value;
}
