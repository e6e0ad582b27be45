import { createAddressList, isAddressOrBlock } from '../detect/address.ts';
import { PLACEHOLDER, type Counterparts, type FieldNames, type MappedField } from './field-map.ts';
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
  ...['all', 're', 'cidr', 'exists', 'windash', 'cased', 'fieldref', 'neq', 'expand'],
]);
const MOST_VALUES = 5_000;

/** What a rule is compiled with. */
export interface Compiling {
  readonly names: FieldNames;
  /** Told of what was understood with a reservation. */
  doubt(where: string, message: string): void;
}

/** Compiles one line of a selection, `field|modifiers: value or list`. */
export function fieldTest(key: string, value: unknown, compiling: Compiling, where: string): FieldsTest {
  const { names } = compiling;
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
  const given: readonly unknown[] = Array.isArray(value) ? value : [value];
  const values = modifiers.has('expand') ? given.flatMap((one) => expanded(one, names, where)) : given;
  if (values.length > MOST_VALUES) throw new SigmaError(where, `more than ${String(MOST_VALUES)} values`);
  if (values.length === 0)
    throw new SigmaError(where, 'an empty list matches nothing; give at least one value');
  const possible = withCounterpart(values, mapped, modifiers, compiling, where);
  const tests = possible.map((one, index) => {
    const place = Array.isArray(value) ? `${where}[${String(index)}]` : where;
    return oneTest(field, one, modifiers, mapped.values, names, place);
  });
  const joined: FieldsTest = modifiers.has('all')
    ? (fields) => tests.every((test) => test(fields))
    : (fields) => tests.some((test) => test(fields));
  return modifiers.has('neq') ? (fields) => !joined(fields) : joined;
}

/** The person's own values in place of `%placeholder%`. */
function expanded(value: unknown, names: FieldNames, where: string): readonly unknown[] {
  if (typeof value !== 'string' || !PLACEHOLDER.test(value)) {
    throw new SigmaError(where, '“expand” takes a placeholder such as %Legitimate_Countries%');
  }
  const own = names.placeholder(value);
  if (own !== null) return own;
  throw new SigmaError(
    where,
    `${value} stands for values of your own; give them in the field map: "${value}": [first, second]`,
  );
}

/**
 * Of a list of which any value will do, those that have a counterpart here: the others belong to events that never
 * come from a session store, so leaving them out changes nothing. If none has one, all stay, and the first is refused.
 */
function withCounterpart(
  values: readonly unknown[],
  { values: renamed }: MappedField,
  modifiers: ReadonlySet<string>,
  compiling: Compiling,
  where: string,
): readonly unknown[] {
  if (renamed === null || modifiers.has('all')) return values;
  const possible = values.filter((one) => one === null || counterpartOf(one, modifiers, renamed) !== null);
  if (possible.length === 0 || possible.length === values.length) return values;
  const left = values.filter((one) => !possible.includes(one));
  compiling.doubt(
    where,
    `${left.map(String).join(', ')} never come${left.length === 1 ? 's' : ''} from a session store and ${left.length === 1 ? 'is' : 'are'} left out`,
  );
  return possible;
}

/** What a value of a rule is here; null: nothing. Only whole values, and `contains` where the map has `*value*`. */
function counterpartOf(
  value: unknown,
  modifiers: ReadonlySet<string>,
  renamed: Readonly<Record<string, Counterparts>>,
): Counterparts | null {
  const more = [...modifiers].filter((one) => !['all', 'neq', 'cased', 'expand'].includes(one)).join();
  if (more !== '' && more !== 'contains') return null;
  const asked = more === 'contains' ? `*${String(value)}*` : String(value);
  return Object.hasOwn(renamed, asked.toLowerCase()) ? (renamed[asked.toLowerCase()] ?? null) : null;
}

function oneTest(
  field: string,
  value: unknown,
  modifiers: ReadonlySet<string>,
  renamed: MappedField['values'],
  names: FieldNames,
  where: string,
): FieldsTest {
  if (value === null) return (fields) => (fields.get(field) ?? '') === '';
  if (typeof value !== 'string' && typeof value !== 'number' && typeof value !== 'boolean') {
    throw new SigmaError(where, 'a value must be text, a number, true, false or null');
  }
  if (renamed !== null) return renamedTest(value, modifiers, renamed, where);
  if (modifiers.has('fieldref')) return referenceTest(field, String(value), modifiers, names, where);
  const numeric = [...modifiers].find((modifier) => NUMERIC.has(modifier));
  if (numeric !== undefined) return numberTest(field, value, numeric, where);
  const blocks = modifiers.has('expand') && field === 'ip' && isAddressOrBlock(String(value));
  if (modifiers.has('cidr') || blocks) {
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

/** A value that has another name here, such as Windows' 4625. */
function renamedTest(
  value: string | number | boolean,
  modifiers: ReadonlySet<string>,
  renamed: Readonly<Record<string, Counterparts>>,
  where: string,
): FieldsTest {
  const wanted = counterpartOf(value, modifiers, renamed);
  if (wanted !== null) {
    return (fields) => wanted.every(([field, values]) => values.has(String(fields.get(field))));
  }
  const others = [...modifiers].filter((one) => !['all', 'neq', 'cased', 'expand'].includes(one));
  throw new SigmaError(
    where,
    `the value “${String(value)}”${others.length > 0 ? ` with ${others.join(', ')}` : ''} has no counterpart among our events; known are ${Object.keys(renamed).slice(0, 20).join(', ')}`,
  );
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
