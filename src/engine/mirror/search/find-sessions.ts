import type { ReadableDb } from '../database.ts';
import { readValues } from '../statements.ts';
import type { Branch, Compiled } from './compiled.ts';
import { signedInKeys } from './signed-in.ts';

/** So many sessions are gathered by an index and then sorted; more are walked in the order asked. */
const MOST_GATHERED = 20_000;

/** What a session is found by. */
const FIND: Readonly<Record<Branch['column'], string | null>> = {
  account: 'SELECT key FROM session WHERE account IN',
  via: 'SELECT key FROM session WHERE via IN',
  address: 'SELECT session AS key FROM observation WHERE address IN',
  device: 'SELECT session AS key FROM observation WHERE device IN',
  key: 'SELECT key FROM session WHERE key IN',
  account_name: null,
  session: null,
  words: null,
};

/**
 * Keys of the sessions that may fit, found by the index that promises fewest; null when too many may. The condition
 * of the search is still to be asked of each.
 */
export function gatherSessions(
  db: ReadableDb,
  search: Compiled,
  at: number | null,
  most = MOST_GATHERED,
): readonly number[] | null {
  if (search.impossible) return [];
  const weight = (branches: readonly Branch[]): number =>
    branches.reduce((sum, { keys }) => sum + keys.length, 0);
  for (const branches of search.drivers.toSorted((a, b) => weight(a) - weight(b))) {
    const found = byBranches(db, branches, most);
    if (found !== null) return found;
  }
  if (at !== null) return signedInKeys(db, at, most);
  if (search.state === 'live') {
    return capped(
      db,
      'SELECT key FROM session WHERE connection IN (SELECT key FROM connection) AND ended_at IS NULL',
      {},
      most,
    );
  }
  const { from, to } = search.span;
  if (from === null) return null;
  return capped(
    db,
    'SELECT key FROM session WHERE opened_at >= @from AND opened_at < @to',
    {
      from,
      to: to ?? Number.MAX_SAFE_INTEGER,
    },
    most,
  );
}

function byBranches(db: ReadableDb, branches: readonly Branch[], most: number): readonly number[] | null {
  const found = new Set<number>();
  for (const { column, keys } of branches) {
    const find = FIND[column];
    if (find === null) return null;
    const some = capped(
      db,
      `${find} (SELECT value FROM json_each(@keys))`,
      { keys: JSON.stringify(keys) },
      most,
    );
    if (some === null) return null;
    for (const key of some) found.add(key);
    if (found.size > most) return null;
  }
  return [...found];
}

function capped(db: ReadableDb, sql: string, bound: object, limit: number): readonly number[] | null {
  // Twice over: a session may have been observed at one address more than once.
  const most = limit * 2;
  const keys = readValues(db, `${sql} LIMIT ${String(most + 1)}`, bound).map(Number);
  if (keys.length > most) return null;
  const once = [...new Set(keys)];
  return once.length > limit ? null : once;
}
