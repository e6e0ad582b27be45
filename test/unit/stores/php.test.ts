import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ParseError } from '#agent/stores/parse/parse-error.ts';
import { parsePhp, parsePhpSession, wanted } from '#agent/stores/parse/php.ts';
import { phpGet, phpInt, phpText, type PhpKey, type PhpValue } from '#agent/stores/parse/php-value.ts';
import { encodePhp, withoutReferences } from '#agent/stores/parse/php-writer.ts';

const bytes = (most: number) => fc.uint8Array({ maxLength: most }).map((value) => Buffer.from(value));
const integer = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).map(String);
const float = fc.oneof(
  fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => String(value).replace('e', 'E')),
  fc.constantFrom('NAN', 'INF', '-INF', '1.0E+25', '-0'),
);
const key: fc.Arbitrary<PhpKey> = fc.oneof(
  integer.map((text): PhpKey => ({ type: 'int', text })),
  bytes(12).map((value): PhpKey => ({ type: 'string', bytes: value })),
  fc
    .constantFrom('__proto__', 'constructor', 'toString')
    .map((name): PhpKey => ({ type: 'string', bytes: Buffer.from(name) })),
);
const { value: phpValue } = fc.letrec<{ value: PhpValue }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    fc.constant<PhpValue>({ type: 'null' }),
    fc.boolean().map((value): PhpValue => ({ type: 'bool', value })),
    integer.map((text): PhpValue => ({ type: 'int', text })),
    float.map((text): PhpValue => ({ type: 'float', text })),
    bytes(30).map((value): PhpValue => ({ type: 'string', bytes: value })),
    bytes(10).map((value): PhpValue => ({ type: 'enum', name: Buffer.concat([value, Buffer.from(':A')]) })),
    fc
      .array(fc.record({ key, value: tie('value') }), { maxLength: 5 })
      .map((entries): PhpValue => ({ type: 'array', entries })),
    fc
      .tuple(bytes(10), fc.array(fc.record({ key, value: tie('value') }), { maxLength: 5 }))
      .map(([className, entries]): PhpValue => ({ type: 'object', className, entries })),
    fc
      .tuple(bytes(10), bytes(20))
      .map(([className, inner]): PhpValue => ({ type: 'custom', className, bytes: inner })),
  ),
}));

/** Runs a parser on anything: it may refuse, but only with its own error, and never touches a prototype. */
function refusesCleanly(work: () => unknown): void {
  try {
    work();
  } catch (error) {
    expect(error).toBeInstanceOf(ParseError);
  }
  expect(Object.keys(Object.prototype)).toEqual([]);
  expect(Object.hasOwn(Object.prototype, 'polluted')).toBe(false);
}

describe('PHP values', () => {
  test('what is written is read back, byte for byte', () => {
    fc.assert(
      fc.property(phpValue, (value) => {
        const written = encodePhp(value);
        expect(parsePhp(written)).toEqual(value);
        expect(encodePhp(parsePhp(written)).equals(written)).toBe(true);
      }),
      { numRuns: 300 },
    );
  });

  test('random bytes are read or refused with ParseError', () => {
    fc.assert(
      fc.property(bytes(200), (input) => {
        refusesCleanly(() => parsePhp(input));
        refusesCleanly(() => parsePhpSession(input));
      }),
      { numRuns: 1_000 },
    );
  });

  test('text made of the format’s own characters is read or refused with ParseError', () => {
    const alphabet = fc.constantFrom(
      ...Array.from('NbidsaOCrRES:;{}"0123456789-+.\\|!'),
      'a:2:{',
      's:3:"',
      'R:1;',
      'i:0;',
    );
    fc.assert(
      fc.property(fc.array(alphabet, { maxLength: 60 }), (parts) => {
        const input = Buffer.from(parts.join(''));
        refusesCleanly(() => encodePhp(withoutReferences(parsePhp(input))));
        refusesCleanly(() => parsePhpSession(input));
      }),
      { numRuns: 3_000 },
    );
  });

  test('valid input with bytes changed, removed or doubled is read or refused with ParseError', () => {
    const damage = fc.tuple(
      fc.nat(),
      fc.nat({ max: 255 }),
      fc.constantFrom('change', 'remove', 'double', 'cut'),
    );
    fc.assert(
      fc.property(phpValue, fc.array(damage, { minLength: 1, maxLength: 4 }), (value, wounds) => {
        let input = encodePhp(value);
        for (const [where, byte, kind] of wounds) {
          const at = where % Math.max(1, input.length);
          const [before, after] = [input.subarray(0, at), input.subarray(at + 1)];
          if (kind === 'cut') input = Buffer.from(before);
          else if (kind === 'remove') input = Buffer.concat([before, after]);
          else if (kind === 'double')
            input = Buffer.concat([before, input.subarray(at, at + 1), input.subarray(at)]);
          else input = Buffer.concat([before, Buffer.of(byte), after]);
        }
        refusesCleanly(() => parsePhp(input));
        refusesCleanly(() => parsePhpSession(Buffer.concat([Buffer.from('k|'), input])));
      }),
      { numRuns: 1_000 },
    );
  });

  test('references lead to what PHP means by them', () => {
    const shared = parsePhp(Buffer.from('a:3:{i:0;s:1:"x";i:1;R:2;i:2;a:1:{s:1:"k";R:1;}}'));
    expect(phpText(phpGet(shared, '1'))).toBe('x');
    // The array holds itself: it can be read step by step but not written out.
    expect(phpText(phpGet(phpGet(phpGet(shared, '2'), 'k'), '0'))).toBe('x');
    expect(() => withoutReferences(shared)).toThrow(ParseError);
    // `r:` takes a slot of its own, `R:` does not.
    const slots = parsePhp(Buffer.from('a:4:{i:0;O:1:"A":0:{}i:1;r:2;i:2;s:1:"y";i:3;R:4;}'));
    expect(phpText(phpGet(slots, '3'))).toBe('y');
    const session = parsePhpSession(Buffer.from('a|s:1:"x";b|R:1;c|a:1:{i:0;R:1;}'));
    expect(phpText(session.get('b'))).toBe('x');
    expect(phpText(phpGet(session.get('c'), '0'))).toBe('x');
  });

  test.each(['R:0;', 'R:1;', 'r:1;', 'a:1:{i:0;R:9;}', 'a:1:{i:0;r:2;}', 'a:1:{i:0;r:3;}'])(
    'a reference to nothing is refused: %s',
    (input) => {
      expect(() => parsePhp(Buffer.from(input))).toThrow(ParseError);
    },
  );

  test('limits hold for depth, number and length', () => {
    const deep = (levels: number) => Buffer.from('a:1:{i:0;'.repeat(levels) + 'N;' + '}'.repeat(levels));
    expect(parsePhp(deep(64)).type).toBe('array');
    expect(() => parsePhp(deep(65))).toThrow('too deep');
    expect(() => parsePhp(deep(100_000))).toThrow('too deep');
    const wide = Buffer.from(`a:300000:{${'i:0;N;'.repeat(300_000)}}`);
    expect(() => parsePhp(wide)).toThrow('too many values');
    expect(() => parsePhp(Buffer.alloc(9 * 1024 * 1024, 'N;'))).toThrow('too long');
    expect(() => parsePhp(Buffer.from('a:999999999:{'))).toThrow('ends too early');
    expect(() => parsePhp(Buffer.from('s:999999999:"x";'))).toThrow('ends too early');
    expect(() => parsePhp(Buffer.from('S:999999999:"x";'))).toThrow('ends too early');
    // A text of N references to one large value must not grow N times.
    const bomb = Buffer.from(
      `a:${String(50_000)}:{i:0;a:50:{${Array.from({ length: 50 }, (_, i) => `i:${String(i)};N;`).join('')}}${Array.from({ length: 49_999 }, (_, i) => `i:${String(i + 1)};R:2;`).join('')}}`,
    );
    expect(() => withoutReferences(parsePhp(bomb))).toThrow(ParseError);
  });

  test('escaped strings, integers as names and the last of two names', () => {
    expect(phpText(parsePhp(Buffer.from('S:3:"\\61b\\00";')))).toBe('ab\u0000');
    expect(phpInt(phpGet(parsePhp(Buffer.from('a:2:{i:7;i:1;i:7;s:2:"42";}')), '7'))).toBe(42);
    expect(phpInt(parsePhp(Buffer.from('i:9223372036854775807;')))).toBeNull();
    expect(phpGet(parsePhp(Buffer.from('a:0:{}')), '__proto__')).toBeNull();
  });
});

describe('PHP sessions', () => {
  const meta = 'a:4:{s:1:"u";i:1700000200;s:1:"c";i:1700000000;s:1:"l";i:2000000;s:1:"s";s:4:"seed";}';

  test('bags with objects, NUL bytes and strings that look like the format', () => {
    const text = Buffer.from('_sf2_meta|a:1:{s:1:"c";i:1;} ü 🦉 a|b";}');
    const bag = Buffer.concat([
      Buffer.from('_sf2_flashes|a:1:{s:6:"status";a:1:{i:0;O:25:"Drupal\\Core\\Render\\Markup":1:{s:9:"'),
      Buffer.from(`\0*\0string";s:${String(text.length)}:"`),
      text,
      Buffer.from('";}}}'),
    ]);
    const input = Buffer.concat([bag, Buffer.from(`_sf2_meta|${meta}!never_set|cart|i:3;`)]);
    const all = parsePhpSession(input);
    expect([...all.keys()]).toEqual(['_sf2_flashes', '_sf2_meta', 'cart']);
    const only = parsePhpSession(input, [wanted('_sf2_meta')]);
    expect([...only.keys()]).toEqual(['_sf2_meta']);
    expect(phpInt(phpGet(only.get('_sf2_meta'), 'c'))).toBe(1_700_000_000);
  });

  test('a variable that was skipped cannot be reached by reference, and is never guessed', () => {
    const session = parsePhpSession(Buffer.from('a|s:1:"x";b|R:1;'), [wanted('b')]);
    expect(phpText(session.get('b'))).toBeNull();
  });
});

test('PHP itself agrees with every value and session', () => {
  const script = `
class Node { private $hidden = "a\\0b"; protected $next; public $own = 1.5; function set($n) { $this->next = $n; return $this; } }
enum Suit: string { case Hearts = 'H'; }
$shared = "geteilt ü 🦉"; $object = new Node; $object->set($object);
$values = [null, true, false, 0, PHP_INT_MIN, PHP_INT_MAX, 0.1, -0.0, 1e100, NAN, INF, -INF, "", "a\\0;\\"}{", $shared,
  [1, 'k' => [2 => 'x'], '' => null, -5 => 1], [&$shared, &$shared, $object, $object], $object, Suit::Hearts,
  new ArrayObject([1, 2]), new SplObjectStorage, new DateTime('2020-01-01')];
ini_set('session.use_cookies', 0); ini_set('session.serialize_handler', 'php'); ini_set('session.save_path', sys_get_temp_dir());
$out = array_map(fn($v) => base64_encode(serialize($v)), $values);
session_start(); $_SESSION = ['first' => &$shared, 'second' => &$shared, 'o' => $object, 'same' => $object, 'n' => 5];
$session = base64_encode(session_encode()); session_abort();
echo json_encode(['values' => $out, 'session' => $session]);`;
  const answer: unknown = JSON.parse(execFileSync('php', ['-r', script], { encoding: 'utf8' }));
  const { values, session } = answer as { values: string[]; session: string };
  expect(values.length).toBe(22);
  for (const value of values) {
    const input = Buffer.from(value, 'base64');
    expect(encodePhp(parsePhp(input)).equals(input), input.toString('latin1')).toBe(true);
  }
  const variables = parsePhpSession(Buffer.from(session, 'base64'));
  expect([...variables.keys()]).toEqual(['first', 'second', 'o', 'same', 'n']);
  expect(phpText(variables.get('second'))).toBe('geteilt ü 🦉');
  expect(phpText(phpGet(phpGet(variables.get('same'), '\0*\0next'), '\0Node\0hidden'))).toBe('a\0b');
});
