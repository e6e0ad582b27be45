import type { ParsedOf } from '#shared/ipc/contract.ts';
import type { ENGINE_METHODS } from '#shared/ipc/engine-contract.ts';
import type { ConnectionId, SessionId } from '#shared/domain/ids.ts';
import { EpochMs, epochMs } from '#shared/domain/units.ts';
import type {
  AuditRow,
  SessionsPage,
  SessionDetail,
  SessionObservation,
  SessionRow,
} from '#shared/ipc/views.ts';
import { auditRows } from './audit-rows.ts';
import { auditSegments } from './audit-segments.ts';
import type { ReadableDb } from './database.ts';
import { END_OF_TIME, newestEvents } from './newest-events.ts';
import { KNOWN_COLUMNS, KnownRow, knownView } from './known-columns.ts';
import type { Question } from './question.ts';
import { rowsAt } from './rows-at.ts';
import { searchSessions } from './search/search-sessions.ts';
import { searchedSessions } from './search/searched-condition.ts';
import { rowsOf } from './session-rows.ts';
import { readValue } from './statements.ts';

type Methods = typeof ENGINE_METHODS;

/**
 * A page of sessions, in steps: count, keys, rows. It begins where a cursor says that the page before it ended, or so many
 * rows further on.
 */
export function* sessionsPage(
  db: ReadableDb,
  request: ParsedOf<Methods['sessions.page']>,
  now: EpochMs,
): Question<SessionsPage> {
  const search = searchedSessions(db, request.filter, now);
  const total = Number(
    readValue(db, `SELECT count(*) FROM session s WHERE ${search.sql}`, search.params.bound),
  );
  yield;
  const { filter, sort, cursor, limit, offset } = request;
  const page = yield* searchSessions(db, search, sort, {
    cursor,
    limit,
    skip: offset,
    now,
    at: filter.since === undefined ? filter.at : undefined,
  });
  yield;
  const { keys, next } = page;
  const rows = rowsOf(db, keys, now);
  const { at, since } = request.filter;
  // A stretch of time has no one moment to show: then rows say what is known now.
  if (at === undefined || since !== undefined) return { rows, total, next, asOf: now };
  return { rows: rowsAt(db, keys, rows, epochMs(at)), total, next, asOf: epochMs(at) };
}

/** Sessions as rows, in the order asked; those that the mirror does not know are left out. */
export function* sessionsById(
  db: ReadableDb,
  request: { readonly connection: ConnectionId; readonly ids: readonly SessionId[] },
  now: EpochMs,
): Question<readonly SessionRow[]> {
  const keys = db
    .prepare(
      `SELECT h.key FROM connection c CROSS JOIN json_each(@ids) j
       CROSS JOIN handle h ON h.connection = c.key AND h.id = j.value
       WHERE c.id = @connection ORDER BY j.key`,
    )
    .pluck()
    .all({ ids: JSON.stringify(request.ids), connection: request.connection })
    .map(Number);
  yield;
  return rowsOf(db, keys, now);
}

const MOST_OBSERVATIONS = 1_000;
const MOST_AUDIT = 500;
const MOST_SIBLINGS = 200;

/** Everything about one session. */
export function* sessionDetail(
  db: ReadableDb,
  request: ParsedOf<Methods['sessions.get']>,
  now: EpochMs,
): Question<SessionDetail | null> {
  const key = db
    .prepare(
      `SELECT h.key FROM handle h JOIN connection c ON c.key = h.connection WHERE c.id = ? AND h.id = ?`,
    )
    .pluck()
    .get(request.connection, request.id);
  const row = key === undefined ? undefined : rowsOf(db, [Number(key)], now)[0];
  if (row === undefined) return null;
  yield;
  const observations = db
    .prepare(
      `SELECT o.at, ${KNOWN_COLUMNS} FROM observation o LEFT JOIN address p ON p.key = o.address
       LEFT JOIN device d ON d.key = o.device WHERE o.session = ? ORDER BY o.at LIMIT ${String(MOST_OBSERVATIONS)}`,
    )
    .all(key)
    .map((raw): SessionObservation => {
      const seen = KnownRow.extend({ at: EpochMs }).parse(raw);
      return { at: seen.at, ...knownView(seen) };
    });
  yield;
  const connection = Number(db.prepare('SELECT connection FROM handle WHERE key = ?').pluck().get(key));
  const events = yield* newestEvents(
    db,
    auditSegments(db, { connections: [connection] }),
    { sql: 'e.session = @session', bound: { session: Number(key) } },
    END_OF_TIME,
    MOST_AUDIT,
  );
  const audit = auditRows(
    db,
    events.map((event) => event.key),
  );
  yield;
  const inferred = yield* inferredEvents(db, connection, Number(key), row);
  const siblings = db
    .prepare(
      `SELECT t.key FROM session s JOIN session t ON t.account = s.account AND t.ended_at IS NULL AND t.key <> s.key
       WHERE s.key = ? ORDER BY t.last_seen_at DESC LIMIT ${String(MOST_SIBLINGS)}`,
    )
    .pluck()
    .all(key)
    .map(Number);
  return { row, observations, audit, inferred, siblings: rowsOf(db, siblings, now) };
}

/**
 * What was probably done in a session whose store's log names none: events of its account, from an address that it was
 * seen at, between its beginning and its end. Without those three nothing is inferred.
 */
function* inferredEvents(
  db: ReadableDb,
  connection: number,
  session: number,
  { openedAt, endedAt }: SessionRow,
): Question<readonly AuditRow[]> {
  if (openedAt === null) return [];
  const until = endedAt ?? END_OF_TIME.at;
  const events = yield* newestEvents(
    db,
    auditSegments(db, { connections: [connection], since: openedAt, until }),
    {
      sql: `e.at >= @openedAt AND e.session IS NULL
        AND e.account = (SELECT account FROM session WHERE key = @session)
        AND e.address IN (SELECT address FROM observation WHERE session = @session)`,
      bound: { openedAt, session },
    },
    { at: until, key: END_OF_TIME.key },
    MOST_AUDIT,
  );
  return auditRows(
    db,
    events.map(({ key }) => key),
  );
}
