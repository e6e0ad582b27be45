import fc from 'fast-check';
import { expect, test } from 'vitest';
import { FIELDS, fieldByName } from '#shared/query/catalogue.ts';
import { complete } from '#shared/query/complete.ts';
import { parseQuery } from '#shared/query/parse.ts';
import { printQuery } from '#shared/query/print.ts';
import type { Query, SearchTable } from '#shared/query/tree.ts';
import { queries } from './arbitrary-query.ts';

const parsed = (text: string, table: SearchTable = 'sessions'): Query => {
  const answer = parseQuery(text, table);
  if (!answer.ok) throw new Error(`${text}: ${answer.error.message} (${String(answer.error.offset)})`);
  return answer.query;
};
const fault = (text: string, table: SearchTable = 'sessions') => {
  const answer = parseQuery(text, table);
  if (answer.ok) throw new Error(`${text} was accepted`);
  const { error } = answer;
  return { at: text.slice(error.offset, error.offset + error.length), ...error };
};

test('every example of the catalogue is a search of its tables', () => {
  for (const field of FIELDS) {
    expect(field.examples.length, field.name).toBeGreaterThan(0);
    for (const example of field.examples) for (const table of field.tables) parsed(example, table);
  }
});

test('no name stands for two fields', () => {
  const names = FIELDS.flatMap((field) => [field.name, ...field.aliases]);
  expect(new Set(names).size).toBe(names.length);
  for (const field of FIELDS) for (const name of field.aliases) expect(fieldByName(name)).toBe(field);
});

test('the search of the brief means what it says', () => {
  const query = parsed('user:alice ip:10.0.0.0/8 country:BR,RU last:<30m risk:>70 -role:service "wp-login"');
  expect(query).toEqual({
    is: 'and',
    parts: [
      { is: 'field', field: 'user', matches: [{ is: 'contains', text: 'alice' }] },
      { is: 'field', field: 'ip', matches: [{ is: 'block', block: '10.0.0.0/8' }] },
      {
        is: 'field',
        field: 'country',
        matches: [
          { is: 'equals', text: 'BR' },
          { is: 'equals', text: 'RU' },
        ],
      },
      {
        is: 'field',
        field: 'last',
        matches: [{ is: 'time', comparison: '<', at: { is: 'ago', ms: 1_800_000 } }],
      },
      { is: 'field', field: 'risk', matches: [{ is: 'number', comparison: '>', value: 70 }] },
      { is: 'not', part: { is: 'field', field: 'role', matches: [{ is: 'equals', text: 'service' }] } },
      { is: 'text', match: { is: 'contains', text: 'wp-login' } },
    ],
  });
});

test('OR binds weaker than a space, parentheses change that', () => {
  expect(printQuery(parsed('a b | c'))).toBe('a b OR c');
  expect(printQuery(parsed('a (b OR c)'))).toBe('a (b OR c)');
  expect(printQuery(parsed('NOT (a AND b) -(c OR (d))'))).toBe('-(a b) -(c OR d)');
});

test('addresses are put into their one form', () => {
  expect(printQuery(parsed('ip:10.1.2.3/8,::FFFF:0/112 2001:db8::1'))).toBe(
    'ip:10.0.0.0/8,::ffff:0/112 "2001:db8::1"',
  );
});

test.each([
  ['user:', 'user:', 'needs a value'],
  ['user: alice', 'user:', 'needs a value'],
  ['uesr:alice', 'uesr:', 'no field', 'user:'],
  ['country:BR,', ',', 'missing after this comma'],
  ['country:Germany', 'Germany', 'two letters'],
  ['state:aktive', 'aktive', 'is one of', 'state:active'],
  ['last:soon', 'soon', 'is not a time'],
  ['risk:high', 'high', 'is not a number'],
  ['risk:9..1', '9..1', 'ends before it begins', 'risk:1..9'],
  ['ip:10.0.0.0/33', '10.0.0.0/33', 'longer than the address', 'at most /32'],
  ['ip:10.0', '10.0', 'not a whole address', 'ip:10.0* for all that begin so'],
  ['a (b OR', 'OR', 'missing here'],
  ['a (b', '(', 'never closed'],
  ['a) b', ')', 'never opened'],
  ['()', '(', 'nothing inside'],
  ['"abc', '"abc', 'no end'],
  ['opened:2026-02-30', '2026-02-30', 'is not a time'],
  ['message:x', 'message:', 'a field of events'],
  ['user:>b', '>b', 'has no order'],
])('%s is faulted at %s', (text, at, message, suggestion?: string) => {
  const found = fault(text);
  expect(found.at).toBe(at);
  expect(found.message).toContain(message);
  if (suggestion !== undefined) expect(found.suggestion).toBe(suggestion);
});

test('limits are said', () => {
  expect(fault('x'.repeat(5_000)).message).toContain('4096');
  expect(fault('('.repeat(40)).message).toContain('too deep');
  expect(fault('x '.repeat(300)).message).toContain('256 terms');
});

test('random text is either a search or a fault inside the text', () => {
  const pieces = fc.constantFrom(
    ...[
      'user:',
      'ip:',
      '-',
      '(',
      ')',
      '"',
      ',',
      '..',
      'OR',
      ' ',
      'AND',
      '10.0.0.1',
      '>',
      '<=',
      '30m',
      '*',
      '\\',
      ':',
    ],
  );
  const text = fc.array(fc.oneof(pieces, fc.string({ unit: 'binary', maxLength: 4 })), { maxLength: 20 });
  fc.assert(
    fc.property(
      text,
      fc.constantFrom<SearchTable>('sessions', 'audit'),
      fc.nat(80),
      (parts, table, cursor) => {
        const written = parts.join('');
        const answer = parseQuery(written, table);
        if (answer.ok) {
          expect(parseQuery(printQuery(answer.query), table)).toEqual(answer);
        } else {
          expect(answer.error.offset).toBeGreaterThanOrEqual(0);
          expect(answer.error.offset + answer.error.length).toBeLessThanOrEqual(written.length);
          expect(answer.error.message).not.toBe('');
        }
        const { from, to } = complete(written, cursor, table);
        expect(from).toBeLessThanOrEqual(to);
        expect(to).toBeLessThanOrEqual(written.length);
      },
    ),
    { numRuns: 3_000 },
  );
});

test.each<SearchTable>(['sessions', 'audit'])(
  'printing a tree of %s and parsing it gives the tree',
  (table) => {
    fc.assert(
      fc.property(queries(table), (query) => {
        expect(parseQuery(printQuery(query), table)).toEqual({ ok: true, query });
      }),
      { numRuns: 2_000 },
    );
  },
);

test('completion knows where the cursor is', () => {
  const labels = (text: string, cursor = text.length, table: SearchTable = 'sessions') =>
    complete(text, cursor, table).items.map(({ label }) => label);
  expect(labels('us')).toContain('user:');
  expect(labels('cou')).toEqual(['country:']);
  expect(labels('', 0, 'audit')).not.toContain('state:');
  expect(labels('state:')).toEqual(['live', 'ended', 'active', 'idle', 'stale', 'unseen']);
  expect(labels('state:live,i')).toEqual(['idle']);
  expect(labels('last:')).toContain('<30m');
  expect(complete('user:al x', 7, 'sessions').ask).toEqual({ field: 'user', prefix: 'al' });
  expect(complete('city:"são', 9, 'sessions').ask).toEqual({ field: 'city', prefix: 'são' });
  const inside = complete('-cou ip:1', 4, 'sessions');
  expect([inside.from, inside.to]).toEqual([1, 4]);
});
