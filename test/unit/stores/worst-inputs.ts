import { deflateSync } from 'node:zlib';
import { parseDjangoSession } from '#agent/stores/parse/django.ts';
import { member, parseJson, pointer } from '#agent/stores/parse/json.ts';
import { laravelNames, laravelVariable, parseLaravelPayload } from '#agent/stores/parse/laravel.ts';
import { DEFAULT_LIMITS, ParseError } from '#agent/stores/parse/parse-error.ts';
import { parsePhp, parsePhpSession, wanted } from '#agent/stores/parse/php.ts';
import { phpGet } from '#agent/stores/parse/php-value.ts';
import { encodePhp, withoutReferences } from '#agent/stores/parse/php-writer.ts';
import { readSession } from '#agent/stores/express/session-data.ts';
import { ExpressConfig } from '#agent/stores/express/config.ts';
import { readTokens } from '#agent/stores/wordpress/session-tokens.ts';
import { readBags } from '#agent/stores/drupal/session-bags.ts';

// A program of its own, run with little memory: every parser on the largest and worst inputs that its limits let in.
// It ends with an error when one of them throws anything but the typed error, or touches a prototype.

const { bytes: MOST, items: ITEMS, depth: DEPTH } = DEFAULT_LIMITS;

/** Prototypes cannot be changed, and reading or writing `__proto__` is noticed. */
let touched = 0;
Object.defineProperty(Object.prototype, '__proto__', {
  get: () => {
    touched += 1;
    return null;
  },
  set: () => {
    touched += 1;
  },
});
for (const prototype of [
  Object.prototype,
  Array.prototype,
  Map.prototype,
  Function.prototype,
  String.prototype,
])
  Object.freeze(prototype);

const fill = (unit: string, most = MOST): string => unit.repeat(Math.floor(most / unit.length));
const times = (count: number, make: (index: number) => string): string =>
  Array.from({ length: count }, (_, at) => make(at)).join('');
const array = (count: number, make: (index: number) => string): string =>
  `a:${String(count)}:{${times(count, make)}}`;
const HALF = ITEMS / 2 - 100;

const PHP: Readonly<Record<string, () => string>> = {
  integers: () => array(HALF, (at) => `i:${String(at)};i:9223372036854775807;`),
  strings: () => array(HALF, (at) => `i:${String(at)};s:30:"${'x'.repeat(30)}";`),
  'one string': () => `s:${String(MOST - 20)}:"${'ü'.repeat((MOST - 20) / 2)}";`,
  'one escaped string': () => `S:${String(Math.floor((MOST - 30) / 3))}:"${fill('\\61', MOST - 30)}";`,
  floats: () => array(HALF, (at) => `i:${String(at)};d:1.0E+25;`),
  'empty arrays': () => array(HALF, (at) => `i:${String(at)};a:0:{}`),
  objects: () => array(HALF, (at) => `i:${String(at)};O:1:"A":0:{}`),
  'keys named after prototypes': () => array(HALF, () => 's:9:"__proto__";N;'),
  'objects of its own format': () => array(HALF, (at) => `i:${String(at)};C:1:"A":3:{abc}`),
  'references to the whole': () => array(HALF, (at) => `i:${String(at)};R:1;`),
  'references to references': () =>
    `a:${String(HALF)}:{i:0;N;${times(HALF - 1, (at) => `i:${String(at + 1)};R:2;`)}}`,
  'references that double': () =>
    `a:${String(40)}:{i:0;a:1:{i:0;N;}${times(39, (at) => `i:${String(at + 1)};a:2:{i:0;R:${String(at * 3 + 2)};i:1;R:${String(at * 3 + 2)};}`)}}`,
  'deep and wide': () =>
    `${'a:1:{i:0;'.repeat(DEPTH - 1)}${array(HALF, (at) => `i:${String(at)};N;`)}${'}'.repeat(DEPTH - 1)}`,
  'deeper than allowed': () => fill('a:1:{i:0;'),
  'a count that is a lie': () => fill('a:9999999999:{'),
  'lengths that are lies': () => fill('s:9999999999:"'),
  'digits without end': () => `i:${fill('1', MOST - 2)}`,
  semicolons: () => fill(';'),
  nothing: () => fill('N;'),
};
const JSONS: Readonly<Record<string, () => string>> = {
  numbers: () => `[${fill('0,', 2 * HALF)}0]`,
  'distinct members': () => `{${times(HALF, (at) => `"k${String(at)}":0,`)}"z":0}`,
  'named after prototypes': () =>
    `{"__proto__":{"polluted":1},${times(HALF, () => '"constructor":{"prototype":1},')}"z":0}`,
  'one string': () => `"${fill('x', MOST - 2)}"`,
  'one escaped string': () => `"${fill('\\u00fc', MOST - 10)}"`,
  'empty objects': () => `[${times(HALF, () => '{},')}{}]`,
  'deep and wide': () => `${'['.repeat(DEPTH)}${fill('0,', 2 * HALF)}0${']'.repeat(DEPTH)}`,
  'deeper than allowed': () => fill('['),
  'members without end': () => fill('{"a":'),
  quotes: () => fill('"'),
  'a person': () =>
    `{"cookie":{"originalMaxAge":1},"passport":{"user":1},"roles":[${times(HALF, (at) => `"r${String(at)}",`)}"z"]}`,
};

let ran = 0;
let read = 0;
function attempt(what: string, work: () => unknown): void {
  ran += 1;
  const before = touched;
  try {
    work();
    read += 1;
  } catch (error) {
    if (!(error instanceof ParseError)) throw new Error(`${what}: ${String(error)}`, { cause: error });
  }
  if (touched !== before) throw new Error(`${what}: a prototype was touched`);
}

const only = [wanted('a', () => true), wanted('_sf2_meta')];
const config = ExpressConfig.parse({ database: { driver: 'redis' } });
for (const [what, make] of Object.entries(PHP)) {
  const text = make();
  const input = Buffer.from(text);
  const session = Buffer.from(`a|${text}`);
  attempt(`PHP value, ${what}`, () => phpGet(parsePhp(input), 'a'));
  attempt(`PHP value written again, ${what}`, () => encodePhp(withoutReferences(parsePhp(input))));
  attempt(`PHP session, ${what}`, () => parsePhpSession(session));
  attempt(`PHP session, parts of it, ${what}`, () => parsePhpSession(session, only));
  attempt(`Drupal, ${what}`, () => readBags(Buffer.from(`_sf2_meta|${text}`)));
  attempt(`WordPress, ${what}`, () => readTokens(input));
  const wrapped = Buffer.from(text.slice(0, MOST * 0.74)).toString('base64');
  attempt(`Laravel, ${what}`, () => laravelNames(parseLaravelPayload(wrapped)));
}
for (const unit of ['k|N;', '!|', 'k|i:1;', '|', `${'n'.repeat(40)}|N;`])
  attempt(`PHP session of ${unit}`, () => parsePhpSession(Buffer.from(fill(unit))));
for (const [what, make] of Object.entries(JSONS)) {
  const text = make();
  attempt(`JSON, ${what}`, () => member(parseJson(text), '__proto__'));
  attempt(`JSON, a pointer, ${what}`, () => pointer(parseJson(text), '/0/0/__proto__/constructor'));
  attempt(`Express, ${what}`, () => readSession({ sid: 's', json: text, expiresAt: null }, config));
  attempt(`Laravel, plain, ${what}`, () => laravelVariable(parseLaravelPayload(text), 'a.b'));
  attempt(`Django, ${what}`, () =>
    parseDjangoSession(`${Buffer.from(text).toString('base64url')}:1tQ5Vq:c2ln`),
  );
  attempt(`Django, before 3.1, ${what}`, () =>
    parseDjangoSession(Buffer.from(`h:${text}`).toString('base64')),
  );
  const packed = deflateSync(text).toString('base64url');
  attempt(`Django, compressed, ${what}`, () => parseDjangoSession(`.${packed}:1tQ5Vq:c2ln`));
}
const bomb = deflateSync(Buffer.alloc(16 * MOST, 48)).toString('base64url');
attempt('Django, a bomb', () => parseDjangoSession(`.${bomb}:1tQ5Vq:c2ln`));

process.stdout.write(
  JSON.stringify({ ran, read, maxRssMb: Math.round(process.resourceUsage().maxRSS / 1024) }),
);
