/** Values that the data section of a MaxMind DB can hold, as far as these tests need them. */
export type MmdbValue = string | number | MmdbValue[] | { readonly [key: string]: MmdbValue };

const MARKER = Buffer.concat([Buffer.from([0xab, 0xcd, 0xef]), Buffer.from('MaxMind.com')]);

/**
 * Writes a small MaxMind DB (format 2.0, records of 24 bits) from bit strings of prefixes.
 * Integers become uint32, other numbers doubles.
 */
export function writeMmdb(
  ipVersion: 4 | 6,
  databaseType: string,
  networks: readonly (readonly [bits: string, value: MmdbValue])[],
): Buffer {
  const nodes: [number | string, number | string][] = [['', '']]; // a string marks a leaf: '' is empty
  const data: Buffer[] = [];
  const offsets: number[] = [];
  let size = 0;
  for (const [index, [bits, value]] of networks.entries()) {
    offsets.push(size);
    const bytes = encode(value);
    data.push(bytes);
    size += bytes.length;
    let node = 0;
    for (const [depth, bit] of Array.from(bits).entries()) {
      const side = bit === '1' ? 1 : 0;
      const here = nodes[node];
      if (here === undefined) throw new Error('no node');
      if (depth === bits.length - 1) {
        here[side] = String(index);
        break;
      }
      const next = here[side];
      if (typeof next === 'number') node = next;
      else {
        here[side] = nodes.length;
        node = nodes.length;
        nodes.push([next, next]); // what held for the wider prefix holds for both halves
      }
    }
  }
  const tree = Buffer.alloc(nodes.length * 6);
  for (const [at, pair] of nodes.entries()) {
    for (const [side, target] of pair.entries()) {
      const record =
        typeof target === 'number'
          ? target
          : target === ''
            ? nodes.length
            : nodes.length + 16 + (offsets[Number(target)] ?? 0);
      tree.writeUIntBE(record, at * 6 + side * 3, 3);
    }
  }
  const metadata = encode({
    binary_format_major_version: 2,
    binary_format_minor_version: 0,
    build_epoch: 1_780_000_000,
    database_type: databaseType,
    description: {},
    ip_version: ipVersion,
    languages: ['en'],
    node_count: nodes.length,
    record_size: 24,
  });
  return Buffer.concat([tree, Buffer.alloc(16), ...data, MARKER, metadata]);
}

function encode(value: MmdbValue): Buffer {
  if (typeof value === 'string')
    return Buffer.concat([control(2, Buffer.byteLength(value)), Buffer.from(value)]);
  if (typeof value === 'number') {
    const bytes = Buffer.alloc(Number.isInteger(value) ? 4 : 8);
    if (bytes.length === 4) bytes.writeUInt32BE(value);
    else bytes.writeDoubleBE(value);
    return Buffer.concat([control(bytes.length === 4 ? 6 : 3, bytes.length), bytes]);
  }
  if (Array.isArray(value)) return Buffer.concat([control(11, value.length), ...value.map(encode)]);
  const entries = Object.entries(value).flatMap(([key, one]) => [encode(key), encode(one)]);
  return Buffer.concat([control(7, entries.length / 2), ...entries]);
}

function control(type: number, size: number): Buffer {
  const [short, more] = size < 29 ? [size, []] : [29, [size - 29]];
  return type > 7 ? Buffer.from([short, type - 7, ...more]) : Buffer.from([(type << 5) | short, ...more]);
}

/** Bits of an IPv4 prefix, as an IPv6 file holds it when `six` is set. */
export function prefixBits(cidr: string, six = false): string {
  const [address = '', length = '32'] = cidr.split('/');
  const bits = address
    .split('.')
    .map((part) => Number(part).toString(2).padStart(8, '0'))
    .join('')
    .slice(0, Number(length));
  return (six ? '0'.repeat(96) : '') + bits;
}
