import fc from 'fast-check';
import { expect, test } from 'vitest';
import { openedOf } from '#agent/stores/drupal/quick-bags.ts';
import { readAnyBags, readBags } from '#agent/stores/drupal/session-bags.ts';
import { phpSerialize, type Php } from '#test/support/php-serialize.ts';

const now = 1_760_000_000;
const scalar: fc.Arbitrary<Php> = fc.oneof(
  fc.constant(null),
  fc.boolean(),
  fc.integer(),
  fc.string({ unit: 'binary', maxLength: 12 }),
  fc.uint8Array({ maxLength: 12 }).map((bytes) => Buffer.from(bytes)),
);
const { value } = fc.letrec<{ value: Php }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 3 },
    scalar,
    fc.dictionary(fc.string({ maxLength: 6 }), tie('value'), { maxKeys: 4 }) as fc.Arbitrary<Php>,
  ),
}));
const name = fc.oneof(
  fc.constantFrom(
    '_sf2_attributes',
    '_sf2_meta',
    '_symfony_flashes',
    'c',
    'u',
    'pass_reset_7',
    'masquerading',
  ),
  fc.string({ maxLength: 8 }),
);
const bag = fc.oneof(
  fc.record({
    u: fc.constant(now),
    c: fc.nat(2 * now),
    l: fc.constant(0),
    s: fc.string(),
  }) as fc.Arbitrary<Php>,
  fc.dictionary(name, value, { maxKeys: 4 }) as fc.Arbitrary<Php>,
  value,
);
const session = fc
  .array(fc.tuple(name, bag), { maxLength: 4 })
  .map((variables) =>
    Buffer.concat(variables.flatMap(([key, one]) => [Buffer.from(`${key}|`), phpSerialize(one)])),
  );
/** Bytes changed, left out and put in between: what the format does not allow, and what it just allows. */
const spoilt = fc
  .tuple(session, fc.array(fc.tuple(fc.nat(), fc.constantFrom(0, 1, 2), fc.nat(255)), { maxLength: 2 }))
  .map(([bytes, changes]) =>
    changes.reduce((whole, [where, left, byte]) => {
      const at = where % (whole.length + 1);
      return Buffer.concat([whole.subarray(0, at), Buffer.from([byte]), whole.subarray(at + left)]);
    }, bytes),
  );

test('the quick reader says what the parser says, or nothing', () => {
  let quick = 0;
  const check = (bytes: Buffer): void => {
    if (openedOf(bytes) !== undefined) quick += 1;
    expect(readBags(bytes)).toEqual(readAnyBags(bytes));
  };
  fc.assert(fc.property(session, check), { numRuns: 3_000 });
  fc.assert(fc.property(spoilt, check), { numRuns: 3_000 });
  expect(quick).toBeGreaterThan(500);
});

test('a usual session is read quickly, an unusual one not', () => {
  const usual = Buffer.concat([
    Buffer.from('_sf2_attributes|'),
    phpSerialize({ uid: '2' }),
    Buffer.from('_sf2_meta|'),
    phpSerialize({ u: now, c: now - 600, l: 2_000_000, s: 'x'.repeat(43) }),
  ]);
  expect(openedOf(usual)).toBe(now - 600);
  expect(openedOf(Buffer.from('_sf2_attributes|a:0:{}'))).toBeNull();
  for (const unusual of [
    '_sf2_meta|a:1:{s:12:"masquerading";s:1:"7";}',
    '_sf2_attributes|a:1:{s:12:"pass_reset_7";s:1:"x";}',
    '_sf2_meta|a:1:{s:1:"c";s:10:"1760000000";}',
    '_sf2_meta|a:2:{s:1:"c";i:1;s:1:"c";i:2;}',
    '_sf2_meta|a:1:{s:1:"c";i:1;}_sf2_meta|a:1:{s:1:"c";i:2;}',
    '_sf2_meta|a:1:{s:00000000001:"c";i:1;}',
    'flash|O:3:"Foo":0:{}',
    '!gone|_sf2_meta|a:1:{s:1:"c";i:1;}',
    '_sf2_meta|a:1:{s:1:"c";i:1;',
    'no bar',
  ])
    expect(openedOf(Buffer.from(unusual)), unusual).toBeUndefined();
});
