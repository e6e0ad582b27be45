import { text } from './columns.ts';
import type { SqlAccess } from './sql-access.ts';
import { isOneOf, name, sql, type Sql } from './sql-text.ts';

/** Keys in one statement. */
const BATCH = 2_000;

/**
 * Deletes rows by key and says which of them were there.
 * @param only a further condition, ` AND …`
 */
export async function deleteRows(
  access: SqlAccess,
  table: Sql,
  keyColumn: string,
  keys: readonly string[],
  only: Sql,
  signal: AbortSignal,
): Promise<ReadonlySet<string>> {
  const deleted = new Set<string>();
  const returning = access.dialect !== 'mysql' || (await hasReturning(access, signal));
  for (let at = 0; at < keys.length; at += BATCH) {
    const batch = keys.slice(at, at + BATCH);
    const where = sql`WHERE ${name(keyColumn)}${isOneOf(batch)}${only}`;
    const rows = returning
      ? await access.rows(sql`DELETE FROM ${table} ${where} RETURNING ${name(keyColumn)}`, signal)
      : await access.transaction(async (runner) => {
          const found = await runner.rows(
            sql`SELECT ${name(keyColumn)} FROM ${table} ${where} FOR UPDATE`,
            signal,
          );
          await runner.run(sql`DELETE FROM ${table} ${where}`, signal);
          return found;
        }, signal);
    for (const row of rows) deleted.add(text(row[0], keyColumn));
  }
  return deleted;
}

const known = new WeakMap<SqlAccess, boolean>();

/** MariaDB has DELETE … RETURNING since 10.0, MySQL does not. */
async function hasReturning(access: SqlAccess, signal: AbortSignal): Promise<boolean> {
  const answer = known.get(access) ?? (await access.version(signal)).includes('MariaDB');
  known.set(access, answer);
  return answer;
}
