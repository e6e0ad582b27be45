import type { Counted } from '#shared/ipc/query-contract.ts';
import type { ReadableDb } from '../database.ts';
import type { Compiled } from './compiled.ts';
import { readValue } from '../statements.ts';
import { gatherSessions } from './find-sessions.ts';
import { searchedSegments, segmentCondition } from './segments.ts';

/** Sessions looked at in one step. */
const SESSION_STEP = 50_000;

/** Stops at `most` (null: never) and says so. */
export function* countSessions(
  db: ReadableDb,
  search: Compiled,
  options: { readonly at: number | null; readonly most: number | null },
): Generator<undefined, Counted, undefined> {
  const gathered = gatherSessions(db, search, options.at);
  yield;
  const { bound } = search.params;
  if (gathered !== null) {
    const value = Number(
      readValue(
        db,
        `SELECT count(*) FROM json_each(@keys) j CROSS JOIN session s ON s.key = j.value WHERE ${search.sql}`,
        { ...bound, keys: JSON.stringify(gathered) },
      ),
    );
    return { value, is: 'exact' };
  }
  let value = 0;
  const top = Number(readValue(db, 'SELECT coalesce(max(key), 0) FROM session'));
  const sql = `SELECT count(*) FROM session s WHERE s.key > @above AND s.key <= @upTo AND ${search.sql}`;
  for (let above = 0; above < top; above += SESSION_STEP) {
    value += Number(readValue(db, sql, { ...bound, above, upTo: above + SESSION_STEP }));
    if (options.most !== null && value >= options.most) return { value, is: 'at least' };
    yield;
  }
  return { value, is: 'exact' };
}

export function* countAudit(
  db: ReadableDb,
  search: Compiled,
  most: number | null,
): Generator<undefined, Counted, undefined> {
  let value = 0;
  for (const segment of searchedSegments(db, search)) {
    value += Number(
      readValue(
        db,
        `SELECT count(*) FROM ${segment.table} e WHERE ${segmentCondition(search, segment)}`,
        search.params.bound,
      ),
    );
    if (most !== null && value >= most) return { value, is: 'at least' };
    yield;
  }
  return { value, is: 'exact' };
}
