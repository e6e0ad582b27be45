import { z } from 'zod';
import type { ParsedOf } from '#shared/ipc/contract.ts';
import type {
  AddressPeople,
  Counted,
  Coverage,
  QUERY_METHODS,
  TopValue,
} from '#shared/ipc/query-contract.ts';
import { EpochMs } from '#shared/domain/units.ts';
import type { FieldName } from '#shared/query/catalogue.ts';
import type { SearchTable } from '#shared/query/tree.ts';
import type { ReadableDb } from '../database.ts';
import type { Question } from '../question.ts';
import { coverageOf } from './coverage.ts';
import { dictionaryOf } from './dictionary-terms.ts';
import { gatherSessions } from './find-sessions.ts';
import { scopeOf } from './scope.ts';
import { searchedSegments, segmentCondition } from './segments.ts';

type Request<Name extends keyof typeof QUERY_METHODS> = ParsedOf<(typeof QUERY_METHODS)[Name]>;

/** Rows that are counted at most, the newest first; beyond them the answer says “at least”. */
const MOST_LOOKED = 1_000_000;
const STEP = 20_000;
const Group = z.object({ part: z.union([z.number(), z.string()]).nullable(), count: z.int() });

/** Columns of the rows themselves that hold a key of `word`. */
const WORDS: Partial<Record<FieldName, string>> = {
  action: 'action',
  reason: 'reason',
  actor: 'actor_name',
  cause: 'cause',
};

/** What is grouped by in a row, and how a group's value reads. */
function grouping(
  table: SearchTable,
  field: FieldName,
): { readonly column: string; readonly text: string | null } {
  if (field === 'user' && table === 'audit') {
    return { column: 'account_name', text: 'SELECT text FROM word WHERE key = ?' };
  }
  const dictionary = dictionaryOf(field);
  if (dictionary !== null) {
    const shown =
      table === 'audit' || dictionary.table === 'account'
        ? dictionary.table
        : `coalesce(s.last_${dictionary.table}, s.opened_${dictionary.table})`;
    return { column: shown, text: `SELECT ${dictionary.column} FROM ${dictionary.table} WHERE key = ?` };
  }
  const word = WORDS[field];
  if (word !== undefined) return { column: word, text: 'SELECT text FROM word WHERE key = ?' };
  if (field === 'env') return { column: 'connection', text: 'SELECT name FROM connection WHERE key = ?' };
  if (field === 'outcome')
    return {
      column: "CASE outcome WHEN 1 THEN 'success' WHEN 2 THEN 'failure' ELSE 'unknown' END",
      text: null,
    };
  if (field === 'state')
    return { column: "CASE WHEN ended_at IS NULL THEN 'live' ELSE 'ended' END", text: null };
  throw new Error(`“${field}” cannot be counted by value`);
}

/** The values of a field that occur most among the rows of a search. */
export function* queryTop(
  db: ReadableDb,
  request: Request<'query.top'>,
  now: EpochMs,
): Question<{
  readonly values: readonly TopValue[];
  readonly looked: Counted;
  readonly coverage: readonly Coverage[];
}> {
  const search = scopeOf(db, request.table, request, now);
  const { column, text } = grouping(request.table, request.field);
  const groups = new Map<number | string | null, number>();
  let rows = 0;
  const add = (found: readonly unknown[]): void => {
    for (const raw of found) {
      const { part, count } = Group.parse(raw);
      groups.set(part, (groups.get(part) ?? 0) + count);
      rows += count;
    }
  };
  let stopped = false;
  const select = `SELECT ${column} AS part, count(*) AS count`;
  const { bound } = search.params;
  if (request.table === 'audit') {
    for (const segment of searchedSegments(db, search)) {
      stopped = rows >= MOST_LOOKED;
      if (stopped) break;
      const where = segmentCondition(search, segment);
      add(
        db.prepare(`${select} FROM ${segment.table} e WHERE ${where} GROUP BY part`).all(search.params.bound),
      );
      yield;
    }
  } else {
    const keys = gatherSessions(db, search, null);
    yield;
    if (keys !== null) {
      add(
        db
          .prepare(
            `${select} FROM json_each(@keys) j CROSS JOIN session s ON s.key = j.value WHERE ${search.sql} GROUP BY part`,
          )
          .all({ ...bound, keys: JSON.stringify(keys) }),
      );
    } else {
      const top = Number(db.prepare('SELECT coalesce(max(key), 0) FROM session').pluck().get());
      const one = db.prepare(
        `${select} FROM session s WHERE s.key > @above AND s.key <= @upTo AND ${search.sql} GROUP BY part`,
      );
      for (let upTo = top; upTo > 0 && !stopped; upTo -= STEP) {
        add(one.all({ ...bound, above: upTo - STEP, upTo }));
        stopped = rows >= MOST_LOOKED && upTo > STEP;
        yield;
      }
    }
  }
  return {
    values: named(db, groups, text).slice(0, request.limit),
    looked: { value: rows, is: stopped ? 'at least' : 'exact' },
    coverage: coverageOf(
      db,
      request.connections,
      search.span,
      request.table === 'audit' ? 'events' : 'sessions',
    ),
  };
}

const Named = z.union([z.string(), z.number()]).nullable();
/** Groups by what they read, because many addresses are in one city. */
function named(
  db: ReadableDb,
  groups: ReadonlyMap<number | string | null, number>,
  text: string | null,
): readonly TopValue[] {
  const totals = new Map<string | null, number>();
  const find = text === null ? null : db.prepare(text).pluck();
  for (const [part, count] of groups) {
    const found = part === null ? null : find === null ? part : Named.parse(find.get(part) ?? null);
    const value = found === null ? null : String(found);
    totals.set(value, (totals.get(value) ?? 0) + count);
  }
  return [...totals]
    .map(([value, count]) => ({ value, count }))
    .toSorted((a, b) => b.count - a.count || (a.value ?? '').localeCompare(b.value ?? ''));
}

const People = z.object({
  ip: z.string(),
  people: z.int(),
  sessions: z.int(),
  first: EpochMs.nullable(),
  last: EpochMs.nullable(),
});

/** Addresses from which more than one person was seen. Sessions without an account count as no person. */
export function* queryPeople(
  db: ReadableDb,
  request: Request<'query.people'>,
  now: EpochMs,
): Question<{
  readonly addresses: readonly AddressPeople[];
  readonly looked: Counted;
  readonly coverage: readonly Coverage[];
}> {
  const search = scopeOf(db, 'sessions', request, now);
  const keys = gatherSessions(db, search, null);
  yield;
  const found: AddressPeople[] = [];
  const group = `SELECT p.ip, count(DISTINCT o.account) - max(o.account = 0) AS people,
      count(DISTINCT o.session) AS sessions, min(s.opened_at) AS first, max(coalesce(s.last_seen_at, s.opened_at)) AS last`;
  const having = 'GROUP BY o.address HAVING people >= CAST(@least AS INTEGER)';
  const bound = { ...search.params.bound, least: request.least };
  let looked = 0;
  if (keys !== null) {
    looked = keys.length;
    const sql = `${group} FROM json_each(@keys) j CROSS JOIN session s ON s.key = j.value
      CROSS JOIN observation o ON o.session = s.key JOIN address p ON p.key = o.address WHERE ${search.sql} ${having}`;
    for (const row of db.prepare(sql).all({ ...bound, keys: JSON.stringify(keys) }))
      found.push(People.parse(row));
  } else {
    const top = Number(db.prepare('SELECT coalesce(max(key), 0) FROM address').pluck().get());
    const one = db.prepare(
      `${group} FROM observation o INDEXED BY observation_address CROSS JOIN session s ON s.key = o.session
       JOIN address p ON p.key = o.address
       WHERE o.address > @above AND o.address <= @upTo AND ${search.sql} ${having}`,
    );
    const step = 2_000;
    for (let above = 0; above < top; above += step) {
      for (const row of one.all({ ...bound, above, upTo: above + step })) found.push(People.parse(row));
      looked += step;
      yield;
    }
    looked = Math.min(looked, top);
  }
  const addresses = found
    .toSorted((a, b) => b.people - a.people || b.sessions - a.sessions || a.ip.localeCompare(b.ip))
    .slice(0, request.limit);
  return {
    addresses,
    looked: { value: looked, is: 'exact' },
    coverage: coverageOf(db, request.connections, search.span, 'sessions'),
  };
}
