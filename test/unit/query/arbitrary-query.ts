import fc from 'fast-check';
import { canonicalBlock, addressSpan } from '#shared/query/address.ts';
import { FIELDS, type Field } from '#shared/query/catalogue.ts';
import { join } from '#shared/query/parse.ts';
import type { Match, Query, SearchTable, TimePoint } from '#shared/query/tree.ts';

/** Words of every kind: plain ones, such as mean something, and such as need quotes. */
const words = fc.oneof(
  fc.constantFrom(
    'alice',
    'wp-login',
    'São Paulo',
    'none',
    'OR',
    'a,b',
    'a..b',
    '=x',
    'say "hi"',
    'back\\slash',
  ),
  fc.string({ minLength: 1, maxLength: 8 }).filter((text) => text.trim() !== ''),
);
const patterns = fc.constantFrom('ali*', '*min', 'a?c', '*x*', 'wp-*');
const comparisons = fc.constantFrom('=' as const, '<' as const, '<=' as const, '>' as const, '>=' as const);

const times: fc.Arbitrary<TimePoint> = fc.oneof(
  fc.record({ is: fc.constant('ago' as const), ms: fc.nat(4_000_000_000) }),
  fc.record({
    is: fc.constant('named' as const),
    name: fc.constantFrom('now' as const, 'today' as const, 'yesterday' as const),
  }),
  fc.record({
    is: fc.constant('date' as const),
    year: fc.integer({ min: 1970, max: 2100 }),
    month: fc.integer({ min: 1, max: 12 }),
    day: fc.integer({ min: 1, max: 28 }),
  }),
  fc.record({
    is: fc.constant('moment' as const),
    year: fc.integer({ min: 1970, max: 2100 }),
    month: fc.integer({ min: 1, max: 12 }),
    day: fc.integer({ min: 1, max: 28 }),
    hour: fc.nat(23),
    minute: fc.nat(59),
    second: fc.option(fc.nat(59)),
    offset: fc.option(fc.integer({ min: -12 * 60, max: 14 * 60 }).map((value) => value + 0)),
  }),
);
const v4 = fc.ipV4();
const blocks = fc
  .oneof(
    v4,
    fc.ipV6(),
    fc.tuple(v4, fc.integer({ min: 0, max: 31 })).map(([ip, bits]) => `${ip}/${String(bits)}`),
    fc.tuple(fc.ipV6(), fc.integer({ min: 0, max: 127 })).map(([ip, bits]) => `${ip}/${String(bits)}`),
  )
  .map((text) => canonicalBlock(text))
  .filter((text) => text !== null);

function matches(field: Field): fc.Arbitrary<Match> {
  const some: fc.Arbitrary<Match> = fc.constantFrom({ is: 'none' as const }, { is: 'any' as const });
  const number = field.type === 'duration' ? fc.nat(4_000_000_000) : fc.integer({ min: -9999, max: 99999 });
  switch (field.type) {
    case 'choice':
      return fc.oneof(
        some,
        fc.constantFrom(...field.values).map((text): Match => ({ is: 'equals', text })),
      );
    case 'key':
      return field.name === 'country'
        ? fc.oneof(
            some,
            fc.constantFrom('DE', 'br').map((text): Match => ({ is: 'equals', text })),
          )
        : fc.oneof(
            some,
            words.map((text): Match => ({ is: 'equals', text })),
            patterns.map((pattern): Match => ({ is: 'pattern', pattern })),
          );
    case 'text':
      return fc.oneof(
        some,
        words.map((text): Match => ({ is: 'contains', text })),
        words.map((text): Match => ({ is: 'equals', text })),
        (field.name === 'message' ? fc.constant('wp-*') : patterns).map((pattern): Match => ({
          is: 'pattern',
          pattern,
        })),
      );
    case 'number':
    case 'duration':
      return fc.oneof(
        some,
        fc.record({ is: fc.constant('number' as const), comparison: comparisons, value: number }),
        fc
          .tuple(fc.option(number), fc.option(number))
          .filter(
            ([from, to]) => (from !== null || to !== null) && (from === null || to === null || from <= to),
          )
          .map(([from, to]): Match => ({ is: 'numbers', from, to })),
      );
    case 'time':
      return fc.oneof(
        some,
        fc.record({ is: fc.constant('time' as const), comparison: comparisons, at: times }),
        fc
          .tuple(fc.option(times), fc.option(times))
          .filter(([from, to]) => from !== null || to !== null)
          .map(([from, to]): Match => ({ is: 'times', from, to })),
      );
    case 'ip':
      return fc.oneof(
        some,
        blocks.map((block): Match => ({ is: 'block', block })),
        fc
          .tuple(v4, v4)
          .filter(([a, b]) => (addressSpan(a)?.low ?? '') <= (addressSpan(b)?.low ?? ''))
          .map(([from, to]): Match => ({ is: 'addresses', from, to })),
        fc.constantFrom<Match>({ is: 'pattern', pattern: '10.*' }),
      );
  }
}

/** Trees as the parser makes them. */
export function queries(table: SearchTable): fc.Arbitrary<Query> {
  const field = fc
    .constantFrom(...FIELDS.filter(({ tables }) => tables.includes(table)))
    .chain((one) =>
      fc
        .array(matches(one), { minLength: 1, maxLength: 3 })
        .map((list): Query => ({ is: 'field', field: one.name, matches: list })),
    );
  const text: fc.Arbitrary<Query> = fc.oneof(
    words.map((word): Query => ({ is: 'text', match: { is: 'contains', text: word } })),
    patterns.map((pattern): Query => ({ is: 'text', match: { is: 'pattern', pattern } })),
  );
  return fc.letrec<{ query: Query }>((tie) => ({
    query: fc.oneof(
      { maxDepth: 3, withCrossShrink: true },
      fc.oneof(field, field, text),
      fc
        .tuple(
          fc.constantFrom('and' as const, 'or' as const),
          fc.array(tie('query'), { minLength: 2, maxLength: 3 }),
        )
        .map(([is, parts]) => join(is, parts)),
      tie('query').map((part): Query => ({ is: 'not', part })),
    ),
  })).query;
}
