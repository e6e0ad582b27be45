import type { ParsedOf } from '#shared/ipc/contract.ts';
import type { ENGINE_METHODS } from '#shared/ipc/engine-contract.ts';
import type { AuditRow } from '#shared/ipc/views.ts';
import { auditRows, OUTCOMES } from './audit-rows.ts';
import { auditSegments } from './audit-segments.ts';
import type { ReadableDb } from './database.ts';
import { END_OF_TIME, EventPosition, newestEvents } from './newest-events.ts';
import { like, type Bound, type Condition } from './session-filter.ts';
import type { Question } from './question.ts';

type Request = ParsedOf<(typeof ENGINE_METHODS)['audit.page']>;

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
  const { filter, limit } = request;
  const connections = connectionKeys(db, filter.connections);
  const segments = auditSegments(db, { since: filter.since, until: filter.until, connections });
  const below = request.cursor === null ? END_OF_TIME : readCursor(request.cursor);
  const found = yield* newestEvents(db, segments, auditCondition(filter), below, limit + 1);
  const page = found.slice(0, limit);
  return {
    rows: auditRows(
      db,
      page.map(({ key }) => key),
    ),
    next: found.length > limit ? JSON.stringify(page.at(-1)) : null,
  };
}

function connectionKeys(db: ReadableDb, ids: readonly string[] | undefined): readonly number[] {
  const found =
    ids === undefined
      ? db.prepare('SELECT key FROM connection WHERE removed_at IS NULL').pluck().all()
      : db
          .prepare('SELECT key FROM connection WHERE id IN (SELECT value FROM json_each(?))')
          .pluck()
          .all(JSON.stringify(ids));
  return found.map(Number);
}

/** A cursor comes from a window; anything that is not one of ours starts from the newest. */
function readCursor(text: string): EventPosition {
  try {
    const parsed = EventPosition.safeParse(JSON.parse(text));
    return parsed.success ? parsed.data : END_OF_TIME;
  } catch {
    return END_OF_TIME;
  }
}
