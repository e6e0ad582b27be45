import type { Address } from './address.ts';
import type { GeoFile } from './geo-file.ts';

/** One address family's ranges, sorted: groups by the first bits, inside a group by the rest. */
interface FamilyTable {
  readonly groups: Uint32Array;
  /** Where each group's entries begin; one more than there are groups. */
  readonly offsets: Uint32Array;
  readonly lows: Uint16Array | Uint32Array;
  readonly idLow: Uint16Array;
  readonly idHigh: Uint8Array;
}

/** Finds the number of the record that covers an address. */
export interface RangeTable {
  /** @returns the record's number, 0 when nothing is known */
  find(address: Address): number;
  readonly ranges: number;
}

/**
 * Range table of a compiled file. IPv4 addresses are split 16 + 16 bits; IPv6 counts to its /64 and is split 32 + 32.
 * A look-up is two binary searches, no allocation.
 * @throws Error when a column is missing
 */
export function rangeTable(file: GeoFile): RangeTable {
  const v4 = family(file, 'v4');
  const v6 = family(file, 'v6');
  return {
    ranges: v4.lows.length + v6.lows.length,
    find: ({ family, high, low }) =>
      family === 4 ? lookUp(v4, high >>> 16, high & 0xffff) : lookUp(v6, high, low),
  };
}

function family(file: GeoFile, name: 'v4' | 'v6'): FamilyTable {
  return {
    groups: file.column(`${name}Groups`, 'Uint32Array'),
    offsets: file.column(`${name}Offsets`, 'Uint32Array'),
    lows: name === 'v4' ? file.column('v4Lows', 'Uint16Array') : file.column('v6Lows', 'Uint32Array'),
    idLow: file.column(`${name}IdLow`, 'Uint16Array'),
    idHigh: file.column(`${name}IdHigh`, 'Uint8Array'),
  };
}

function lookUp(table: FamilyTable, group: number, low: number): number {
  const at = lastAtMost(table.groups, group, 0, table.groups.length);
  if (at < 0) return 0;
  const from = table.offsets[at] ?? 0;
  const to = table.offsets[at + 1] ?? from;
  // A later group than the wanted one does not exist: what holds at the end of this one goes on.
  const entry = table.groups[at] === group ? lastAtMost(table.lows, low, from, to) : to - 1;
  return ((table.idHigh[entry] ?? 0) << 16) | (table.idLow[entry] ?? 0);
}

/** Index of the last value in [from, to) that is not above `wanted`; from - 1 when there is none. */
function lastAtMost(values: Uint16Array | Uint32Array, wanted: number, from: number, to: number): number {
  let first = from;
  let end = to;
  while (first < end) {
    const middle = (first + end) >>> 1;
    if ((values[middle] ?? 0) <= wanted) first = middle + 1;
    else end = middle;
  }
  return first - 1;
}
