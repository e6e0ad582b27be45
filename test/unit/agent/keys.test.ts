import { createHmac, hkdfSync } from 'node:crypto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createHandleKeys } from '#agent/keys/handle-keys.ts';
import { createHandlePages } from '#agent/keys/handle-page.ts';
import { createSha256Lanes, type Sha256Lanes } from '#agent/keys/sha256-lanes.ts';
import { halvesOf } from '#agent/state/bulk/halves.ts';
import { storeKey } from '#agent/stores/store-adapter.ts';

const keys = createHandleKeys(Buffer.alloc(32, 7));
const others = createHandleKeys(Buffer.alloc(32, 8));

test('handles are stable, different for different keys and secrets, and hide the key', () => {
  fc.assert(
    fc.property(fc.string({ minLength: 4 }), fc.string({ minLength: 4 }), (a, b) => {
      const handle = keys.session(storeKey(a));
      expect(handle).toBe(keys.session(storeKey(a)));
      expect(handle).not.toBe(others.session(storeKey(a)));
      expect(handle === keys.session(storeKey(b))).toBe(Buffer.from(a).equals(Buffer.from(b)));
      expect(handle).toMatch(/^[A-Za-z0-9_-]{32}$/);
    }),
  );
});

test('a handle is the HMAC that it was in every version before, also of bytes and of long keys', () => {
  const secret = Buffer.alloc(32, 7);
  const key = Buffer.from(hkdfSync('sha256', secret, '', 'watchfloor session handle', 32)).toString(
    'base64url',
  );
  const some = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 80 }),
    fc.string({ minLength: 330, maxLength: 1_030 }),
  );
  const plainly = (text: string): string =>
    createHmac('sha256', key).update(text).digest('base64url').slice(0, 32);
  fc.assert(
    fc.property(fc.array(some, { maxLength: 9 }), fc.nat(9), (texts, before) => {
      for (const text of texts) expect(keys.session(storeKey(text))).toBe(plainly(text));
      // Between the keys lies something else.
      const pieces = texts.map((text) => Buffer.concat([Buffer.from(text), Buffer.from('behind')]));
      const bytes = Buffer.concat([Buffer.alloc(before, 'x'), ...pieces]);
      const ends = pieces.map((_, index) => before + Buffer.concat(pieces.slice(0, index + 1)).length);
      const handles = keys.sessionsOf({
        bytes,
        count: texts.length,
        startOf: (index) => ends[index - 1] ?? before,
        endOf: (index) => (ends[index] ?? 0) - 6,
      });
      texts.forEach((text, index) => {
        const into = Buffer.alloc(40);
        handles.put(index, into, 5);
        expect(into.toString('latin1', 5, 37)).toBe(plainly(text));
        expect([handles.high(index), handles.low(index)]).toEqual(halvesOf(plainly(text)));
      });
    }),
  );
});

test.each<[string, (states: number) => Sha256Lanes]>([
  [
    'a processor that cannot run the program',
    () => {
      throw new Error('no such instruction');
    },
  ],
  [
    'a program that hashes something else',
    (states) => {
      const lanes = createSha256Lanes(states);
      return {
        ...lanes,
        compress: (before, after) => {
          lanes.compress(before, after);
          // Wrong in one bit of one lane.
          const state = lanes.state(after);
          state[3] = (state[3] ?? 0) ^ 1;
        },
      };
    },
  ],
])('%s costs time, and no session its name', (_, makeLanes) => {
  const secret = Buffer.from('a secret that handles are made with');
  const ofKey = (key: Buffer): string => createHmac('sha256', secret).update(key).digest('base64url');
  const bytes = Buffer.from('x'.repeat(60));
  const page = { bytes, count: 60, startOf: () => 0, endOf: (index: number) => index };
  const handles = createHandlePages(secret, ofKey, makeLanes)(page);
  for (let index = 0; index < page.count; index += 1) {
    const into = Buffer.alloc(32);
    handles.put(index, into, 0);
    expect(into.toString('latin1')).toBe(ofKey(bytes.subarray(0, index)).slice(0, 32));
  }
});

test('what is sealed can be opened with the same secret only, and not when it was altered', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), fc.nat(), (text, place) => {
      const sealed = keys.seal(storeKey(text));
      expect(keys.unseal(sealed)).toBe(text);
      expect(() => others.unseal(sealed)).toThrow();
      const altered = Buffer.from(sealed);
      const at = place % altered.length;
      altered[at] = (altered[at] ?? 0) ^ 1;
      expect(() => keys.unseal(altered)).toThrow();
    }),
  );
});

test('the same key is never sealed into the same bytes', () => {
  const sealed = new Set(Array.from({ length: 1_000 }, () => keys.seal(storeKey('same')).toString('hex')));
  expect(sealed.size).toBe(1_000);
});

test('over-long ids are replaced by their hash, and a second life of a log has other ids', () => {
  expect(keys.accountId('12')).toBe('12');
  expect(keys.accountId('x'.repeat(256))).toHaveLength(256);
  expect(keys.accountId('x'.repeat(257))).toMatch(/^#[A-Za-z0-9_-]{43}$/);
  expect(keys.eventId('7', 0)).toBe('7');
  expect(keys.eventId('7', 1)).not.toBe('7');
});

test('a fingerprint is the HMAC that it was in every version before, of long texts too', () => {
  const secret = Buffer.alloc(32, 7);
  const key = Buffer.from(hkdfSync('sha256', secret, '', 'watchfloor fingerprint', 32));
  const plainly = (purpose: string, value: string): string =>
    createHmac('sha256', key).update(`${purpose}\0${value}`).digest('base64url');
  const value = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 80 }),
    fc.string({ minLength: 330, maxLength: 350, unit: 'binary' }),
    fc.string({ minLength: 1_010, maxLength: 1_030 }),
  );
  fc.assert(
    fc.property(fc.constantFrom('credential', 'account'), value, (purpose, text) => {
      expect(keys.fingerprint(purpose, text)).toBe(plainly(purpose, text));
    }),
  );
});

test('many are sealed as one is', () => {
  const texts = ['', 'a', 'Jörg 🦉', 'x'.repeat(43), 'y'.repeat(500)].map(storeKey);
  const sealed = keys.sealAll(texts);
  expect(sealed.map(({ length }) => length)).toEqual(texts.map((text) => keys.seal(text).length));
  expect(keys.unsealAll(sealed)).toEqual(texts);
  for (const [index, one] of sealed.entries()) expect(keys.unseal(one)).toBe(texts[index]);
});
