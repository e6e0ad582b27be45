import type { AddressKind } from './address.ts';
import { cidrTable } from './cidr-map.ts';

type SpecialKind = Exclude<AddressKind, 'public'>;

/**
 * Source: the IANA special-purpose address registries (RFC 6890 and its updates) and the IPv6 address space registry,
 * as of November 2026. `0::/3` and the like: of IPv6 only 2000::/3 is handed out.
 */
const SPECIAL: readonly (readonly [string, SpecialKind | null])[] = [
  ['0.0.0.0/8', 'reserved'],
  ['10.0.0.0/8', 'private'],
  ['100.64.0.0/10', 'shared'],
  ['127.0.0.0/8', 'loopback'],
  ['169.254.0.0/16', 'link-local'],
  ['172.16.0.0/12', 'private'],
  ['192.0.0.0/24', 'reserved'],
  ['192.0.2.0/24', 'documentation'],
  ['192.88.99.0/24', 'tunnel'],
  ['192.168.0.0/16', 'private'],
  ['198.18.0.0/15', 'reserved'],
  ['198.51.100.0/24', 'documentation'],
  ['203.0.113.0/24', 'documentation'],
  ['224.0.0.0/4', 'multicast'],
  ['240.0.0.0/4', 'reserved'],
  ['::/0', 'reserved'],
  ['::1/128', 'loopback'],
  ['64:ff9b::/96', 'tunnel'],
  ['64:ff9b:1::/48', 'tunnel'],
  ['2000::/3', null],
  ['2001::/32', 'tunnel'],
  ['2001:2::/48', 'reserved'],
  ['2001:10::/28', 'reserved'],
  ['2001:20::/28', 'reserved'],
  ['2001:db8::/32', 'documentation'],
  ['2002::/16', 'tunnel'],
  ['3fff::/20', 'documentation'],
  ['fc00::/7', 'private'],
  ['fe80::/10', 'link-local'],
  ['fec0::/10', 'private'],
  ['ff00::/8', 'multicast'],
];

const table = cidrTable(SPECIAL);

/** The special purpose of an address, null for an ordinary public one. */
export const specialKind = (family: 4 | 6, value: number | bigint): SpecialKind | null =>
  table.find(family, value);
