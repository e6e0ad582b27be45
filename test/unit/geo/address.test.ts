import fc from 'fast-check';
import { test, expect } from 'vitest';
import { ipv4Text, parseAddress } from '#geo/address.ts';

test.each([
  ['8.8.8.8', 4, '8.8.8.8', 'public'],
  [' 8.8.8.8 ', 4, '8.8.8.8', 'public'],
  ['8.8.8.8:443', 4, '8.8.8.8', 'public'],
  ['::ffff:8.8.8.8', 4, '8.8.8.8', 'public'],
  ['::FFFF:0808:0808', 4, '8.8.8.8', 'public'],
  ['::ffff:10.1.2.3', 4, '10.1.2.3', 'private'],
  ['[::ffff:127.0.0.1]:80', 4, '127.0.0.1', 'loopback'],
  ['0.0.0.0', 4, '0.0.0.0', 'reserved'],
  ['9.255.255.255', 4, '9.255.255.255', 'public'],
  ['10.0.0.0', 4, '10.0.0.0', 'private'],
  ['10.255.255.255', 4, '10.255.255.255', 'private'],
  ['11.0.0.0', 4, '11.0.0.0', 'public'],
  ['100.63.255.255', 4, '100.63.255.255', 'public'],
  ['100.64.0.0', 4, '100.64.0.0', 'shared'],
  ['100.127.255.255', 4, '100.127.255.255', 'shared'],
  ['100.128.0.0', 4, '100.128.0.0', 'public'],
  ['127.255.255.255', 4, '127.255.255.255', 'loopback'],
  ['169.254.1.1', 4, '169.254.1.1', 'link-local'],
  ['172.15.255.255', 4, '172.15.255.255', 'public'],
  ['172.16.0.0', 4, '172.16.0.0', 'private'],
  ['172.31.255.255', 4, '172.31.255.255', 'private'],
  ['172.32.0.0', 4, '172.32.0.0', 'public'],
  ['192.0.2.255', 4, '192.0.2.255', 'documentation'],
  ['192.0.3.0', 4, '192.0.3.0', 'public'],
  ['192.168.255.255', 4, '192.168.255.255', 'private'],
  ['198.17.255.255', 4, '198.17.255.255', 'public'],
  ['198.19.255.255', 4, '198.19.255.255', 'reserved'],
  ['198.51.100.7', 4, '198.51.100.7', 'documentation'],
  ['203.0.113.7', 4, '203.0.113.7', 'documentation'],
  ['223.255.255.255', 4, '223.255.255.255', 'public'],
  ['224.0.0.1', 4, '224.0.0.1', 'multicast'],
  ['240.0.0.1', 4, '240.0.0.1', 'reserved'],
  ['255.255.255.255', 4, '255.255.255.255', 'reserved'],
  ['2a02:8108::1', 6, '2a02:8108::1', 'public'],
  ['2A02:8108:0:0:0:0:0:1', 6, '2a02:8108::1', 'public'],
  ['[2a02:8108::1]:443', 6, '2a02:8108::1', 'public'],
  ['::', 6, '::', 'reserved'],
  ['::1', 6, '::1', 'loopback'],
  ['::2', 6, '::2', 'reserved'],
  ['fe80::1%eth0', 6, 'fe80::1', 'link-local'],
  ['fd00::1', 6, 'fd00::1', 'private'],
  ['fec0::1', 6, 'fec0::1', 'private'],
  ['ff02::1', 6, 'ff02::1', 'multicast'],
  ['2001:db8::1', 6, '2001:db8::1', 'documentation'],
  ['2001:db8:ffff:ffff:ffff:ffff:ffff:ffff', 6, '2001:db8:ffff:ffff:ffff:ffff:ffff:ffff', 'documentation'],
  ['2001:db9::', 6, '2001:db9::', 'public'],
  ['3fff:fff::1', 6, '3fff:fff::1', 'documentation'],
  ['2001::1', 6, '2001::1', 'tunnel'],
  ['2002:808:808::1', 6, '2002:808:808::1', 'tunnel'],
  ['64:ff9b::808:808', 6, '64:ff9b::808:808', 'tunnel'],
  ['4000::1', 6, '4000::1', 'reserved'],
] as const)('%s is an address', (input, family, text, kind) => {
  expect(parseAddress(input)).toMatchObject({ family, text, kind });
});

test.each([
  '',
  ' ',
  '8',
  '8.8.8',
  '8.8.8.8.8',
  '256.1.1.1',
  '010.0.0.1',
  '0x7f.0.0.1',
  '1.2.3.-4',
  '1.2.3.4/24',
  'localhost',
  '::g',
  ':::',
  '1::2::3',
  '[::1',
  '2001:db8::/32',
  '1.2.3.4, 5.6.7.8',
  '１.2.3.4',
  'unknown',
  'null',
  `${'1'.repeat(5000)}.1.1.1`,
])('%s is none', (input) => {
  expect(parseAddress(input)).toBeNull();
});

test('addresses of one IPv6 /64 count as the same, those of IPv4 only when equal', () => {
  const key = (text: string) => parseAddress(text)?.sameKey;
  expect(key('2a02:8108:1:2:3:4:5:6')).toBe('2a02:8108:1:2::/64');
  expect(key('2a02:8108:1:2::')).toBe(key('2a02:8108:1:2:ffff:ffff:ffff:ffff'));
  expect(key('2a02:8108:1:3::')).not.toBe(key('2a02:8108:1:2::'));
  expect(key('::ffff:8.8.8.8')).toBe('8.8.8.8');
  expect(key('8.8.8.9')).not.toBe(key('8.8.8.8'));
});

test('every IPv4 address reads back as written, directly and inside IPv6', () => {
  fc.assert(
    fc.property(fc.nat(0xffffffff), (value) => {
      const text = ipv4Text(value);
      expect(parseAddress(text)).toMatchObject({ text, value, high: value });
      expect(parseAddress(`::ffff:${text}`)).toEqual(parseAddress(text));
    }),
  );
});

test('every IPv6 address keeps its value in canonical text', () => {
  fc.assert(
    fc.property(fc.bigInt(0n, (1n << 128n) - 1n), (value) => {
      fc.pre(value >> 32n !== 0xffffn);
      const hex = value.toString(16).padStart(32, '0');
      const long = hex.match(/.{4}/g)?.join(':') ?? '';
      const address = parseAddress(long);
      expect(address?.value).toBe(value);
      expect(parseAddress(address?.text ?? '')).toEqual(address);
      expect((BigInt(address?.high ?? 0) << 32n) | BigInt(address?.low ?? 0)).toBe(value >> 64n);
    }),
  );
});

test('no string makes it throw', () => {
  const hostile = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 300 }),
    fc.string({ unit: fc.constantFrom(...Array.from('0123456789abcdef:.%[]/')), maxLength: 90 }),
  );
  fc.assert(
    fc.property(hostile, (text) => {
      const address = parseAddress(text);
      if (address !== null) expect(parseAddress(address.text)).toEqual(address);
    }),
    { numRuns: 2000 },
  );
});
