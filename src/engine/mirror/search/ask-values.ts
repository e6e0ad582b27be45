import type { ParsedOf } from '#shared/ipc/contract.ts';
import type { QUERY_METHODS } from '#shared/ipc/query-contract.ts';
import { fieldOf, type FieldName } from '#shared/query/catalogue.ts';
import { auditSegments } from '../audit-segments.ts';
import type { ReadableDb } from '../database.ts';
import type { Question } from '../question.ts';
import { textCondition, type TrigramTable } from './like.ts';
import { createParams } from './params.ts';

/** Where values of a field come from: a column of a dictionary, or what the rows use of the words. */
const SOURCES: Partial<
  Record<FieldName, { readonly table: string; readonly column: string; readonly trigrams?: TrigramTable }>
> = {
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

function fromDictionary(
  db: ReadableDb,
  {
    table,
    column,
    trigrams,
  }: { readonly table: string; readonly column: string; readonly trigrams?: TrigramTable },
  text: string,
  limit: number,
): readonly string[] {
  const params = createParams();
  const begins = textCondition(
    { is: 'pattern', pattern: `${text.replaceAll(/[*?]/g, '')}*` },
    [column],
    null,
    params,
  );
  const holds =
    text === '' ? '1' : textCondition({ is: 'contains', text }, [column], trigrams ?? null, params);
  return db
    .prepare(
      `SELECT ${column} FROM (SELECT DISTINCT ${column} FROM ${table} WHERE ${column} IS NOT NULL AND ${holds} LIMIT 500)
       ORDER BY NOT ${begins}, length(${column}), ${column} LIMIT ${params.add(limit)}`,
    )
    .pluck()
    .all(params.bound)
    .map(String);
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
