import { SigmaError } from './problem.ts';
import { wildcardTest } from './text-pattern.ts';
import type { FieldsTest } from './value-test.ts';

const MOST_CHARACTERS = 4_096;
const MOST_TOKENS = 512;
const WHERE = 'detection.condition';

/**
 * Compiles a condition: names of searches, `and`, `or`, `not`, parentheses, `1 of x*`, `any of them`, `all of them`.
 * Names that begin with `_` are not among “them”.
 */
export function conditionTest(text: string, searches: ReadonlyMap<string, FieldsTest>): FieldsTest {
  if (text.length > MOST_CHARACTERS) throw new SigmaError(WHERE, 'the condition is too long');
  if (text.includes('|')) {
    throw new SigmaError(
      WHERE,
      'aggregations after “|” were removed from Sigma; write a correlation rule (event_count, value_count or temporal) instead',
    );
  }
  const tokens = text.match(/\(|\)|[^\s()]+/g) ?? [];
  if (tokens.length > MOST_TOKENS) throw new SigmaError(WHERE, 'the condition has too many words');
  let at = 0;
  const word = (): string => (tokens[at] ?? '').toLowerCase();
  const fail = (expected: string): never => {
    const found = tokens[at];
    throw new SigmaError(
      WHERE,
      `${found === undefined ? 'it ends' : `“${found}” stands`} where ${expected} was expected: ${text}`,
    );
  };

  const or = (): FieldsTest => {
    const tests = [and()];
    while (word() === 'or') {
      at += 1;
      tests.push(and());
    }
    return tests.length === 1 && tests[0] !== undefined
      ? tests[0]
      : (fields) => tests.some((test) => test(fields));
  };
  const and = (): FieldsTest => {
    const tests = [not()];
    while (word() === 'and') {
      at += 1;
      tests.push(not());
    }
    return tests.length === 1 && tests[0] !== undefined
      ? tests[0]
      : (fields) => tests.every((test) => test(fields));
  };
  const not = (): FieldsTest => {
    if (word() !== 'not') return primary();
    at += 1;
    const test = not();
    return (fields) => !test(fields);
  };
  const primary = (): FieldsTest => {
    if (word() === '(') {
      at += 1;
      const test = or();
      if (word() !== ')') fail('a closing parenthesis');
      at += 1;
      return test;
    }
    if (/^(?:\d+|any|all)$/.test(word()) && tokens[at + 1]?.toLowerCase() === 'of') return quantified();
    const name = tokens[at];
    if (name === undefined || name === ')' || /^(?:and|or|of)$/i.test(name))
      return fail('the name of a search');
    const test = searches.get(name);
    if (test === undefined) {
      throw new SigmaError(
        WHERE,
        `there is no search “${name}”; there are ${[...searches.keys()].join(', ')}`,
      );
    }
    at += 1;
    return test;
  };
  const quantified = (): FieldsTest => {
    const quantity = word();
    const pattern = tokens[at + 2];
    if (pattern === undefined) return fail('“them” or a pattern after “of”');
    const matches = pattern.toLowerCase() === 'them' ? null : wildcardTest(pattern, 'whole', true);
    const chosen = [...searches].filter(([name]) =>
      matches === null ? !name.startsWith('_') : matches(name),
    );
    if (chosen.length === 0) throw new SigmaError(WHERE, `no search is called ${pattern}`);
    at += 3;
    const tests = chosen.map(([, test]) => test);
    const wanted = quantity === 'all' ? tests.length : quantity === 'any' ? 1 : Number(quantity);
    if (wanted < 1) throw new SigmaError(WHERE, 'at least 1 of a number of searches can be asked for');
    return (fields) => {
      let found = 0;
      for (const test of tests) if (test(fields) && ++found >= wanted) return true;
      return false;
    };
  };

  const test = or();
  if (at < tokens.length) fail('“and”, “or” or the end');
  return test;
}
