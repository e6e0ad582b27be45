import type { z } from 'zod';
import type { SessionFilter } from '#shared/ipc/session-filter.ts';
import type { ReadableDb } from '../database.ts';
import { sessionCondition, type Condition } from '../session-filter.ts';
import { readValues } from '../statements.ts';
import type { Branch, Compiled } from './compiled.ts';
import { createParams } from './params.ts';
import { gatherSessions } from './find-sessions.ts';
import { scopeOf } from './scope.ts';

/** A stretch of time has no one moment whose roles could be meant. */
const instantOf = ({ at, since }: z.output<typeof SessionFilter>): number | undefined =>
  since === undefined ? at : undefined;

/** The search of a filter; null where it has none. */
function searchOf(db: ReadableDb, filter: z.output<typeof SessionFilter>, now: number): Compiled | null {
  const { search, zone } = filter;
  if (search === undefined || search.trim() === '') return null;
  return scopeOf(db, 'sessions', { search, zone: zone ?? 'utc' }, now, instantOf(filter));
}

/** A filter with its search, where it has one: few candidates are found by their index first. */
export function searchedCondition(
  db: ReadableDb,
  filter: z.output<typeof SessionFilter>,
  now: number,
): Condition {
  const plain = sessionCondition(filter);
  const search = searchOf(db, filter, now);
  if (search === null) return plain;
  const drivable = search.drivers.length > 0 || search.impossible;
  const keys = drivable ? gatherSessions(db, search, null) : null;
  const found =
    keys === null
      ? ''
      : `s.key IN (SELECT value FROM json_each(${search.params.add(JSON.stringify(keys))})) AND `;
  return {
    sql: `${found}${plain.sql} AND ${search.sql}`,
    bound: { ...plain.bound, ...search.params.bound },
  };
}

/** A filter as a search, so that its pages are found by the indexes of their order. */
export function searchedSessions(
  db: ReadableDb,
  filter: z.output<typeof SessionFilter>,
  now: number,
): Compiled {
  const { sql, bound } = searchedCondition(db, filter, now);
  const params = createParams();
  Object.assign(params.bound, bound);
  const { state, at, ids, account, search, ...rest } = filter;
  const broad =
    ids === undefined && account === undefined && at === undefined && (search ?? '').trim() === '';
  const narrowed = Object.keys(rest).some((name) => name !== 'connections' && name !== 'zone');
  return {
    sql,
    params,
    impossible: false,
    drivers: driversOf(db, filter, now),
    span: { from: null, to: at === undefined ? null : at + 1 },
    state: at !== undefined || state === 'all' ? null : state,
    dense: broad && !narrowed,
  };
}

/** Sessions that are named, or those of an account, or what a search finds by an index. */
function driversOf(db: ReadableDb, filter: z.output<typeof SessionFilter>, now: number): Compiled['drivers'] {
  const drivers: Branch[][] = [];
  if (filter.ids !== undefined) {
    const keys = readValues(
      db,
      `SELECT h.key FROM json_each(?) j CROSS JOIN connection c ON c.id = j.value ->> 'connection'
       CROSS JOIN handle h ON h.connection = c.key AND h.id = j.value ->> 'id'`,
      [JSON.stringify(filter.ids)],
    );
    drivers.push([{ column: 'key', keys: keys.map(Number) }]);
  }
  if (filter.account !== undefined) {
    const keys = readValues(
      db,
      'SELECT a.key FROM connection c CROSS JOIN account a ON a.connection = c.key AND a.id = ? WHERE c.id = ?',
      [filter.account.id, filter.account.connection],
    );
    drivers.push([{ column: 'account', keys: keys.map(Number) }]);
  }
  const search = searchOf(db, filter, now);
  if (search !== null) drivers.push(...search.drivers.map((branches) => [...branches]));
  return drivers;
}
