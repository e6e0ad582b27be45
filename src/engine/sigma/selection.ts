import { isMapping } from './documents.ts';
import { SigmaError } from './problem.ts';
import { wildcardTest } from './text-pattern.ts';
import { fieldTest, type Compiling, type FieldsTest } from './value-test.ts';

/**
 * Compiles a named search: a mapping (every line), a list of mappings (any of them), or a list of keywords (any of
 * them, anywhere in the event).
 */
export function selectionTest(search: unknown, compiling: Compiling, where: string): FieldsTest {
  if (isMapping(search)) {
    const keywords = Object.entries(search).filter(([key]) => key.startsWith('|'));
    if (keywords.length > 0) return keywordMapping(search, where);
    const tests = Object.entries(search).map(([key, value]) =>
      fieldTest(key, value, compiling, `${where}.${key}`),
    );
    if (tests.length === 0) throw new SigmaError(where, 'an empty selection would match everything');
    return (fields) => tests.every((test) => test(fields));
  }
  if (Array.isArray(search) && search.length > 0) {
    const tests = search.map((one: unknown, index) =>
      isMapping(one)
        ? selectionTest(one, compiling, `${where}[${String(index)}]`)
        : keyword(one, `${where}[${String(index)}]`),
    );
    return (fields) => tests.some((test) => test(fields));
  }
  if (typeof search === 'string') return keyword(search, where);
  throw new SigmaError(where, 'must be a mapping of fields, a list of mappings, or a list of keywords');
}

/** `'|all': [a, b]`: every keyword somewhere in the event. */
function keywordMapping(search: Readonly<Record<string, unknown>>, where: string): FieldsTest {
  const [[key, value] = ['', null], ...others] = Object.entries(search);
  if (others.length > 0 || key !== '|all' || !Array.isArray(value)) {
    throw new SigmaError(where, 'keywords take the modifier “all” and a list, and stand alone');
  }
  const tests = value.map((one: unknown, index) => keyword(one, `${where}.|all[${String(index)}]`));
  return (fields) => tests.every((test) => test(fields));
}

function keyword(value: unknown, where: string): FieldsTest {
  if (typeof value !== 'string' && typeof value !== 'number') {
    throw new SigmaError(where, 'a keyword must be text or a number');
  }
  const test = wildcardTest(String(value), 'contains', false);
  return (fields) => {
    for (const one of fields.values()) if (test(String(one))) return true;
    return false;
  };
}
