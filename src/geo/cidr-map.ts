import { parseCidr, type Cidr } from './cidr.ts';

interface Entry<T> {
  readonly cidr: Cidr;
  readonly value: T;
}

/** Boundaries in order; the value holds from its boundary to the next. */
interface Flat<T> {
  readonly starts: (number | bigint)[];
  readonly values: (T | null)[];
}

/** Finds the value of the longest CIDR that contains an address. */
export interface CidrMap<T> {
  readonly size: number;
  /** @param value as in `Address.value`: a number for IPv4, a bigint for IPv6 */
  find(family: 4 | 6, value: number | bigint): T | null;
}

/**
 * Builds the map: nested blocks are flattened into disjoint ranges once, a look-up is one binary search.
 * Of two equal blocks the later one wins.
 */
export function cidrMap<T>(entries: Iterable<readonly [Cidr, T]>): CidrMap<T> {
  const all: Entry<T>[] = [];
  for (const [cidr, value] of entries) all.push({ cidr, value });
  const flat = { 4: flatten(all.filter(isFamily(4))), 6: flatten(all.filter(isFamily(6))) };
  return { size: all.length, find: (family, value) => lookUp(flat[family], value) };
}

/** For tables in code: every key must be a CIDR. @throws Error naming the key that is none */
export function cidrTable<T>(table: readonly (readonly [string, T])[]): CidrMap<T> {
  return cidrMap(
    table.map(([text, value]) => {
      const cidr = parseCidr(text);
      if (cidr === null) throw new Error(`Not a CIDR: ${text}`);
      return [cidr, value];
    }),
  );
}

const isFamily =
  (family: 4 | 6) =>
  <T>(entry: Entry<T>): boolean =>
    entry.cidr.family === family;

function flatten<T>(entries: Entry<T>[]): Flat<T> {
  // Wider blocks before the narrower ones inside them; the sort is stable, so later equals stay later.
  const sorted = entries.toSorted(
    (a, b) => order(a.cidr.start, b.cidr.start) || a.cidr.prefix - b.cidr.prefix,
  );
  const flat: Flat<T> = { starts: [], values: [] };
  const open: Entry<T>[] = [];
  const close = (before: number | bigint | null): void => {
    for (let top = open.at(-1); top && (before === null || top.cidr.end < before); top = open.at(-1)) {
      open.pop();
      mark(flat, after(top.cidr.end), open.at(-1)?.value ?? null);
    }
  };
  for (const entry of sorted) {
    close(entry.cidr.start);
    mark(flat, entry.cidr.start, entry.value);
    open.push(entry);
  }
  close(null);
  return flat;
}

const order = (a: number | bigint, b: number | bigint): number => (a < b ? -1 : a > b ? 1 : 0);
const after = (value: number | bigint): number | bigint =>
  typeof value === 'bigint' ? value + 1n : value + 1;

function mark<T>(flat: Flat<T>, start: number | bigint, value: T | null): void {
  if (flat.starts.at(-1) === start) {
    flat.values[flat.values.length - 1] = value;
    return;
  }
  flat.starts.push(start);
  flat.values.push(value);
}

function lookUp<T>({ starts, values }: Flat<T>, value: number | bigint): T | null {
  let from = 0;
  let to = starts.length;
  while (from < to) {
    const middle = (from + to) >>> 1;
    const start = starts[middle];
    if (start !== undefined && start <= value) from = middle + 1;
    else to = middle;
  }
  return from === 0 ? null : (values[from - 1] ?? null);
}
