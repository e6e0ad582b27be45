import type { z } from 'zod';
import type { SessionFilter } from '#shared/ipc/session-filter.ts';
import type { ReadableDb } from '../database.ts';
import { sessionCondition, type Condition } from '../session-filter.ts';
import { gatherSessions } from './find-sessions.ts';
import { scopeOf } from './scope.ts';

/** A filter with its search, where it has one: few candidates are found by their index first. */
export function searchedCondition(
  db: ReadableDb,
  filter: z.output<typeof SessionFilter>,
  now: number,
): Condition {
  const plain = sessionCondition(filter);
  if (filter.search === undefined || filter.search.trim() === '') return plain;
  const search = scopeOf(db, 'sessions', { search: filter.search, zone: filter.zone ?? 'utc' }, now);
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
