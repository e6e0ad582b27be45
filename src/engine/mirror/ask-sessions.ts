import type { ParsedOf } from '#shared/ipc/contract.ts';
import type { ENGINE_METHODS } from '#shared/ipc/engine-contract.ts';
import type { ConnectionId, SessionId } from '#shared/domain/ids.ts';
import { EpochMs, epochMs } from '#shared/domain/units.ts';
import type { Page, SessionDetail, SessionObservation, SessionRow } from '#shared/ipc/views.ts';
import { auditRows } from './audit-rows.ts';
import { auditSegments } from './audit-segments.ts';
import type { ReadableDb } from './database.ts';
import { END_OF_TIME, newestEvents } from './newest-events.ts';
import { KNOWN_COLUMNS, KnownRow, knownView } from './known-columns.ts';
import type { Question } from './question.ts';
import { rowsAt } from './rows-at.ts';
import { searchedCondition } from './search/searched-condition.ts';
import { ordersByNow, sessionOrder, type Bound } from './session-filter.ts';
import { rowsOf } from './session-rows.ts';

type Methods = typeof ENGINE_METHODS;

const count = (db: ReadableDb, where: string, bound: Bound): number =>
  Number(db.prepare(`SELECT count(*) FROM session s WHERE ${where}`).pluck().get(bound));

/** A page of sessions, in steps: count, keys, rows. Keys first, so that only a page of rows is joined and parsed. */
export function* sessionsPage(
  db: ReadableDb,
  request: ParsedOf<Methods['sessions.page']>,
  now: EpochMs,
): Question<Page<SessionRow>> {
  const { sql, bound } = searchedCondition(db, request.filter, now);
  const total = count(db, sql, bound);
  yield;
  const { by } = request.sort;
  const keys = db
    .prepare(
      `SELECT s.key FROM ${fromFor(by)} WHERE ${sql} ORDER BY ${sessionOrder(request.sort)} LIMIT @limit OFFSET @offset`,
    )
    .pluck()
    .all({
      ...bound,
      limit: request.limit,
      offset: request.offset,
      ...(ordersByNow(by) ? { now } : {}),
    })
    .map(Number);
  yield;
  const rows = rowsOf(db, keys, now);
  const { at, since } = request.filter;
  // A stretch of time has no one moment to show: then rows say what is known now.
  if (at === undefined || since !== undefined) return { rows, total, asOf: now };
  return { rows: rowsAt(db, keys, rows, epochMs(at)), total, asOf: epochMs(at) };
}

/** Only the tables that the order needs. */
function fromFor(by: ParsedOf<Methods['sessions.page']>['sort']['by']): string {
  switch (by) {
    case 'account':
      return 'session s LEFT JOIN account a ON a.key = s.account';
    case 'environment':
    case 'status':
      return 'session s JOIN connection c ON c.key = s.connection';
    case 'place':
    case 'ip':
    case 'network':
      return 'session s LEFT JOIN address p ON p.key = coalesce(s.last_address, s.opened_address)';
    case 'device':
      return 'session s LEFT JOIN device d ON d.key = coalesce(s.last_device, s.opened_device)';
    case 'risk':
      return 'session s LEFT JOIN session_risk r ON r.session = s.key';
    default:
      return 'session s';
  }
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
  const siblings = db
    .prepare(
      `SELECT t.key FROM session s JOIN session t ON t.account = s.account AND t.ended_at IS NULL AND t.key <> s.key
       WHERE s.key = ? ORDER BY t.last_seen_at DESC LIMIT ${String(MOST_SIBLINGS)}`,
    )
    .pluck()
    .all(key)
    .map(Number);
  return { row, observations, audit, siblings: rowsOf(db, siblings, now) };
}
