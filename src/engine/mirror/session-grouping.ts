import type { z } from 'zod';
import { assertNever } from '#shared/domain/assert-never.ts';
import type { SessionFilter } from '#shared/ipc/session-filter.ts';
import type { Grouping } from '#shared/ipc/session-groupings.ts';
import { ADDRESS_THEN, DEVICE_THEN, LAST_ADDRESS, LAST_DEVICE } from './last-seen-from.ts';

type Filter = Pick<z.output<typeof SessionFilter>, 'at' | 'since'>;

/** Rows say what was known at an instant; for a period, as for now, they say what is known latest. */
const isInstant = (filter: Filter): boolean => filter.at !== undefined && filter.since === undefined;

/** A network by its number; the few that a list names without one, by name. */
const NETWORK = "coalesce('AS' || p.asn, p.organisation)";
const PERSON = 'coalesce((SELECT i.person FROM identity i WHERE i.account = s.account), s.account)';

interface GroupingSql {
  /** Joined to session `s`; empty when nothing is needed. */
  readonly join: string;
  /** What sessions are grouped by: a number (person, environment) or the key itself. */
  readonly part: string;
  /** From the number to the key; null when the part is the key. */
  readonly keyOf: string | null;
}

/** How sessions are grouped in SQL. */
export function groupingSql(by: Grouping, filter: Filter): GroupingSql {
  const address = `LEFT JOIN address p ON p.key = ${isInstant(filter) ? ADDRESS_THEN : LAST_ADDRESS}`;
  switch (by) {
    case 'person':
      return {
        join: '',
        part: PERSON,
        keyOf:
          "SELECT c.id || '/' || a.id FROM account a JOIN connection c ON c.key = a.connection WHERE a.key = ?",
      };
    case 'environment':
      return { join: '', part: 's.connection', keyOf: 'SELECT id FROM connection WHERE key = ?' };
    case 'address':
      return { join: address, part: 'p.ip', keyOf: null };
    case 'network':
      return { join: address, part: NETWORK, keyOf: null };
    case 'country':
      return { join: address, part: 'p.country', keyOf: null };
    case 'device':
      return {
        join: `LEFT JOIN device d ON d.key = ${isInstant(filter) ? DEVICE_THEN : LAST_DEVICE}`,
        part: 'd.type_key',
        keyOf: null,
      };
    default:
      return assertNever(by);
  }
}
/** How many different people sessions belong to. */
export const PEOPLE = `count(DISTINCT ${PERSON})`;

/** Condition on session `s`: it belongs to this group. */
export function groupCondition(
  group: { readonly by: Grouping; readonly key: string | null },
  filter: Filter,
): { readonly sql: string; readonly bound: Readonly<Record<string, string | null>> } {
  const { by, key } = group;
  if (by === 'person') {
    if (key === null) return { sql: 's.account IS NULL', bound: {} };
    const [connection, account] = splitPerson(key);
    const person = `(SELECT coalesce(i.person, a.key) FROM account a JOIN connection c ON c.key = a.connection
      LEFT JOIN identity i ON i.account = a.key WHERE c.id = @groupConnection AND a.id = @groupAccount)`;
    return {
      sql: `s.account IN (SELECT account FROM identity WHERE person = ${person} UNION SELECT ${person})`,
      bound: { groupConnection: connection, groupAccount: account },
    };
  }
  if (by === 'environment') {
    return {
      sql: 's.connection = (SELECT key FROM connection WHERE id = @group)',
      bound: { group: key },
    };
  }
  const of = by === 'device' ? 'device d' : 'address p';
  const { part } = groupingSql(by, filter);
  const own =
    by === 'device'
      ? isInstant(filter)
        ? DEVICE_THEN
        : LAST_DEVICE
      : isInstant(filter)
        ? ADDRESS_THEN
        : LAST_ADDRESS;
  const known = `SELECT key FROM ${of} WHERE ${part}`;
  return key === null
    ? { sql: `(${own} IS NULL OR ${own} IN (${known} IS NULL))`, bound: {} }
    : { sql: `${own} IN (${known} = @group)`, bound: { group: key } };
}

/** `<connection>/<account>`; a connection's id is the console's own and has no slash. */
function splitPerson(key: string): readonly [string, string] {
  const at = key.indexOf('/');
  return at === -1 ? [key, ''] : [key.slice(0, at), key.slice(at + 1)];
}
