import { assertNever } from '#shared/domain/assert-never.ts';
import { addressSpan } from '#shared/query/address.ts';
import type { FieldName } from '#shared/query/catalogue.ts';
import type { Match } from '#shared/query/tree.ts';
import type { CompileContext } from './compiled.ts';
import { nameCondition, textCondition, type TrigramTable } from './like.ts';
import { numberCondition } from './spans.ts';

/** Fields of accounts, addresses and devices, and the column that says it. */
const ADDRESS: Partial<Record<FieldName, string>> = {
  ip: 'ip',
  country: 'country',
  region: 'region',
  city: 'city',
  network: 'organisation',
  asn: 'asn',
  kind: 'kind',
};
const DEVICE: Partial<Record<FieldName, string>> = {
  browser: 'browser',
  os: 'system',
  device: 'class',
  agent: 'user_agent',
};
const ACCOUNT: Partial<Record<FieldName, string>> = {
  user: 'name',
  account: 'id',
  email: 'email',
  role: 'roles',
};

export type Dictionary = 'account' | 'address' | 'device';
/** Which dictionary a field is looked up in, and its column; null when it is a field of the rows themselves. */
export function dictionaryOf(
  field: FieldName,
): { readonly table: Dictionary; readonly column: string } | null {
  const address = ADDRESS[field];
  if (address !== undefined) return { table: 'address', column: address };
  const device = DEVICE[field];
  if (device !== undefined) return { table: 'device', column: device };
  const account = ACCOUNT[field];
  return account === undefined ? null : { table: 'account', column: account };
}

const TRIGRAMS: Readonly<Record<string, TrigramTable>> = {
  'account name': 'account_text',
  'account email': 'account_text',
  'address ip': 'address_text',
  'address region': 'address_text',
  'address city': 'address_text',
  'address organisation': 'address_text',
  'device user_agent': 'device_text',
  'device browser': 'device_text',
  'device system': 'device_text',
};

/** The condition under which an entry of a dictionary fits. `none` and `any` are for the rows to say. */
export function entryCondition(
  table: Dictionary,
  column: string,
  match: Exclude<Match, { is: 'none' }>,
  { params }: CompileContext,
): string {
  switch (match.is) {
    case 'any':
      return column === 'roles' ? "roles <> '[]'" : `${column} IS NOT NULL`;
    case 'contains':
    case 'equals':
    case 'pattern':
      return column === 'roles'
        ? rolesCondition(match, params)
        : column === 'country' && match.is === 'equals'
          ? `country = ${params.add(match.text.toUpperCase())}`
          : column === 'id' && match.is === 'equals'
            ? `id = ${params.add(match.text)}`
            : column === 'name'
              ? nameCondition(match, column, 'account_text', params)
              : textCondition(match, [column], TRIGRAMS[`${table} ${column}`] ?? null, params);
    case 'block': {
      const span = addressSpan(match.block);
      return between(span?.low ?? '', span?.high ?? '', params);
    }
    case 'addresses':
      return between(addressSpan(match.from)?.low ?? '', addressSpan(match.to)?.high ?? '', params);
    case 'number':
    case 'numbers':
      return numberCondition(column, match, params) ?? '0';
    case 'time':
    case 'times':
      throw new Error(`${column} is no time`);
    default:
      return assertNever(match);
  }
}

function between(low: string, high: string, params: CompileContext['params']): string {
  return `number BETWEEN ${params.add(Buffer.from(low, 'hex'))} AND ${params.add(Buffer.from(high, 'hex'))}`;
}

/** Roles are JSON arrays of which few different ones exist: those are looked through, not the accounts. */
function rolesCondition(
  match: Extract<Match, { is: 'contains' | 'equals' | 'pattern' }>,
  params: CompileContext['params'],
): string {
  return `roles IN (SELECT d.roles FROM (SELECT DISTINCT roles FROM account) d
    WHERE EXISTS (SELECT 1 FROM json_each(d.roles) r WHERE ${textCondition(match, ['r.value'], null, params)}))`;
}
