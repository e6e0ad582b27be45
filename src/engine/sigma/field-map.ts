import { z } from 'zod';
import { DEFAULT_MAP } from './default-map.ts';

/** What a rule leaves to whoever loads it, such as `%Legitimate_Countries%`. */
export const PLACEHOLDER = /^%[^%]+%$/;

/** A value of a rule is one of ours, any of several, or what several fields say together. */
const Counterpart = z.union([
  z.string(),
  z.array(z.string()).min(1),
  z.record(z.string().min(1).max(256), z.union([z.string(), z.array(z.string()).min(1)])),
]);
/** What a rule's field is here: a field of the event, or one whose values have other names here. */
const Target = z.union([
  z.string().min(1).max(256),
  z.strictObject({
    field: z.string().min(1).max(256),
    /** The rule's value to ours. A value that is not listed cannot match. */
    values: z.record(z.string(), Counterpart),
  }),
]);
/** Fields by the names that rules have for them, and `%placeholder%`s with the values that rules leave to us. */
export const FieldMap = z
  .record(z.string().min(1).max(256), z.union([Target, z.array(z.string().max(1_024)).min(1).max(5_000)]))
  .superRefine((map, context) => {
    for (const [name, target] of Object.entries(map)) {
      const placeholder = PLACEHOLDER.test(name);
      if (placeholder === Array.isArray(target)) continue;
      context.addIssue({
        code: 'custom',
        path: [name],
        message: placeholder
          ? 'takes a list of values'
          : 'takes a field or { field, values }; lists are for %placeholders%',
      });
    }
  });
export type FieldMap = z.infer<typeof FieldMap>;

/** What must hold for a value of a rule: every field has one of these values. */
export type Counterparts = readonly (readonly [field: string, values: ReadonlySet<string>])[];
export interface MappedField {
  readonly field: string;
  /** Null: values are compared as they are. */
  readonly values: Readonly<Record<string, Counterparts>> | null;
}

export interface FieldNames {
  /** Null: neither a field of events nor mapped to one. */
  find(name: string): MappedField | null;
  /** The values of a `%placeholder%`; null: nobody has given any. */
  placeholder(name: string): readonly string[] | null;
}

/** The default map with the person's own entries before it. Attributes are reached as `attributes.<name>`. */
export function createFieldNames(own: FieldMap): FieldNames {
  const fields = new Map<string, MappedField>();
  const placeholders = new Map<string, readonly string[]>();
  for (const [name, target] of Object.entries({ ...DEFAULT_MAP, ...own })) {
    if (Array.isArray(target)) placeholders.set(name.toLowerCase(), target);
    else fields.set(name.toLowerCase(), normal(target));
  }
  return {
    find: (name) =>
      /^attributes\./i.test(name)
        ? { field: `attributes.${name.slice('attributes.'.length)}`, values: null }
        : (fields.get(name.toLowerCase()) ?? null),
    placeholder: (name) => placeholders.get(name.toLowerCase()) ?? null,
  };
}

function normal(target: z.infer<typeof Target>): MappedField {
  if (typeof target === 'string') return { field: target, values: null };
  const values = Object.entries(target.values).map(([value, ours]): [string, Counterparts] => {
    const parts = typeof ours === 'string' || Array.isArray(ours) ? { [target.field]: ours } : ours;
    return [
      value.toLowerCase(),
      Object.entries(parts).map(([field, wanted]) => [
        field,
        new Set(typeof wanted === 'string' ? [wanted] : wanted),
      ]),
    ];
  });
  return { field: target.field, values: Object.fromEntries(values) };
}
