import ipaddr from 'ipaddr.js';
import { specialKind } from './special-ranges.ts';

/** What a block of addresses is for; everything but `public` has no place on a map. */
export type AddressKind =
  | 'public'
  | 'private'
  | 'shared'
  | 'loopback'
  | 'link-local'
  | 'documentation'
  | 'multicast'
  | 'tunnel'
  | 'reserved';

/** An address in one spelling. IPv4 inside IPv6 (`::ffff:192.0.2.1`) is IPv4 here. */
export interface Address {
  readonly family: 4 | 6;
  /** Canonical text: dotted quad, or RFC 5952. */
  readonly text: string;
  /** The first 32 bits (all of an IPv4 address) and, of IPv6, the next 32. */
  readonly high: number;
  readonly low: number;
  /** The whole address as a number; a CIDR is matched against it. */
  readonly value: number | bigint;
  readonly kind: AddressKind;
  /**
   * Equal for addresses that count as the same one: the address itself, or the /64 of IPv6, because one
   * subscriber holds a /64 and privacy extensions (RFC 8981) change the rest every day.
   */
  readonly sameKey: string;
}

/** Longer than any address with brackets, zone and port (`[` 45 `%` zone `]:65535`). */
const MAX_TEXT = 80;
const WITH_PORT = /^(\d{1,3}(?:\.\d{1,3}){3}):\d{1,5}$/;
const BRACKETED = /^\[([^\]]+)\](?::\d{1,5})?$/;
const QUAD = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/;

/**
 * Reads an address as stores write it: either family, with or without port, brackets or zone. Short forms, octal and
 * hexadecimal IPv4 are refused, because programs disagree about what they mean.
 * @returns null for anything else; never throws.
 */
export function parseAddress(input: string): Address | null {
  if (input.length === 0 || input.length > MAX_TEXT) return null;
  const bare = unwrap(input.trim());
  const quad = readQuad(bare);
  if (quad !== null) return fromIpv4(quad);
  if (!bare.includes(':')) return null;
  const text = bare.split('%', 1)[0] ?? '';
  if (!ipaddr.IPv6.isValid(text)) return null;
  return fromIpv6(ipaddr.IPv6.parse(text));
}

/** @param value the address as an unsigned 32-bit number */
export function fromIpv4(value: number): Address {
  const text = ipv4Text(value);
  return Object.freeze({
    family: 4,
    text,
    high: value,
    low: 0,
    value,
    kind: specialKind(4, value) ?? 'public',
    sameKey: text,
  });
}

/** Dotted quad of an unsigned 32-bit number. */
export const ipv4Text = (value: number): string =>
  `${value >>> 24}.${(value >>> 16) & 255}.${(value >>> 8) & 255}.${value & 255}`;

function fromIpv6(parsed: ipaddr.IPv6): Address {
  const parts = parsed.parts;
  const word = (at: number): number => (parts[at] ?? 0) * 65536 + (parts[at + 1] ?? 0);
  const [high, low, third, fourth] = [word(0), word(2), word(4), word(6)];
  if (high === 0 && low === 0 && third === 0xffff) return fromIpv4(fourth);
  const value = (BigInt(high) << 96n) | (BigInt(low) << 64n) | (BigInt(third) << 32n) | BigInt(fourth);
  const network = new ipaddr.IPv6([...parts.slice(0, 4), 0, 0, 0, 0]);
  return Object.freeze({
    family: 6,
    text: parsed.toRFC5952String(),
    high,
    low,
    value,
    kind: specialKind(6, value) ?? 'public',
    sameKey: `${network.toRFC5952String()}/64`,
  });
}

function unwrap(text: string): string {
  return (WITH_PORT.exec(text) ?? BRACKETED.exec(text))?.[1] ?? text;
}

/** A dotted quad in plain decimal as a number, null when it is none. */
function readQuad(text: string): number | null {
  const match = QUAD.exec(text);
  if (match === null) return null;
  let value = 0;
  for (let at = 1; at <= 4; at += 1) {
    const digits = match[at] ?? '';
    const part = Number(digits);
    if (part > 255 || (digits.length > 1 && digits.startsWith('0'))) return null;
    value = value * 256 + part;
  }
  return value;
}
