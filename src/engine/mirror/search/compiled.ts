import type { TimeContext, TimeSpan } from '#shared/query/resolve-time.ts';
import type { ReadableDb } from '../database.ts';
import type { KeySet } from './key-sets.ts';
import type { Params } from './params.ts';

/** What a term compiles with. */
export interface CompileContext extends TimeContext {
  readonly db: ReadableDb;
  readonly params: Params;
  /** What accounts were at this instant counts; absent: what they are. */
  readonly at?: number | undefined;
}

/** Rows of one column that hold one of these keys: an index can find them. */
export interface Branch {
  readonly column: 'account' | 'account_name' | 'address' | 'device' | 'session' | 'via' | 'key' | 'words';
  readonly keys: readonly number[];
  /** Of `words`: the parameter with the phrase for the index of words. */
  readonly phrase?: string;
  /** Of `words`: the condition on an event's own message. */
  readonly condition?: string;
}

/** A term as a condition, and what could find its rows. */
export interface Term {
  readonly sql: string;
  /** Rows outside these branches do not fit; null: nothing is known of where they are. */
  readonly branches: readonly Branch[] | null;
  /** Rows outside this stretch do not fit. */
  readonly span?: TimeSpan;
  /** Only live or only ended sessions fit. */
  readonly state?: 'live' | 'ended';
}

/** A search, ready to be asked. */
export interface Compiled {
  readonly sql: string;
  readonly params: Params;
  /** No row can fit: a name, an address or a word that was asked for is in no dictionary. */
  readonly impossible: boolean;
  /** Each a set of branches that holds every row that fits; the cheapest drives. */
  readonly drivers: readonly (readonly Branch[])[];
  /** Rows that fit are all in this stretch of the table's own time: opening of sessions, time of events. */
  readonly span: TimeSpan;
  readonly state: 'live' | 'ended' | null;
  /** Nothing but the state is asked for, so that every row of the state fits. */
  readonly dense: boolean;
}

export const FALSE = '0';
export const never: Term = { sql: FALSE, branches: [] };

/** Either of several terms: drivable when each of them is. */
export function either(terms: readonly Term[]): Term {
  const possible = terms.filter(({ sql }) => sql !== FALSE);
  const [only] = possible;
  if (only === undefined) return never;
  if (possible.length === 1) return only;
  const branches: Branch[] = [];
  let drivable = true;
  for (const term of possible) {
    if (term.branches === null) drivable = false;
    else branches.push(...term.branches);
  }
  return {
    sql: `(${possible.map(({ sql }) => sql).join(' OR ')})`,
    branches: drivable ? branches : null,
  };
}

/** A column holds one of the keys. */
export function inSet(column: string, branch: Branch['column'], set: KeySet): Term {
  if (set.keys?.length === 0) return never;
  return {
    sql: `${column} IN ${set.sql}`,
    branches: set.keys === null ? null : [{ column: branch, keys: set.keys }],
  };
}
