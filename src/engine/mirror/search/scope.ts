import type { ConnectionId } from '#shared/domain/ids.ts';
import { parseQuery } from '#shared/query/parse.ts';
import type { SearchTable } from '#shared/query/tree.ts';
import type { ReadableDb } from '../database.ts';
import { compileSearch } from './compile.ts';
import type { Compiled } from './compiled.ts';

/** What every question in the search language is asked with. */
export interface ScopeRequest {
  readonly search: string;
  readonly zone: 'utc' | 'local';
  readonly connections?: readonly ConnectionId[] | undefined;
}

/** A search over the connections asked about, ready for a statement over `s` or `e`. */
export function scopeOf(db: ReadableDb, table: SearchTable, request: ScopeRequest, now: number): Compiled {
  const parsed = parseQuery(request.search, table);
  if (!parsed.ok)
    throw new Error(`${parsed.error.message} (at character ${String(parsed.error.offset + 1)})`);
  const compiled = compileSearch(table, parsed.query, { db, now, zone: request.zone });
  const alias = table === 'sessions' ? 's' : 'e';
  const which =
    request.connections === undefined
      ? 'SELECT key FROM connection WHERE removed_at IS NULL'
      : `SELECT key FROM connection WHERE id IN (SELECT value FROM json_each(${compiled.params.add(JSON.stringify(request.connections))}))`;
  return { ...compiled, sql: `${alias}.connection IN (${which}) AND ${compiled.sql}` };
}
