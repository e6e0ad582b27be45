import fc from 'fast-check';
import ipaddr from 'ipaddr.js';
import { expect, test } from 'vitest';
import { addressFacts } from '#engine/detect/address.ts';

const PLACELESS = ['private', 'carrierGradeNat', 'loopback', 'linkLocal', 'unspecified'];
/** What the library says of an IPv4 address, or null. */
const byLibrary = (text: string) => {
  if (!ipaddr.IPv4.isValid(text)) return null;
  const address = ipaddr.IPv4.parse(text);
  return { key: address.toString(), family: 4, placeless: PLACELESS.includes(address.range()) };
};

test('an IPv4 address that is read without the library is the same as with it', () => {
  const edge = fc.constantFrom(
    0,
    1,
    9,
    10,
    15,
    16,
    31,
    32,
    63,
    64,
    100,
    126,
    127,
    128,
    168,
    169,
    172,
    192,
    254,
    255,
  );
  const part = fc.oneof(edge, fc.nat(255));
  fc.assert(
    fc.property(fc.tuple(part, part, part, part), (parts) => {
      const text = parts.join('.');
      expect(addressFacts(text)).toEqual(byLibrary(text));
      expect(addressFacts(text)?.key).toBe(text);
    }),
    { numRuns: 2_000 },
  );
});

test('what is no address in the usual form is left to the library', () => {
  for (const text of [
    '',
    '.',
    '1.2.3',
    '1.2.3.4.',
    '.1.2.3.4',
    '1.2.3.4.5',
    '1..2.3',
    '1.2.3.256',
    '1.2.3.-4',
    'a.b.c.d',
  ])
    expect(addressFacts(text), text).toEqual(byLibrary(text));
  expect(addressFacts('010.0.0.1')).toEqual(byLibrary('010.0.0.1'));
  expect(addressFacts('0x0a.0.0.1')).toEqual({ key: '10.0.0.1', family: 4, placeless: true });
  expect(addressFacts('::ffff:10.0.0.1')).toEqual({ key: '10.0.0.1', family: 4, placeless: true });
  expect(addressFacts('2001:db8:1:2:3:4:5:6')).toEqual({
    key: '2001:db8:1:2::/64',
    family: 6,
    placeless: false,
  });
  expect(addressFacts('host.example')).toBeNull();
});
