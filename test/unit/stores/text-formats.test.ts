import { execFileSync } from 'node:child_process';
import { deflateSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseDjangoSession } from '#agent/stores/parse/django.ts';
import { jsonText, parseJson, pointer } from '#agent/stores/parse/json.ts';
import { laravelNames, laravelVariable, parseLaravelPayload } from '#agent/stores/parse/laravel.ts';
import { ParseError } from '#agent/stores/parse/parse-error.ts';

function refusesCleanly(work: () => unknown): void {
  try {
    work();
  } catch (error) {
    expect(error).toBeInstanceOf(ParseError);
  }
  expect(Object.hasOwn(Object.prototype, 'polluted')).toBe(false);
}

describe('JSON', () => {
  test('pointers see own members only', () => {
    const value = parseJson('{"__proto__":{"polluted":1},"a/b":{"~":[10,{"x":"ü"}]},"":0}');
    expect(pointer(value, '/a~1b/~0/1/x')).toBe('ü');
    expect(pointer(value, '/a~1b/~0/00')).toBeNull();
    expect(pointer(value, '/constructor')).toBeNull();
    expect(pointer(value, '/toString')).toBeNull();
    expect(pointer(value, '/a~1b/length')).toBeNull();
    expect(pointer(value, '/__proto__/polluted')).toBe(1);
    expect(pointer(value, '/')).toBe(0);
    expect(jsonText(pointer(value, '/a~1b'))).toBeNull();
    expect(Object.hasOwn(Object.prototype, 'polluted')).toBe(false);
  });

  test('whatever JSON.stringify writes is read; anything else is refused with ParseError', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 5 }), (value) => {
        expect(JSON.stringify(parseJson(JSON.stringify(value)))).toBe(JSON.stringify(value));
      }),
    );
    fc.assert(
      fc.property(fc.string({ maxLength: 100 }), (text) => {
        refusesCleanly(() => parseJson(text));
      }),
    );
  });

  test('limits hold', () => {
    expect(() => parseJson('['.repeat(1_000_000))).toThrow('too deep');
    expect(() => parseJson(`[${'0,'.repeat(300_000)}0]`)).toThrow('too many values');
    expect(() => parseJson(`"${'x'.repeat(9 * 1024 * 1024)}"`)).toThrow('too long');
    expect(parseJson(JSON.stringify('[{,'.repeat(300_000)))).toHaveLength(900_000);
  });
});

describe('Django', () => {
  test('Django itself agrees, in both encodings', () => {
    const script = `
import json, base64
from django.conf import settings
settings.configure(SECRET_KEY='k' * 50)
from django.core import signing
data = {'_auth_user_id': '7', 'name': 'Jörg 🦉', 'nested': {'__proto__': 1}}
big = dict(data, text='lorem ipsum ' * 500)
salt = 'django.contrib.sessions.SessionStore'
class S:
    def dumps(self, o): return json.dumps(o, separators=(',', ':')).encode('latin-1')
    def loads(self, b): return json.loads(b)
old = base64.b64encode(b'0123abcd:' + json.dumps(data).encode()).decode()
print(json.dumps([signing.dumps(data, salt=salt, serializer=S, compress=True), signing.dumps(big, salt=salt, serializer=S, compress=True), old]))`;
    const answer: unknown = JSON.parse(
      execFileSync('/usr/bin/python3', ['-c', script], { encoding: 'utf8' }),
    );
    const [small, big, old] = answer as [string, string, string];
    expect(big.startsWith('.')).toBe(true);
    for (const [text, hasTime] of [
      [small, true],
      [big, true],
      [old, false],
    ] as const) {
      const session = parseDjangoSession(text);
      expect(pointer(session.data, '/_auth_user_id')).toBe('7');
      expect(pointer(session.data, '/name')).toBe('Jörg 🦉');
      if (hasTime) expect(Math.abs((session.savedAt ?? 0) - Date.now() / 1000)).toBeLessThan(600);
      else expect(session.savedAt).toBeNull();
    }
  });

  test('a small text that would decompress to a gigabyte is refused', () => {
    const bomb = deflateSync(Buffer.alloc(64 * 1024 * 1024)).toString('base64url');
    expect(() => parseDjangoSession(`.${bomb}:1sXXXX:sig`)).toThrow('too long when decompressed');
  });

  test('damaged, random and pickled text is refused with ParseError', () => {
    const valid = `.${deflateSync('{"_auth_user_id":"1"}').toString('base64url')}:1tQ5Vq:c2ln`;
    expect(pointer(parseDjangoSession(valid).data, '/_auth_user_id')).toBe('1');
    expect(() => parseDjangoSession(Buffer.from('gAN9cQAu').toString('base64'))).toThrow(ParseError);
    fc.assert(
      fc.property(fc.nat({ max: valid.length }), fc.string({ maxLength: 3 }), (at, insert) => {
        refusesCleanly(() => parseDjangoSession(valid.slice(0, at) + insert + valid.slice(at + 1)));
      }),
    );
    fc.assert(
      fc.property(fc.string({ maxLength: 200 }), (text) => {
        refusesCleanly(() => parseDjangoSession(text));
      }),
    );
    fc.assert(
      fc.property(fc.base64String({ maxLength: 200 }), (text) => {
        refusesCleanly(() => parseDjangoSession(text));
        refusesCleanly(() => parseLaravelPayload(text));
      }),
    );
  });
});

describe('Laravel', () => {
  const base64 = (text: string) => Buffer.from(text).toString('base64');

  test('serialised, JSON in both wrappings, and encrypted', () => {
    const php = parseLaravelPayload(
      base64('a:2:{s:6:"_token";s:3:"abc";s:4:"auth";a:1:{s:21:"password_confirmed_at";i:5;}}'),
    );
    expect(php.format).toBe('php');
    expect(laravelVariable(php, 'auth.password_confirmed_at')).toBe('5');
    expect(laravelNames(php)).toEqual(['_token', 'auth']);
    for (const text of [base64('{"login_web_59ba":7,"a":{"b":"c"}}'), '{"login_web_59ba":7,"a":{"b":"c"}}']) {
      const json = parseLaravelPayload(text);
      expect(laravelVariable(json, 'login_web_59ba')).toBe('7');
      expect(laravelVariable(json, 'a.b')).toBe('c');
      expect(laravelNames(json)).toEqual(['login_web_59ba', 'a']);
    }
    const envelope = base64('{"iv":"x","value":"y","mac":"z","tag":""}');
    for (const text of [base64(envelope), envelope]) {
      expect(parseLaravelPayload(text)).toEqual({ format: 'opaque' });
    }
    expect(laravelNames({ format: 'opaque' })).toEqual([]);
  });

  test('random text is refused with ParseError', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 200 }), (text) => {
        refusesCleanly(() => parseLaravelPayload(text));
        refusesCleanly(() => parseLaravelPayload(base64(text)));
      }),
    );
  });
});
