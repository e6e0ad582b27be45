import { expect, test } from 'vitest';
import { maskAddress } from '#renderer/format/mask.ts';

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
