import { z } from 'zod';
import { ConnectionId } from '#shared/domain/ids.ts';
import { parseQuery } from '#shared/query/parse.ts';
import type { SearchTable } from '#shared/query/tree.ts';
import type { ReadableDb } from '../database.ts';
import { compileSearch } from './compile.ts';
import { readRows } from '../statements.ts';
import { FALSE, type Compiled } from './compiled.ts';

/** What every question in the search language is asked with. */
export interface ScopeRequest {
  readonly search: string;
  readonly zone: 'utc' | 'local';
  readonly connections?: readonly ConnectionId[] | undefined;
}

const Connection = z.object({ key: z.int(), id: ConnectionId, removed: z.int() });

/**
 * A search over the connections asked about, ready for a statement over `s` or `e`.
 * @param at sessions are those of an instant, and so are the roles of their accounts; absent: now
 */
export function scopeOf(
  db: ReadableDb,
  table: SearchTable,
  request: ScopeRequest,
  now: number,
  at?: number,
): Compiled {
  const parsed = parseQuery(request.search, table);
  if (!parsed.ok)
    throw new Error(`${parsed.error.message} (at character ${String(parsed.error.offset + 1)})`);
  const compiled = compileSearch(table, parsed.query, { db, now, zone: request.zone, at });
  const which = connectionCondition(db, table === 'sessions' ? 's' : 'e', request.connections);
  if (which === null) return compiled;
  if (which === FALSE) return { ...compiled, sql: FALSE, impossible: true };
  return { ...compiled, sql: `${which} AND ${compiled.sql}` };
}

/** Null where nothing is to be left out: a condition that always holds is paid for at every row. */
function connectionCondition(
  db: ReadableDb,
  alias: 's' | 'e',
  wanted: readonly ConnectionId[] | undefined,
): string | null {
  const known = readRows(db, 'SELECT key, id, removed_at IS NOT NULL AS removed FROM connection').map((raw) =>
    Connection.parse(raw),
  );
  const chosen =
    wanted === undefined
      ? known.filter(({ removed }) => removed === 0)
      : known.filter(({ id }) => wanted.includes(id));
  if (chosen.length === known.length) return null;
  return chosen.length === 0 ? FALSE : `${alias}.connection IN (${chosen.map(({ key }) => key).join(', ')})`;
}
