import fc from 'fast-check';
import ipaddr from 'ipaddr.js';
import { expect, test } from 'vitest';
import { addressNumber } from '#shared/query/address.ts';

const hex = (bytes: readonly number[]): string =>
  bytes.map((byte) => byte.toString(16).padStart(2, '0')).join('');

test('an IPv4 address is the number that the library makes of it', () => {
  fc.assert(
    fc.property(fc.ipV4(), (text) => {
      expect(addressNumber(text)).toBe(hex(ipaddr.IPv4.parse(text).toIPv4MappedAddress().toByteArray()));
    }),
  );
});

test('an IPv6 address too, and the mapped form of an IPv4 address is that address', () => {
  fc.assert(
    fc.property(fc.ipV6(), (text) => {
      expect(addressNumber(text)).toBe(hex(ipaddr.IPv6.parse(text).toByteArray()));
    }),
  );
  expect(addressNumber('::ffff:192.0.2.1')).toBe(addressNumber('192.0.2.1'));
});

test.each([
  '',
  '256.1.1.1',
  '1.2.3',
  '1.2.3.4.5',
  '01.2.3.4',
  '1.2.3.4%eth0',
  'fe80::1%eth0',
  '0x7f.1.1.1',
  '1.2.3.999',
])('“%s” is no address', (text) => {
  expect(addressNumber(text)).toBeNull();
});
