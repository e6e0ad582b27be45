import { expect, test } from 'vitest';
import type { ConnectionId } from '#shared/domain/ids.ts';
import { epochMs } from '#shared/domain/units.ts';
import { whatIsRead } from '#renderer/store/what-is-read.ts';

const shop = { connection: 'c1' as ConnectionId, asOf: epochMs(5) };
const refused = { connection: 'c2' as ConnectionId, asOf: null };

test('an empty answer means something only where something was read', () => {
  expect(whatIsRead(null)).toBe('unknown');
  expect(whatIsRead([])).toBe('no-environment');
  expect(whatIsRead([refused])).toBe('nothing-yet');
  expect(whatIsRead([shop, refused])).toBe('something');
});

test('of the environments that are asked for, not of the others', () => {
  expect(whatIsRead([shop, refused], ['c2'])).toBe('nothing-yet');
  expect(whatIsRead([shop, refused], ['c1'])).toBe('something');
  expect(whatIsRead([shop], ['one that was removed'])).toBe('something');
});
