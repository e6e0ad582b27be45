import type { ParsedOf } from '#shared/ipc/contract.ts';
import type { QUERY_METHODS, Counted, QueryPage, SessionAt } from '#shared/ipc/query-contract.ts';
import { epochMs, type EpochMs } from '#shared/domain/units.ts';
import type { AuditRow, SessionObservation, SessionRow } from '#shared/ipc/views.ts';
import { accountsAt, observedAt } from '../accounts-at.ts';
import { auditRows } from '../audit-rows.ts';
import { rowsOf, sessionsByKey } from '../session-rows.ts';
import type { ReadableDb } from '../database.ts';
import { knownEntries } from '../known-entries.ts';
import { readValue, readValues } from '../statements.ts';
import { narrower } from './compile.ts';
import type { Question } from '../question.ts';
import { countSessions } from './count.ts';
import { coverageOf } from './coverage.ts';
import type { Compiled } from './compiled.ts';
import { scopeOf, type ScopeRequest } from './scope.ts';
import { searchAudit } from './search-audit.ts';
import { searchSessions } from './search-sessions.ts';
import { countSignedIn, signedInCondition } from './signed-in.ts';

type Request<Name extends keyof typeof QUERY_METHODS> = ParsedOf<(typeof QUERY_METHODS)[Name]>;

export function* querySessions(
  db: ReadableDb,
  request: Request<'query.sessions'>,
  now: EpochMs,
): Question<QueryPage<SessionRow>> {
  const search = scopeOf(db, 'sessions', request, now);
  const page = yield* searchSessions(db, search, request.sort, { ...request, now });
  yield;
  return {
    rows: rowsOf(db, page.keys, now),
    next: page.next,
    coverage: coverageOf(db, request.connections, search.span, 'sessions'),
  };
}

export function* queryAudit(
  db: ReadableDb,
  request: Request<'query.audit'>,
  now: EpochMs,
): Question<QueryPage<AuditRow>> {
  const search = scopeOf(db, 'audit', request, now);
  const page = yield* searchAudit(db, search, request);
  yield;
  return {
    rows: auditRows(db, page.keys),
    next: page.next,
    coverage: coverageOf(db, request.connections, search.span, 'events'),
  };
}

/** A search narrowed to the sessions that were open at an instant. */
function openAt(db: ReadableDb, request: ScopeRequest, at: number, now: number): Compiled {
  const search = scopeOf(db, 'sessions', request, now, at);
  return {
    ...search,
    sql: `${search.sql} AND (${signedInCondition(at, search.params)})`,
    // Nobody whose opening is known came later.
    span: narrower(search.span, { from: null, to: at + 1 }),
  };
}

/** Who was signed in at an instant, in the order in which they had come, the latest first. */
export function* queryAt(
  db: ReadableDb,
  request: Request<'query.at'>,
  now: EpochMs,
): Question<QueryPage<SessionAt> & { readonly total: Counted | null }> {
  const search = openAt(db, request, request.at, now);
  const sort = { by: 'openedAt', descending: true } as const;
  const page = yield* searchSessions(db, search, sort, { ...request, now });
  yield;
  const total = request.counted ? yield* countAt(db, request, search) : null;
  return {
    rows: rowsThen(db, page.keys, request.at, now),
    next: page.next,
    total,
    coverage: coverageOf(db, request.connections, { from: request.at, to: request.at + 1 }, 'sessions'),
  };
}

const MOST_COUNTED = 20_000;

/** Everybody is counted by the index alone; with a search or a choice of environments, those that fit. */
function* countAt(
  db: ReadableDb,
  request: Request<'query.at'>,
  search: Compiled,
): Generator<undefined, Counted, undefined> {
  const removed = readValue(db, 'SELECT EXISTS (SELECT 1 FROM connection WHERE removed_at IS NOT NULL)');
  if (request.search.trim() === '' && request.connections === undefined && Number(removed) === 0) {
    return { value: countSignedIn(db, request.at), is: 'exact' };
  }
  return yield* countSessions(db, search, { at: request.at, most: MOST_COUNTED });
}

const UNKNOWN = { ip: null, place: null, network: null, userAgent: null, device: null };

/** What sessions looked like at an instant: what was observed last before it. */
function rowsThen(db: ReadableDb, keys: readonly number[], at: number, now: EpochMs): readonly SessionAt[] {
  const entries = knownEntries(db);
  const perhaps = new Set(
    readValues(
      db,
      `SELECT s.key FROM json_each(@keys) j CROSS JOIN session s ON s.key = j.value
       WHERE s.ended_after <= CAST(@at AS INTEGER)`,
      { keys: JSON.stringify(keys), at },
    ).map(Number),
  );
  const seen = new Map<number, SessionObservation>();
  const observed = observedAt(db, keys, at);
  for (const one of observed) {
    seen.set(one.session, {
      at: epochMs(one.at),
      ...UNKNOWN,
      ...entries.address(one.address === 0 ? null : one.address),
      ...entries.device(one.device === 0 ? null : one.device),
    });
  }
  const accounts = accountsAt(db, observed, at);
  return sessionsByKey(db, keys, now).map(([key, session]) => ({
    session: { ...session, ...accounts.get(key) },
    seen: seen.get(key) ?? null,
    perhaps: perhaps.has(key),
  }));
}

/** Sessions that only one of two instants saw. */
export function* queryDifference(
  db: ReadableDb,
  request: Request<'query.difference'>,
  now: EpochMs,
): Question<{
  readonly came: readonly SessionRow[];
  readonly went: readonly SessionRow[];
  readonly cameCount: Counted;
  readonly wentCount: Counted;
  readonly coverage: QueryPage<never>['coverage'];
}> {
  const { from, to } = request.from <= request.to ? request : { from: request.to, to: request.from };
  const only = (at: number, notAt: number): Compiled => {
    const search = openAt(db, request, at, now);
    return {
      ...search,
      sql: `${search.sql} AND NOT coalesce(${signedInCondition(notAt, search.params)}, 0)`,
    };
  };
  const side = function* (at: number, notAt: number, by: 'openedAt' | 'endedAt') {
    const search = only(at, notAt);
    const page = yield* searchSessions(
      db,
      search,
      { by, descending: true },
      { cursor: null, limit: request.limit, now, at },
    );
    const count = yield* countSessions(db, search, { at, most: MOST_COUNTED });
    return { rows: rowsOf(db, page.keys, now), count };
  };
  const came = yield* side(to, from, 'openedAt');
  const went = yield* side(from, to, 'endedAt');
  return {
    came: came.rows,
    went: went.rows,
    cameCount: came.count,
    wentCount: went.count,
    coverage: coverageOf(db, request.connections, { from: epochMs(from), to: epochMs(to) }, 'sessions'),
  };
}
