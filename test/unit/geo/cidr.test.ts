import fc from 'fast-check';
import { test, expect } from 'vitest';
import { fromIpv4, parseAddress } from '#geo/address.ts';
import { parseCidr, type Cidr } from '#geo/cidr.ts';
import { cidrMap, cidrTable } from '#geo/cidr-map.ts';

test.each([
  ['10.0.0.0/8', 4, 8, 0x0a000000, 0x0affffff],
  ['192.0.2.7/24', 4, 24, 0xc0000200, 0xc00002ff],
  ['192.0.2.7', 4, 32, 0xc0000207, 0xc0000207],
  ['0.0.0.0/0', 4, 0, 0, 0xffffffff],
  ['255.255.255.255/32', 4, 32, 0xffffffff, 0xffffffff],
  ['::ffff:10.0.0.0/104', 4, 8, 0x0a000000, 0x0affffff],
  ['2001:db8::1/32', 6, 32, 0x20010db8n << 96n, (0x20010db9n << 96n) - 1n],
  ['::/0', 6, 0, 0n, (1n << 128n) - 1n],
  ['2001:db8::5', 6, 128, (0x20010db8n << 96n) + 5n, (0x20010db8n << 96n) + 5n],
] as const)('%s is a block', (text, family, prefix, start, end) => {
  expect(parseCidr(text)).toEqual({ family, prefix, start, end });
});

test.each([
  '',
  '10.0.0.0/33',
  '10.0.0.0/',
  '10.0.0.0/8/8',
  '10.0.0.0/-1',
  '10.0/8',
  '::/129',
  'AS64500',
  '10.0.0.0/1e1',
  '::1%a/64',
])('%s is none', (text) => {
  expect(parseCidr(text)).toBeNull();
});

test('the narrowest block decides, and what lies between and around belongs to the wider one', () => {
  const map = cidrTable([
    ['10.0.0.0/8', 'wide'],
    ['10.1.0.0/16', 'middle'],
    ['10.1.255.255', 'last'],
    ['10.1.0.0/32', 'first'],
    ['2001:db8::/32', 'six'],
  ]);
  const at = (text: string) => {
    const address = parseAddress(text);
    return address === null ? undefined : map.find(address.family, address.value);
  };
  expect(
    ['10.0.255.255', '10.1.0.0', '10.1.0.1', '10.1.255.255', '10.2.0.0', '10.255.255.255'].map(at),
  ).toEqual(['wide', 'first', 'middle', 'last', 'wide', 'wide']);
  expect(['9.255.255.255', '11.0.0.0', '2001:db7:ffff::', '2001:db9::'].map(at)).toEqual([
    null,
    null,
    null,
    null,
  ]);
  expect(at('2001:db8:ffff:ffff:ffff:ffff:ffff:ffff')).toBe('six');
});

test('of two equal blocks the later one wins; the whole space has a last address', () => {
  const map = cidrTable([
    ['0.0.0.0/0', 'a'],
    ['0.0.0.0/0', 'b'],
    ['255.255.255.255/32', 'end'],
  ]);
  expect(map.find(4, 0)).toBe('b');
  expect(map.find(4, 0xfffffffe)).toBe('b');
  expect(map.find(4, 0xffffffff)).toBe('end');
  expect(map.find(6, 0n)).toBeNull();
});

test('it answers as a plain scan of all blocks does', () => {
  // A small space makes blocks nest and touch often.
  const block = fc.tuple(fc.nat(1023), fc.integer({ min: 22, max: 32 })).map(([offset, prefix]): Cidr => {
    const parsed = parseCidr(`10.0.${offset >> 8}.${offset & 255}/${prefix}`);
    if (parsed === null) throw new Error('the generator is wrong');
    return parsed;
  });
  fc.assert(
    fc.property(
      fc.array(block, { maxLength: 30 }),
      fc.array(fc.nat(1100), { maxLength: 30 }),
      (blocks, offsets) => {
        const map = cidrMap(blocks.map((cidr, index) => [cidr, index] as const));
        for (const offset of offsets) {
          const value = fromIpv4(0x0a000000 + offset).value;
          let best: number | null = null;
          for (const [index, cidr] of blocks.entries()) {
            const inside = cidr.start <= value && value <= cidr.end;
            if (inside && (best === null || cidr.prefix >= (blocks[best]?.prefix ?? 0))) best = index;
          }
          expect(map.find(4, value)).toBe(best);
        }
      },
    ),
  );
});
