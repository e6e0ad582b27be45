import { expect, test } from 'vitest';
import { isAddress, maskAddress, maskAddressesIn } from '#shared/domain/mask-address.ts';

test.each([
  ['85.214.132.117', '85.214.•••.•••'],
  ['2001:db8:85a3::8a2e:370:7334', '2001:db8:•••'],
  ['::ffff:85.214.132.117', '::ffff:85.214.•••.•••'],
  ['fe80::1', 'fe80:•••'],
  ['::1', '•••'],
  ['proxy.example', '•••'],
  ['', '•••'],
])('%s is shown as %s', (address, shown) => {
  expect(maskAddress(address)).toBe(shown);
});

test('nothing of the hidden half can be read', () => {
  expect(maskAddress('10.20.30.40')).not.toMatch(/30|40/);
  expect(maskAddress('2001:db8:aaaa:bbbb::1')).not.toMatch(/aaaa|bbbb/);
});

test.each([
  [
    'Chrome on Windows became Edge from 158.115.232.104.',
    'Chrome on Windows became Edge from 158.115.•••.•••.',
  ],
  ['at 23:31:20 from 2001:db8:85a3::8a2e:370:7334, twice', 'at 23:31:20 from 2001:db8:•••, twice'],
  ['fe80:1:2:3:4:5:6:7 and 2a02:a800::/32', 'fe80:1:••• and 2a02:a800:•••/32'],
  ['list 10.20.30.0/24; 100.64.0.1', 'list 10.20.•••.•••/24; 100.64.•••.•••'],
  ['Used again after 56 idle hours, 16,873 km', 'Used again after 56 idle hours, 16,873 km'],
  ['user::admin signed in', 'user::admin signed in'],
])('addresses in a sentence are hidden: %s', (text, shown) => {
  expect(maskAddressesIn(text)).toBe(shown);
});

test('an address that was asked for stays readable in every sentence', () => {
  expect(maskAddressesIn('158.115.232.104 and 18.68.61.173', new Set(['18.68.61.173']))).toBe(
    '158.115.•••.••• and 18.68.61.173',
  );
});

test.each([
  ['192.0.2.1', true],
  ['2001:db8::1', true],
  ['::ffff:192.0.2.1', true],
  ['192.0.2.1 and others', false],
  ['192.0.2.0/24', false],
  ['::', false],
  ['23:31:20', false],
  ['anna', false],
])('%s is an address and nothing else: %s', (text, is) => {
  expect(isAddress(text)).toBe(is);
});
