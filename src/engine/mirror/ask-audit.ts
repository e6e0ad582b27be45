import { z } from 'zod';
import type { ParsedOf } from '#shared/ipc/contract.ts';
import type { ENGINE_METHODS } from '#shared/ipc/engine-contract.ts';
import type { AuditRow } from '#shared/ipc/views.ts';
import { AUDIT_COLUMNS, AUDIT_FROM, auditPosition, auditRowOf, OUTCOMES } from './audit-rows.ts';
import type { ReadableDb } from './database.ts';
import { like, type Bound, type Condition } from './session-filter.ts';
import type { Question } from './question.ts';

type Request = ParsedOf<(typeof ENGINE_METHODS)['audit.page']>;

const Cursor = z.strictObject({ at: z.int(), key: z.int() });

/** Rows looked at in one step. A rare filter yields between steps, so that it can be cancelled. */
const STEP = 20_000;

function auditCondition(filter: Request['filter']): Condition {
  const parts: string[] = [];
  const bound: Bound = {};
  if (filter.connections === undefined) {
    parts.push('e.connection IN (SELECT key FROM connection WHERE removed_at IS NULL)');
  } else {
    parts.push(
      'e.connection IN (SELECT key FROM connection WHERE id IN (SELECT value FROM json_each(@connections)))',
    );
    bound['connections'] = JSON.stringify(filter.connections);
  }
  if (filter.action !== undefined) {
    parts.push('e.action = (SELECT key FROM word WHERE text = @action)');
    bound['action'] = filter.action;
  }
  if (filter.outcome !== undefined) {
    parts.push('e.outcome = @outcome');
    bound['outcome'] = OUTCOMES.indexOf(filter.outcome);
  }
  if (filter.account !== undefined) {
    parts.push(`e.account = (SELECT a.key FROM account a JOIN connection c ON c.key = a.connection
      WHERE c.id = @accountConnection AND a.id = @account)`);
    bound['accountConnection'] = filter.account.connection;
    bound['account'] = filter.account.id;
  }
  const text = filter.text?.trim() ?? '';
  if (text !== '') {
    parts.push(`(e.message LIKE @text ESCAPE '\\'
      OR e.account_name IN (SELECT key FROM word WHERE text LIKE @text ESCAPE '\\')
      OR e.address IN (SELECT key FROM address WHERE ip LIKE @text ESCAPE '\\' OR city LIKE @text ESCAPE '\\'
        OR country LIKE @text ESCAPE '\\' OR organisation LIKE @text ESCAPE '\\')
      OR e.object_name LIKE @text ESCAPE '\\')`);
    bound['text'] = like(text);
  }
  if (filter.since !== undefined) {
    parts.push('e.at >= @since');
    bound['since'] = filter.since;
  }
  if (filter.until !== undefined) {
    parts.push('e.at < @until');
    bound['until'] = filter.until;
  }
  return { sql: parts.join(' AND '), bound };
}

/** A page of events, newest first by (at, key), after a cursor. */
export function* auditPage(
  db: ReadableDb,
  request: Request,
): Question<{ readonly rows: readonly AuditRow[]; readonly next: string | null }> {
  const { sql, bound } = auditCondition(request.filter);
  let cursor = request.cursor === null ? null : readCursor(request.cursor);
  const keys: number[] = [];
  let last = cursor;
  // The account's own index is already narrow; everything else walks the index of time, a step at a time.
  const narrow = request.filter.account !== undefined;
  const edge = db.prepare(
    `SELECT at, key FROM audit WHERE (at, key) < (@at, @key) ORDER BY at DESC, key DESC LIMIT 1 OFFSET ${String(STEP)}`,
  );
  for (;;) {
    const from = cursor ?? { at: Number.MAX_SAFE_INTEGER, key: Number.MAX_SAFE_INTEGER };
    const stop = narrow ? undefined : edge.get(from);
    const to = stop === undefined ? null : Cursor.parse(stop);
    const rows = db
      .prepare(
        `SELECT e.key, e.at FROM audit e WHERE (e.at, e.key) < (@at, @key)
           ${to === null ? '' : 'AND (e.at, e.key) >= (@toAt, @toKey)'} AND ${sql}
         ORDER BY e.at DESC, e.key DESC LIMIT @limit`,
      )
      .all({
        ...bound,
        ...from,
        ...(to === null ? {} : { toAt: to.at, toKey: to.key }),
        limit: request.limit + 1 - keys.length,
      });
    for (const row of rows) {
      const position = auditPosition(row);
      if (keys.length === request.limit) {
        return { rows: rowsOf(db, keys), next: last === null ? null : JSON.stringify(last) };
      }
      keys.push(position.key);
      last = position;
    }
    if (to === null) return { rows: rowsOf(db, keys), next: null };
    // Exclusive below, inclusive above: the edge row itself has been looked at.
    cursor = to;
    yield;
  }
}

function rowsOf(db: ReadableDb, keys: readonly number[]): readonly AuditRow[] {
  const one = db.prepare(`SELECT ${AUDIT_COLUMNS} FROM ${AUDIT_FROM} WHERE e.key = ?`);
  return keys.map((key) => auditRowOf(one.get(key)));
}

/** A cursor comes from a window; anything that is not one of ours starts from the newest. */
function readCursor(text: string): z.infer<typeof Cursor> | null {
  try {
    const parsed = Cursor.safeParse(JSON.parse(text));
    return parsed.success ? parsed.data : null;
  } catch {
    return null;
  }
}
