import { z } from 'zod';
import { text, textOrNull } from './columns.ts';
import type { Row, SqlAccess } from './sql-access.ts';
import { isOneOf, name, sql, type Sql } from './sql-text.ts';

/** Keys in one statement. */
const BATCH = 2_000;

/**
 * Deletes rows by key.
 * @param keys each once
 * @param only a further condition, ` AND …`
 * @returns keys of those that were not there: mostly none
 */
export async function deleteRows(
  access: SqlAccess,
  table: Sql,
  keyColumn: string,
  keys: readonly string[],
  only: Sql,
  signal: AbortSignal,
): Promise<ReadonlySet<string>> {
  const missing = new Set<string>();
  for (let at = 0; at < keys.length; at += BATCH) {
    const batch = keys.slice(at, at + BATCH);
    const where = sql`WHERE ${name(keyColumn)}${isOneOf(batch)}${only}`;
    const deleted = await deleteBatch(access, table, keyColumn, batch, where, signal);
    if (deleted.length === batch.length) continue;
    const there = new Set(deleted);
    for (const key of batch) if (!there.has(key)) missing.add(key);
  }
  return missing;
}

async function deleteBatch(
  access: SqlAccess,
  table: Sql,
  keyColumn: string,
  batch: readonly string[],
  where: Sql,
  signal: AbortSignal,
): Promise<readonly string[]> {
  const column = name(keyColumn);
  const keysOf = (rows: readonly Row[]): readonly string[] => rows.map((row) => text(row[0], keyColumn));
  if (access.dialect === 'postgres') {
    // Nearly always all of them were there: then the server need not name them, nor anybody read ten thousand rows.
    const [row] = await access.rows(
      sql`WITH gone AS (DELETE FROM ${table} ${where} RETURNING ${column}) SELECT CASE WHEN COUNT(*) = ${batch.length}
          THEN NULL ELSE TO_JSON(ARRAY(SELECT CAST(${column} AS text) FROM gone))::text END FROM gone`,
      signal,
    );
    const some = textOrNull(row?.[0], keyColumn);
    return some === null ? batch : z.array(z.string()).parse(JSON.parse(some));
  }
  if (access.dialect === 'mysql' && !(await hasReturning(access, signal))) {
    return access.transaction(async (runner) => {
      const found = await runner.rows(sql`SELECT ${column} FROM ${table} ${where} FOR UPDATE`, signal);
      await runner.run(sql`DELETE FROM ${table} ${where}`, signal);
      return keysOf(found);
    }, signal);
  }
  return keysOf(await access.rows(sql`DELETE FROM ${table} ${where} RETURNING ${column}`, signal));
}

const known = new WeakMap<SqlAccess, boolean>();

/** MariaDB has DELETE … RETURNING since 10.0, MySQL does not. */
async function hasReturning(access: SqlAccess, signal: AbortSignal): Promise<boolean> {
  const answer = known.get(access) ?? (await access.version(signal)).includes('MariaDB');
  known.set(access, answer);
  return answer;
}
