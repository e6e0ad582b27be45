import { createAddressList, isAddressOrBlock } from '../detect/address.ts';
import type { FieldNames } from './field-map.ts';
import type { Fields } from './fields.ts';
import { SigmaError } from './problem.ts';
import { dashes, regexTest, wildcardTest, type Anchor, type TextTest } from './text-pattern.ts';

export type FieldsTest = (fields: Fields) => boolean;

const ANCHORS: ReadonlySet<string> = new Set(['contains', 'startswith', 'endswith']);
const NUMERIC: ReadonlySet<string> = new Set(['lt', 'lte', 'gt', 'gte']);
const REGEX_FLAGS: ReadonlySet<string> = new Set(['i', 'm', 's']);
const KNOWN: ReadonlySet<string> = new Set([
  ...ANCHORS,
  ...NUMERIC,
  ...REGEX_FLAGS,
  ...['all', 're', 'cidr', 'exists', 'windash', 'cased', 'fieldref', 'neq'],
]);
const MOST_VALUES = 5_000;

/** Compiles one line of a selection, `field|modifiers: value or list`. */
export function fieldTest(key: string, value: unknown, names: FieldNames, where: string): FieldsTest {
  const [name = '', ...list] = key.split('|');
  const modifiers = new Set(list);
  for (const modifier of modifiers) {
    if (!KNOWN.has(modifier)) {
      throw new SigmaError(
        where,
        `the modifier “${modifier}” is not supported; supported are ${[...KNOWN].join(', ')}`,
      );
    }
  }
  const mapped = names.find(name);
  if (mapped === null) {
    throw new SigmaError(
      where,
      `sign-in events have no field “${name}” and the field map names none for it; add it to the map or remove the line`,
    );
  }
  const { field } = mapped;
  if (modifiers.has('exists')) {
    if (typeof value !== 'boolean') throw new SigmaError(where, '“exists” takes true or false');
    return (fields) => fields.has(field) === value;
  }
  const values: readonly unknown[] = Array.isArray(value) ? value : [value];
  if (values.length > MOST_VALUES) throw new SigmaError(where, `more than ${String(MOST_VALUES)} values`);
  if (values.length === 0)
    throw new SigmaError(where, 'an empty list matches nothing; give at least one value');
  const tests = values.map((one, index) => {
    const place = Array.isArray(value) ? `${where}[${String(index)}]` : where;
    return oneTest(field, one, modifiers, mapped.values, names, place);
  });
  const joined: FieldsTest = modifiers.has('all')
    ? (fields) => tests.every((test) => test(fields))
    : (fields) => tests.some((test) => test(fields));
  return modifiers.has('neq') ? (fields) => !joined(fields) : joined;
}

function oneTest(
  field: string,
  value: unknown,
  modifiers: ReadonlySet<string>,
  renamed: Readonly<Record<string, readonly string[]>> | null,
  names: FieldNames,
  where: string,
): FieldsTest {
  if (value === null) return (fields) => (fields.get(field) ?? '') === '';
  if (typeof value !== 'string' && typeof value !== 'number' && typeof value !== 'boolean') {
    throw new SigmaError(where, 'a value must be text, a number, true, false or null');
  }
  if (renamed !== null) return renamedTest(field, value, modifiers, renamed, where);
  if (modifiers.has('fieldref')) return referenceTest(field, String(value), modifiers, names, where);
  const numeric = [...modifiers].find((modifier) => NUMERIC.has(modifier));
  if (numeric !== undefined) return numberTest(field, value, numeric, where);
  if (modifiers.has('cidr')) {
    const block = String(value);
    if (!isAddressOrBlock(block)) throw new SigmaError(where, `“${block}” is no address or CIDR block`);
    const inside = createAddressList([block]);
    return text(field, inside);
  }
  if (modifiers.has('re')) return text(field, regexTest(String(value), modifiers, where));
  const anchor = anchorOf(modifiers, where);
  const wanted = modifiers.has('windash') ? dashes(String(value)) : [String(value)];
  const tests = wanted.map((one) => wildcardTest(one, anchor, modifiers.has('cased')));
  return text(field, (subject) => tests.some((test) => test(subject)));
}

function anchorOf(modifiers: ReadonlySet<string>, where: string): Anchor {
  const anchors = (['contains', 'startswith', 'endswith'] as const).filter((one) => modifiers.has(one));
  if (anchors.length > 1) throw new SigmaError(where, `${anchors.join(' and ')} cannot be combined`);
  return anchors[0] ?? 'whole';
}

const text =
  (field: string, test: TextTest): FieldsTest =>
  (fields) => {
    const value = fields.get(field);
    return value !== undefined && test(String(value));
  };

/** A value that has another name here, such as Windows' 4625: only the exact value can be translated. */
function renamedTest(
  field: string,
  value: string | number | boolean,
  modifiers: ReadonlySet<string>,
  renamed: Readonly<Record<string, readonly string[]>>,
  where: string,
): FieldsTest {
  const unusable = [...modifiers].filter(
    (modifier) => modifier !== 'all' && modifier !== 'neq' && modifier !== 'cased',
  );
  const asked = unusable.join() === 'contains' ? `*${String(value)}*` : String(value);
  const ours = renamed[asked.toLowerCase()];
  if (ours === undefined || (unusable.length > 0 && unusable.join() !== 'contains')) {
    throw new SigmaError(
      where,
      `the value “${String(value)}”${unusable.length > 0 ? ` with ${unusable.join(', ')}` : ''} has no counterpart among our events; known are ${Object.keys(renamed).slice(0, 20).join(', ')}`,
    );
  }
  const wanted = new Set(ours);
  return (fields) => wanted.has(String(fields.get(field)));
}

function referenceTest(
  field: string,
  other: string,
  modifiers: ReadonlySet<string>,
  names: FieldNames,
  where: string,
): FieldsTest {
  const target = names.find(other);
  if (target === null) throw new SigmaError(where, `sign-in events have no field “${other}”`);
  const anchor = anchorOf(modifiers, where);
  return (fields) => {
    const [one, two] = [fields.get(field), fields.get(target.field)];
    if (one === undefined || two === undefined) return false;
    const [left, right] = [String(one).toLowerCase(), String(two).toLowerCase()];
    switch (anchor) {
      case 'contains':
        return left.includes(right);
      case 'startswith':
        return left.startsWith(right);
      case 'endswith':
        return left.endsWith(right);
      case 'whole':
        return left === right;
    }
  };
}

function numberTest(
  field: string,
  value: string | number | boolean,
  operator: string,
  where: string,
): FieldsTest {
  const limit = Number(value);
  if (typeof value === 'boolean' || !Number.isFinite(limit)) {
    throw new SigmaError(where, `“${operator}” compares with a number, not with “${String(value)}”`);
  }
  return (fields) => {
    const found = fields.get(field);
    const number = typeof found === 'boolean' || found === undefined || found === '' ? NaN : Number(found);
    if (operator === 'lt') return number < limit;
    if (operator === 'lte') return number <= limit;
    return operator === 'gt' ? number > limit : number >= limit;
  };
}
