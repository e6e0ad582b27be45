import type { ReadableDb } from '../database.ts';
import { readValue, readValues } from '../statements.ts';
import type { Params } from './params.ts';

/** As the index `session_span` has it: the class of the length of an ended session, powers of two seconds. */
const CLASS = 'CAST(log2(max(1000, ended_at - opened_at) / 1000.0) AS INTEGER)';
/** 2^31 seconds are 68 years. */
const CLASSES = 32;

/** Ended sessions that lasted at an instant, class by class: none needs more than twice its own length looked at. */
const ended = (what: string): string => `SELECT ${what} FROM session INDEXED BY session_span
  WHERE ${CLASS} = @class AND opened_at <= CAST(@at AS INTEGER) AND opened_at > CAST(@since AS INTEGER)
    AND ended_at > CAST(@at AS INTEGER) AND ended_at IS NOT NULL AND opened_at IS NOT NULL`;
const LIVE = `FROM session WHERE connection IN (SELECT key FROM connection) AND ended_at IS NULL
  AND opened_at <= CAST(@at AS INTEGER)`;
/** Nothing says when it was opened: it lasted from when it was first seen. */
const UNDATED = `FROM session s WHERE opened_at IS NULL AND (ended_at IS NULL OR ended_at > CAST(@at AS INTEGER))
  AND (SELECT min(o.at) FROM observation o WHERE o.session = s.key) <= CAST(@at AS INTEGER)`;

/** Since when a session of a class can have been open at `at`. A second is for the rounding of the logarithm. */
const since = (at: number, length: number): number => at - 2 ** (length + 1) * 1_000 - 1_000;

/** Keys of the sessions that were open at an instant; null when there are more than `most`. */
export function signedInKeys(db: ReadableDb, at: number, most: number): readonly number[] | null {
  const keys: number[] = [];
  const found = (sql: string, bound: object): readonly number[] =>
    readValues(db, `${sql} LIMIT @left`, { ...bound, at, left: most + 1 - keys.length }).map(Number);
  for (const sql of [`SELECT key ${LIVE}`, `SELECT s.key ${UNDATED}`]) {
    keys.push(...found(sql, {}));
    if (keys.length > most) return null;
  }
  const find = ended('key');
  for (let length = 0; length < CLASSES; length += 1) {
    keys.push(...found(find, { class: length, since: since(at, length) }));
    if (keys.length > most) return null;
  }
  return keys;
}

/** How many sessions of any connection were open at an instant. */
export function countSignedIn(db: ReadableDb, at: number): number {
  const one = (sql: string, bound: object): number => Number(readValue(db, sql, bound));
  let total = one(`SELECT count(*) ${LIVE}`, { at }) + one(`SELECT count(*) ${UNDATED}`, { at });
  const count = ended('count(*)');
  for (let length = 0; length < CLASSES; length += 1) {
    total += one(count, { at, class: length, since: since(at, length) });
  }
  return total;
}

/** The same as a condition on session `s`. */
export function signedInCondition(at: number, params: Params): string {
  const then = params.add(at);
  return `(s.ended_at IS NULL OR s.ended_at > ${then}) AND coalesce(s.opened_at,
    (SELECT min(o.at) FROM observation o WHERE o.session = s.key)) <= ${then}`;
}
