import type { ReadableDb } from '../database.ts';
import { readValues } from '../statements.ts';
import type { Params } from './params.ts';

/** Keys of a dictionary that a term names, looked up before the rows are. */
export interface KeySet {
  /** What stands on the right of IN. */
  readonly sql: string;
  /** Null: too many to list. */
  readonly keys: readonly number[] | null;
}

/** So many keys are looked up beforehand; more stay a part of the statement. */
const MOST_KEYS = 5_000;

/**
 * Looks a dictionary up. @param where a condition on its columns, whose parameters are in `params`.
 * An empty set makes its term false at once, a small one lets an index drive.
 */
export function keySet(db: ReadableDb, table: string, where: string, params: Params): KeySet {
  const keys = readValues(
    db,
    `SELECT key FROM ${table} WHERE ${where} LIMIT ${String(MOST_KEYS + 1)}`,
    params.bound,
  ).map(Number);
  if (keys.length > MOST_KEYS) return { sql: `(SELECT key FROM ${table} WHERE ${where})`, keys: null };
  return listed(keys, params);
}

/** Keys that are already known. */
const listed = (keys: readonly number[], params: Params): KeySet => ({
  sql: keys.length === 0 ? '()' : `(SELECT value FROM json_each(${params.add(JSON.stringify(keys))}))`,
  keys,
});
