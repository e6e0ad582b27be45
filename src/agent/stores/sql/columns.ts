import { isIP } from 'node:net';
import { StoreError } from '../store-adapter.ts';
import { epochMs, type EpochMs } from '#shared/domain/units.ts';

const unreadable = (what: string, value: unknown): StoreError =>
  new StoreError(
    'unreadable',
    `${what} holds ${value === null ? 'nothing' : `a ${typeof value}`}; is this table the application's?`,
  );

/** Text of a column; binary columns are read as UTF-8. */
export function text(value: unknown, what: string): string {
  const found = textOrNull(value, what);
  if (found === null) throw unreadable(what, value);
  return found;
}

export function textOrNull(value: unknown, what: string): string | null {
  if (value === null || value === undefined) return null;
  if (typeof value === 'string') return value;
  if (typeof value === 'number' || typeof value === 'bigint') return String(value);
  if (Buffer.isBuffer(value)) return value.toString('utf8');
  throw unreadable(what, value);
}

/** A whole number; drivers give large ones as text. */
export function whole(value: unknown, what: string): number {
  const found = wholeOrNull(value, what);
  if (found === null) throw unreadable(what, value);
  return found;
}

export function wholeOrNull(value: unknown, what: string): number | null {
  if (value === null || value === undefined) return null;
  const number =
    typeof value === 'number' ? value : Number(typeof value === 'string' ? value : textOrNull(value, what));
  if (!Number.isFinite(number)) throw unreadable(what, value);
  return Math.trunc(number);
}

/** Bytes of a column, whatever the driver made of them. */
export function bytesOrNull(value: unknown, what: string): Buffer | null {
  if (value === null || value === undefined) return null;
  if (Buffer.isBuffer(value)) return value;
  if (typeof value === 'string') return Buffer.from(value, 'utf8');
  throw unreadable(what, value);
}

/** Seconds since the epoch as milliseconds; null for nothing, zero, before 1970 and beyond the year 9999. */
export function seconds(value: number | null): EpochMs | null {
  return value === null || value <= 0 || value > 253_402_300_799 ? null : epochMs(value * 1_000);
}

const [ZERO, NINE, DOT] = [48, 57, 46];

/** Four numbers up to 255 without leading zeros: what nearly every address is. */
function isPlainIpv4(text: string): boolean {
  if (text.length > 15) return false;
  let [value, digits, dots] = [0, 0, 0];
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code >= ZERO && code <= NINE) {
      if (digits > 0 && value === 0) return false;
      value = value * 10 + code - ZERO;
      digits += 1;
      if (value > 255) return false;
    } else {
      if (code !== DOT || digits === 0) return false;
      dots += 1;
      value = 0;
      digits = 0;
    }
  }
  return dots === 3 && digits > 0;
}

const known = new Map<string, string | null>();
const MOST_KNOWN = 10_000;

/** An address, or null for whatever else an application put there. Listings name the same ones again and again. */
export function address(value: string | null): string | null {
  if (value === null || value === '' || value.length > 64) return null;
  if (isPlainIpv4(value)) return value;
  const before = known.get(value);
  if (before !== undefined) return before;
  const trimmed = value.trim();
  const found = isIP(trimmed) === 0 ? null : trimmed;
  if (known.size >= MOST_KNOWN) known.clear();
  known.set(value, found);
  return found;
}
