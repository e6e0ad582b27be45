import type { ParsedOf } from '#shared/ipc/contract.ts';
import type { QUERY_METHODS } from '#shared/ipc/query-contract.ts';
import { fieldOf, type FieldName } from '#shared/query/catalogue.ts';
import { auditSegments } from '../audit-segments.ts';
import type { ReadableDb } from '../database.ts';
import type { Question } from '../question.ts';
import { textCondition, type TrigramTable } from './like.ts';
import { readValues } from '../statements.ts';
import { createParams, type Params } from './params.ts';

/** Where values of a field come from: a column of a dictionary, or what the rows use of the words. */
interface Source {
  readonly table: string;
  readonly column: string;
  readonly trigrams?: TrigramTable;
}
const SOURCES: Partial<Record<FieldName, Source>> = {
  user: { table: 'account', column: 'name', trigrams: 'account_text' },
  env: { table: 'connection', column: 'name' },
  ip: { table: 'address', column: 'ip', trigrams: 'address_text' },
  country: { table: 'address', column: 'country' },
  city: { table: 'address', column: 'city', trigrams: 'address_text' },
  network: { table: 'address', column: 'organisation', trigrams: 'address_text' },
  browser: { table: 'device', column: 'browser' },
  os: { table: 'device', column: 'system' },
};
/** Newest rows that are looked at for words in use. */
const LOOKED = 5_000;

/** Values of a field that hold a text, for completion: such as begin with it first. */
export function* queryValues(
  db: ReadableDb,
  request: ParsedOf<(typeof QUERY_METHODS)['query.values']>,
): Question<readonly string[]> {
  const { field, limit } = request;
  const text = request.text.trim();
  const known = fieldOf(field).values.filter((value) => value.includes(text.toLowerCase()));
  const source = SOURCES[field];
  const found =
    source !== undefined
      ? fromDictionary(db, source, text, limit)
      : field === 'role'
        ? roles(db, text, limit)
        : field === 'action' || field === 'reason'
          ? inUse(db, field, text, limit)
          : [];
  yield;
  return [...new Set([...known, ...found])].slice(0, limit);
}

/** So many values are sorted at most. */
const MOST_SORTED = 500;

function fromDictionary(
  db: ReadableDb,
  { table, column, trigrams }: Source,
  text: string,
  limit: number,
): readonly string[] {
  const pattern = `${text.replaceAll(/[*?]/g, '')}*`;
  const begins = (params: Params): string =>
    textCondition({ is: 'pattern', pattern }, [column], null, params);
  // The index of whole texts yields those that begin so; usually they fill the list.
  const first = valuesWhere(db, { table, column }, begins, limit);
  if (text === '' || first.length >= limit) return first;
  const holds = valuesWhere(
    db,
    { table, column },
    (params) =>
      `${textCondition({ is: 'contains', text }, [column], trigrams ?? null, params)} AND NOT ${begins(params)}`,
    limit - first.length,
  );
  return [...first, ...holds];
}

/** The shortest values of a column that meet a condition. */
function valuesWhere(
  db: ReadableDb,
  { table, column }: Source,
  condition: (params: Params) => string,
  limit: number,
): readonly string[] {
  const params = createParams();
  const where = condition(params);
  return readValues(
    db,
    `SELECT ${column} FROM (SELECT DISTINCT ${column} FROM ${table} WHERE ${column} IS NOT NULL AND ${where}
       LIMIT ${String(MOST_SORTED)})
     ORDER BY length(${column}), ${column} LIMIT ${params.add(limit)}`,
    params.bound,
  ).map(String);
}

function roles(db: ReadableDb, text: string, limit: number): readonly string[] {
  const params = createParams();
  const holds = textCondition({ is: 'contains', text }, ['r.value'], null, params);
  return db
    .prepare(
      `SELECT DISTINCT r.value FROM (SELECT DISTINCT roles FROM account) d, json_each(d.roles) r
       WHERE ${holds} ORDER BY r.value LIMIT ${params.add(limit)}`,
    )
    .pluck()
    .all(params.bound)
    .map(String);
}

function inUse(db: ReadableDb, column: 'action' | 'reason', text: string, limit: number): readonly string[] {
  const [segment] = auditSegments(db);
  if (segment === undefined) return [];
  const params = createParams();
  const holds = textCondition({ is: 'contains', text }, ['w.text'], null, params);
  return db
    .prepare(
      `SELECT w.text FROM word w WHERE w.key IN
         (SELECT ${column} FROM (SELECT ${column} FROM ${segment.table} ORDER BY at DESC LIMIT ${String(LOOKED)}))
         AND ${holds} ORDER BY w.text LIMIT ${params.add(limit)}`,
    )
    .pluck()
    .all(params.bound)
    .map(String);
}
