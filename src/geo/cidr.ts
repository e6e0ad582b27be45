import ipaddr from 'ipaddr.js';

/** A block of addresses, inclusive at both ends. */
export interface Cidr {
  readonly family: 4 | 6;
  readonly prefix: number;
  readonly start: number | bigint;
  readonly end: number | bigint;
}

const MAX_TEXT = 64;
const QUAD = /^\d{1,3}(\.\d{1,3}){3}$/;

/**
 * Reads `192.0.2.0/24`, `2001:db8::/32` or a single address. Bits beyond the prefix are cleared, so `192.0.2.7/24`
 * is its network; a block of IPv4 inside IPv6 (`::ffff:10.0.0.0/104`) is the IPv4 block.
 * @returns null for anything else; never throws.
 */
export function parseCidr(input: string): Cidr | null {
  if (input.length > MAX_TEXT) return null;
  const [text = '', length, ...more] = input.trim().split('/');
  if (more.length > 0 || (length !== undefined && !/^\d{1,3}$/.test(length))) return null;
  if (QUAD.test(text)) {
    if (!ipaddr.IPv4.isValidFourPartDecimal(text)) return null;
    const value = text.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);
    return ipv4Block(value, length === undefined ? 32 : Number(length));
  }
  if (!text.includes(':') || text.includes('%') || !ipaddr.IPv6.isValid(text)) return null;
  const prefix = length === undefined ? 128 : Number(length);
  if (prefix > 128) return null;
  const value = ipaddr.IPv6.parse(text).parts.reduce((sum, part) => (sum << 16n) | BigInt(part), 0n);
  if (value >> 32n === 0xffffn && prefix >= 96) return ipv4Block(Number(value & 0xffffffffn), prefix - 96);
  const host = (1n << BigInt(128 - prefix)) - 1n;
  return { family: 6, prefix, start: value - (value & host), end: value | host };
}

function ipv4Block(value: number, prefix: number): Cidr | null {
  if (prefix > 32) return null;
  const size = 2 ** (32 - prefix);
  const start = Math.floor(value / size) * size;
  return { family: 4, prefix, start, end: start + size - 1 };
}
