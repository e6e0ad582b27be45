import { parse } from 'yaml';
import { z } from 'zod';
import { NetworkKind } from '#shared/domain/place.ts';
import { failure, success, type Result } from '#shared/domain/result.ts';
import type { Address } from './address.ts';
import { parseCidr, type Cidr } from './cidr.ts';
import { cidrMap } from './cidr-map.ts';
import { geoProblem, type GeoProblem } from './problems.ts';

const OverridePlace = z.strictObject({
  country: z.string().regex(/^[A-Z]{2}$/, 'must be two capital letters (ISO 3166-1 alpha-2)'),
  region: z.string().nullable().optional(),
  city: z.string().nullable().optional(),
  latitude: z.number().min(-90).max(90).nullable().optional(),
  longitude: z.number().min(-180).max(180).nullable().optional(),
  accuracyKm: z.number().positive().nullable().optional(),
});

const Entry = z.strictObject({
  cidr: z.string().transform((text, context): Cidr => {
    const cidr = parseCidr(text);
    if (cidr !== null) return cidr;
    context.addIssue({ code: 'custom', message: `"${text.slice(0, 64)}" is no CIDR` });
    return z.NEVER;
  }),
  place: OverridePlace.nullable().optional(),
  asn: z.int().min(1).max(4_294_967_295).nullable().optional(),
  organisation: z.string().nullable().optional(),
  kind: NetworkKind.nullable().optional(),
  trusted: z.boolean().optional(),
});

const File = z.strictObject({
  name: z.string().optional(),
  date: z.string().optional(),
  networks: z.array(Entry),
});

/** What an organisation knows better about a block: a part that is absent is looked up, an explicit null is unknown. */
export type Override = Omit<z.infer<typeof Entry>, 'cidr'>;

/** The override table; of nested blocks the narrowest decides alone. */
export interface Overrides {
  readonly name: string;
  readonly date: string | null;
  readonly size: number;
  find(address: Address): Override | null;
}

/**
 * Reads an override table in YAML or JSON (format: docs/geo.md).
 * @param path only named in errors, and the table's name when it has none
 */
export function parseOverrides(text: string, path: string): Result<Overrides, GeoProblem> {
  let value: unknown;
  try {
    // Aliases could blow a small file up to any size; nothing here needs them.
    value = parse(text, { maxAliasCount: 0 });
  } catch (error) {
    const reason = error instanceof Error ? (error.message.split('\n', 1)[0] ?? '') : 'not YAML';
    return failure(geoProblem('invalid', path, reason));
  }
  const file = File.safeParse(value);
  if (!file.success) {
    const faults = file.error.issues
      .slice(0, 5)
      .map((issue) => `${issue.path.join('.') || 'file'}: ${issue.message}`);
    return failure(geoProblem('invalid', path, faults.join('; ')));
  }
  const { name = path.split(/[\\/]/).at(-1) ?? path, date = null, networks } = file.data;
  const map = cidrMap(networks.map(({ cidr, ...rest }) => [cidr, rest] as const));
  return success({ name, date, size: map.size, find: (address) => map.find(address.family, address.value) });
}
