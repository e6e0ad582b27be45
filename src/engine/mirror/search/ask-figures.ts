import { z } from 'zod';
import type { ParsedOf } from '#shared/ipc/contract.ts';
import type { Counted, Coverage, QUERY_METHODS, Sighting } from '#shared/ipc/query-contract.ts';
import { EpochMs, epochMs } from '#shared/domain/units.ts';
import type { ReadableDb } from '../database.ts';
import type { Question } from '../question.ts';
import { narrower } from './compile.ts';
import { readRows } from '../statements.ts';
import type { Compiled } from './compiled.ts';
import { countAudit, countSessions } from './count.ts';
import { coverageOf } from './coverage.ts';
import { readCursor } from './cursor.ts';
import { scopeOf } from './scope.ts';
import { searchAudit } from './search-audit.ts';
import { searchedSessions } from './searched-condition.ts';
import { searchSessions } from './search-sessions.ts';
import { searchedSegments, segmentCondition } from './segments.ts';
import { sessionBars } from './session-bars.ts';

type Request<Name extends keyof typeof QUERY_METHODS> = ParsedOf<(typeof QUERY_METHODS)[Name]>;
type WithCoverage<T> = T & { readonly coverage: readonly Coverage[] };

/** Counting beyond this many stops and is said to be “at least”. */
const MOST_COUNTED = 100_000;
/** A histogram answers after so many rows have been looked at, and is asked to go on. */
const MOST_LOOKED = 400_000;

export function* queryCount(
  db: ReadableDb,
  request: Request<'query.count'>,
  now: EpochMs,
): Question<WithCoverage<{ readonly count: Counted }>> {
  const search = scopeOf(db, request.table, request, now);
  const most = request.exact ? null : MOST_COUNTED;
  const count =
    request.table === 'sessions'
      ? yield* countSessions(db, search, { at: null, most })
      : yield* countAudit(db, search, most);
  return {
    count,
    coverage: coverageOf(
      db,
      request.connections,
      search.span,
      request.table === 'audit' ? 'events' : 'sessions',
    ),
  };
}

const Bar = z.object({ bar: z.int(), count: z.int() });
const Resume = z.strictObject({ to: z.int(), number: z.int() });

/** Rows by time in equal steps. The newest come first; `resume` says from where to go on. */
export function* queryHistogram(
  db: ReadableDb,
  request: Request<'query.histogram'>,
  now: EpochMs,
): Question<
  WithCoverage<{
    readonly counts: readonly number[];
    readonly countedFrom: number;
    readonly resume: string | null;
  }>
> {
  const { from, stepMs, steps } = request;
  const period = { from, to: from + stepMs * steps };
  const plain =
    request.table === 'sessions' && request.filter !== undefined
      ? searchedSessions(db, request.filter, now)
      : scopeOf(db, request.table, request, now);
  const search = { ...plain, span: narrower(plain.span, period) };
  const counts = Array.from({ length: steps }, () => 0);
  const add = (rows: readonly unknown[]): void => {
    for (const row of rows) {
      const { bar, count } = Bar.parse(row);
      if (bar >= 0 && bar < steps) counts[bar] = (counts[bar] ?? 0) + count;
    }
  };
  // Segments may overlap: what is still to be counted lies at or before the newest event of the next one.
  const answer = (resume: z.infer<typeof Resume> | null, upTo = from) => ({
    counts,
    countedFrom: Math.max(from, upTo),
    resume: resume === null ? null : JSON.stringify(resume),
    coverage: coverageOf(db, request.connections, period, request.table === 'audit' ? 'events' : 'sessions'),
  });
  if (search.impossible) return answer(null);
  const bar = (column: string) =>
    `(CAST(${column} AS INTEGER) - CAST(@barFrom AS INTEGER)) / CAST(@barStep AS INTEGER) AS bar, count(*) AS count`;
  const own = { barFrom: from, barStep: stepMs };
  const bound = { ...search.params.bound, ...own };
  const resume = readCursor(Resume, request.resume);
  if (request.table === 'sessions') {
    const rest = { from, to: resume?.to ?? period.to };
    const upTo = yield* sessionBars(db, search, `SELECT ${bar('s.opened_at')}`, bound, rest, add);
    return upTo === null ? answer(null) : answer({ to: upTo, number: 0 }, upTo);
  }
  let looked = 0;
  const segments = searchedSegments(db, search).filter(
    ({ to, number }) => resume === null || to < resume.to || (to === resume.to && number < resume.number),
  );
  for (const [index, segment] of segments.entries()) {
    add(
      readRows(
        db,
        `SELECT ${bar('e.at')} FROM ${segment.table} e WHERE ${segmentCondition(search, segment)} GROUP BY bar`,
        { ...search.params.bound, ...own },
      ),
    );
    looked += segment.events;
    const next = segments[index + 1];
    if (looked >= MOST_LOOKED && next !== undefined) {
      return answer({ to: segment.to, number: segment.number }, next.to);
    }
    yield;
  }
  return answer(null);
}

const At = z.object({ at: EpochMs.nullable() });

/** When sessions and events of a search were seen first and last. */
export function* querySightings(
  db: ReadableDb,
  request: Request<'query.sightings'>,
  now: EpochMs,
): Question<WithCoverage<{ readonly sessions: Sighting; readonly events: Sighting | null }>> {
  const search = scopeOf(db, 'sessions', request, now);
  const seen = (keys: readonly number[], column: string): EpochMs | null => {
    const [key] = keys;
    return key === undefined
      ? null
      : At.parse(db.prepare(`SELECT ${column} AS at FROM session WHERE key = ?`).get(key)).at;
  };
  const one = (by: 'openedAt' | 'lastSeenAt', descending: boolean) =>
    searchSessions(db, search, { by, descending }, { cursor: null, limit: 1, now });
  const first = yield* one('openedAt', false);
  const last = yield* one('lastSeenAt', true);
  const sessions = {
    first: seen(first.keys, 'opened_at'),
    last: seen(last.keys, 'coalesce(last_seen_at, ended_at, opened_at)'),
  };
  return {
    sessions,
    events: yield* eventSightings(db, request, now),
    coverage: coverageOf(db, request.connections, search.span, 'sessions'),
  };
}

/** Null where the search asks for what events do not have. */
function* eventSightings(
  db: ReadableDb,
  request: Request<'query.sightings'>,
  now: EpochMs,
): Generator<undefined, Sighting | null, undefined> {
  let search: Compiled;
  try {
    search = scopeOf(db, 'audit', request, now);
  } catch {
    return null;
  }
  const ends: (EpochMs | null)[] = [];
  for (const descending of [false, true]) {
    const { ats } = yield* searchAudit(db, search, { descending, cursor: null, limit: 1 });
    ends.push(ats[0] === undefined ? null : epochMs(ats[0]));
  }
  return { first: ends[0] ?? null, last: ends[1] ?? null };
}
