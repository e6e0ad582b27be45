import type { Statement } from 'better-sqlite3';
import { boundedCache, type BoundedCache } from '#geo/bounded-cache.ts';
import type { ReadableDb, WritableDb } from './database.ts';

/** Statements kept ready for each handle: preparing one takes longer than many of them run. */
const KEPT = 1_500;

type Shape = 'objects' | 'values' | 'tuples';
const kept = new WeakMap<ReadableDb, Record<Shape, BoundedCache<Statement>>>();

function statement(db: ReadableDb, shape: Shape, sql: string): Statement {
  let caches = kept.get(db);
  if (caches === undefined) {
    caches = {
      objects: boundedCache<Statement>(KEPT),
      values: boundedCache<Statement>(KEPT),
      tuples: boundedCache<Statement>(KEPT),
    };
    kept.set(db, caches);
  }
  return caches[shape].get(sql, () => {
    const made = db.prepare(sql);
    // How rows come back is a property of a statement, so each shape has its own.
    return shape === 'values' ? made.pluck() : shape === 'tuples' ? made.raw() : made;
  });
}

type Bound = object | readonly unknown[];
const NOTHING = {};

/** Rows of a question as objects; its text is prepared once for each handle, so values belong into parameters. */
export const readRows = (db: ReadableDb, sql: string, bound: Bound = NOTHING): readonly unknown[] =>
  statement(db, 'objects', sql).all(bound);
/** Rows as arrays in the order of the columns: half the work of objects. */
export const readTuples = (
  db: ReadableDb,
  sql: string,
  bound: Bound = NOTHING,
): readonly (readonly unknown[])[] => statement(db, 'tuples', sql).all(bound) as unknown[][];
/** The first column of every row. */
export const readValues = (db: ReadableDb, sql: string, bound: Bound = NOTHING): readonly unknown[] =>
  statement(db, 'values', sql).all(bound);
/** The first column of the first row; undefined when there is none. */
export const readValue = (db: ReadableDb, sql: string, bound: Bound = NOTHING): unknown =>
  statement(db, 'values', sql).get(bound);

/** Writes; the first column of what `RETURNING` names, undefined when no row was written. */
export const writeRow = (db: WritableDb, sql: string, bound: Bound = NOTHING): unknown =>
  statement(db, 'values', sql).get(bound);
/** Writes, by a statement that returns nothing. */
export const write = (db: WritableDb, sql: string, bound: Bound = NOTHING): void => {
  statement(db, 'objects', sql).run(bound);
};
