import { auditSegments } from '../mirror/audit-segments.ts';
import type { ReadableDb } from '../mirror/database.ts';
import { EventFacts } from './gather.ts';

/** Events looked at for one page of a person, an address, a network or a device. */
const MOST_EVENTS = 50_000;

const COLUMNS = 'key, at, action, outcome, account, account_name AS name, address, device';

/**
 * Events whose account or address is among the keys, the newest segments first, in steps of a segment.
 * @param by the indexed column
 * @returns whether there were more than were looked at
 */
export function* eventsOf(
  db: ReadableDb,
  by: 'account' | 'address',
  keys: readonly number[],
  range: { readonly since: number; readonly until: number },
  take: (event: EventFacts) => void,
): Generator<undefined, boolean, undefined> {
  const bound = { keys: JSON.stringify(keys), ...range };
  let left = MOST_EVENTS;
  for (const { table } of auditSegments(db, range)) {
    const rows = db
      .prepare(
        `SELECT ${COLUMNS} FROM ${table}
         WHERE ${by} IN (SELECT value FROM json_each(@keys)) AND at >= @since AND at < @until
         ORDER BY at DESC LIMIT @left`,
      )
      .all({ ...bound, left });
    for (const row of rows) take(EventFacts.parse(row));
    left -= rows.length;
    if (left <= 0) return true;
    yield;
  }
  return false;
}

/** Key of the word `login`; null when no sign-in was ever mirrored. */
export function loginWord(db: ReadableDb): number | null {
  const key = db.prepare(`SELECT key FROM word WHERE text = 'login'`).pluck().get();
  return key === undefined ? null : Number(key);
}

/** Keeps the keys of the newest events, for showing them. */
export function newest(limit: number): {
  readonly take: (event: EventFacts) => void;
  readonly keys: () => number[];
} {
  let kept: { readonly at: number; readonly key: number }[] = [];
  const trim = (): void => {
    kept = kept.sort((a, b) => b.at - a.at || b.key - a.key).slice(0, limit);
  };
  return {
    take: ({ at, key }) => {
      kept.push({ at, key });
      if (kept.length >= limit * 4) trim();
    },
    keys: () => {
      trim();
      return kept.map(({ key }) => key);
    },
  };
}
