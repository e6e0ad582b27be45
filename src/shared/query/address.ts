import ipaddr from 'ipaddr.js';

/** First and last address of a block as 32 hexadecimal digits; IPv4 stands in IPv6 as ::ffff:a.b.c.d. */
export interface AddressSpan {
  readonly low: string;
  readonly high: string;
}

const MOST = 64;
const V4_PREFIX = 96;

/** Four decimal numbers without zeros in front. Nearly every address is one: the library takes ten times as long. */
const QUAD = /^(0|[1-9]\d{0,2})\.(0|[1-9]\d{0,2})\.(0|[1-9]\d{0,2})\.(0|[1-9]\d{0,2})$/;
/** What stands before an IPv4 address in IPv6. */
const MAPPED = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff] as const;

function bytesOf(text: string): readonly number[] | null {
  if (text.includes('%')) return null;
  const quad = QUAD.exec(text);
  if (quad !== null) {
    const parts = quad.slice(1).map(Number);
    return parts.every((part) => part <= 0xff) ? [...MAPPED, ...parts] : null;
  }
  return text.includes(':') && ipaddr.IPv6.isValid(text) ? ipaddr.IPv6.parse(text).toByteArray() : null;
}
const hex = (bytes: readonly number[]): string =>
  bytes.map((byte) => byte.toString(16).padStart(2, '0')).join('');

/** An address as 32 hexadecimal digits, so that text order is address order; null for anything else. */
export function addressNumber(text: string): string | null {
  if (text.length > MOST) return null;
  const bytes = bytesOf(text);
  return bytes === null ? null : hex(bytes);
}

/** An address or a block (`10.0.0.0/8`); bits beyond the prefix are cleared. Null for anything else. */
export function addressSpan(input: string): AddressSpan | null {
  if (input.length > MOST) return null;
  const [text = '', length, ...more] = input.split('/');
  if (more.length > 0 || (length !== undefined && !/^\d{1,3}$/.test(length))) return null;
  const bytes = bytesOf(text);
  if (bytes === null) return null;
  const isV4 = !text.includes(':');
  const given = length === undefined ? (isV4 ? 32 : 128) : Number(length);
  if (given > (isV4 ? 32 : 128)) return null;
  const prefix = isV4 ? given + V4_PREFIX : given;
  const mask = (index: number): number => {
    const bits = Math.min(8, Math.max(0, prefix - index * 8));
    return (0xff << (8 - bits)) & 0xff;
  };
  return {
    low: hex(bytes.map((byte, index) => byte & mask(index))),
    high: hex(bytes.map((byte, index) => (byte & mask(index)) | (~mask(index) & 0xff))),
  };
}

/** The one way to write an address or a block; null for anything else. */
export function canonicalBlock(input: string): string | null {
  const span = addressSpan(input);
  if (span === null) return null;
  const [text = '', length] = input.split('/');
  const isV4 = !text.includes(':');
  const bytes = Array.from({ length: 16 }, (_, at) =>
    Number.parseInt(span.low.slice(at * 2, at * 2 + 2), 16),
  );
  const shown = isV4 ? bytes.slice(12).join('.') : new ipaddr.IPv6(bytes).toString();
  return length === undefined || Number(length) === (isV4 ? 32 : 128)
    ? shown
    : `${shown}/${String(Number(length))}`;
}
