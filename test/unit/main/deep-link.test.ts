import fc from 'fast-check';
import { expect, test } from 'vitest';
import { hasBadLink, hashOfLink, linkAmong } from '#main/deep-link.ts';
import { parseHash } from '#renderer/store/route-store.ts';

test.each([
  ['watchfloor://session/c1/s%201', '#/sessions/c1/s%201'],
  ['watchfloor://watch', '#/watch'],
  ['watchfloor://detection/c1/d', '#/detections/c1/d'],
  ['WATCHFLOOR://Session/c/s', '#/sessions/c/s'],
])('%s leads to %s', (link, hash) => {
  expect(hashOfLink(link)).toBe(hash);
});

test.each([
  'https://example.org/session/c/s',
  'watchfloor:session',
  'watchfloor://constructor',
  'watchfloor://nowhere/c',
  'watchfloor://session/%',
  'watchfloor://session/a%0ab',
  `watchfloor://session/${'x'.repeat(300)}`,
  'watchfloor://session/1/2/3/4/5/6/7',
  '--profile=/somewhere',
])('%s leads nowhere', (link) => {
  expect(hashOfLink(link)).toBeNull();
});

test('whatever follows the view arrives in the window as it was, and can be nothing but parts of an address', () => {
  const part = fc.string({ minLength: 1, maxLength: 20, unit: 'grapheme' });
  fc.assert(
    fc.property(fc.array(part, { minLength: 1, maxLength: 3 }), (parts) => {
      const clean = parts.map((one) => one.replaceAll(/[\u0000-\u001f\u007f]/g, ''));
      fc.pre(clean.every((one) => one !== '' && one !== '.' && one !== '..'));
      const hash = hashOfLink(
        `watchfloor://session/${clean.map((one) => encodeURIComponent(one)).join('/')}`,
      );
      expect(parseHash(hash ?? '')).toEqual({ view: 'sessions', rest: clean });
    }),
    { numRuns: 200 },
  );
});

test('the last link among the arguments counts', () => {
  expect(linkAmong(['electron', '.', 'watchfloor://watch', 'watchfloor://session/c/s'])).toBe(
    '#/sessions/c/s',
  );
  expect(linkAmong(['electron', '.', '--flag'])).toBeNull();
});

test('only a link of ours that leads nowhere is a bad one', () => {
  expect(hasBadLink(['electron', '.', 'watchfloor://delete/everything'])).toBe(true);
  expect(hasBadLink(['WATCHFLOOR:session'])).toBe(true);
  expect(hasBadLink(['electron', 'watchfloor://watch', 'https://example.org/'])).toBe(false);
});
