import { z } from 'zod';
import type { ReadableDb } from '../database.ts';
import type { SalvagedRow } from './salvage.ts';
import type { Value } from './cells.ts';

const Column = z.object({
  name: z.string(),
  type: z.string(),
  pk: z.number(),
  dflt_value: z.string().nullable(),
});

/** How the rows of a table lie in the file. */
export interface Shape {
  /** Names in the order in which a row is written down. */
  readonly columns: readonly string[];
  /** The column that is the row's number, or -1. */
  readonly key: number;
}

/** @returns null for a table that is not there */
export function shapeOf(db: ReadableDb, table: string): Shape | null {
  const columns = db
    .prepare('SELECT name, type, pk, dflt_value FROM pragma_table_info(?) ORDER BY cid')
    .all(table)
    .map((row) => Column.parse(row));
  if (columns.length === 0) return null;
  const withoutKey = db.prepare('SELECT wr FROM pragma_table_list WHERE name = ?').pluck().get(table) === 1;
  if (withoutKey) {
    // Sorted by its key, which therefore comes first.
    const keyed = columns.filter(({ pk }) => pk > 0).sort((a, b) => a.pk - b.pk);
    const rest = columns.filter(({ pk }) => pk === 0);
    return { columns: [...keyed, ...rest].map(({ name }) => name), key: -1 };
  }
  const keys = columns.filter(({ pk }) => pk > 0);
  const [only] = keys;
  const key = keys.length === 1 && only?.type === 'INTEGER' ? columns.indexOf(only) : -1;
  return { columns: columns.map(({ name }) => name), key };
}

/** The values of a row by column; columns that were added after the row was written are left out. */
export function valuesOf(shape: Shape, row: SalvagedRow): readonly Value[] | null {
  if (row.values.length > shape.columns.length || row.values.length === 0) return null;
  return row.values.map((value, at) => (at === shape.key ? row.rowid : value));
}
