import type { Statement } from 'better-sqlite3';
import type { WritableDb } from './database.ts';
import { EVENT_COLUMNS } from './segment-tables.ts';

/** Events of one statement: what the driver and SQLite do around a statement is as much as the half of an event. */
const ROWS = 8;
/** Statements kept of a segment: agents send events of a few shapes. Beyond that every column is named. */
const MOST_STATEMENTS = 64;

/** Writes events into a segment, several at a time. */
export interface EventInserter {
  /** Values in the order of EVENT_COLUMNS. The row is there after `flush` at the latest. */
  add(values: readonly unknown[]): void;
  flush(): void;
}

/**
 * Columns that are null in all rows of a statement are not named in it: to hand over a null takes the driver twice as long
 * as a number, and what an event lacks is the same for most of its kind.
 */
export function eventInserter(db: WritableDb, table: string): EventInserter {
  const names = EVENT_COLUMNS.split(',').map((name) => name.trim());
  const everything = 2 ** names.length - 1;
  /** By the columns that are named, a bit each, and the number of rows. */
  const statements = new Map<number, Statement>();
  let waiting: (readonly unknown[])[] = [];
  /** Columns of which one of these has a value. */
  let columns = 0;

  const prepared = (rows: number): Statement => {
    const key = (): number => columns * (ROWS + 1) + rows;
    if (!statements.has(key()) && statements.size >= MOST_STATEMENTS) columns = everything;
    const known = statements.get(key());
    if (known !== undefined) return known;
    const named = names.filter((_, at) => (columns & (1 << at)) !== 0);
    const row = `(${named.map(() => '?').join(', ')})`;
    const values = Array.from({ length: rows }, () => row).join(', ');
    const made = db.prepare(`INSERT INTO ${table} (${named.join(', ')}) VALUES ${values}`);
    statements.set(key(), made);
    return made;
  };
  const write = (rows: readonly (readonly unknown[])[]): void => {
    const statement = prepared(rows.length);
    const given: unknown[] = [];
    for (const values of rows)
      for (let at = 0; at < values.length; at += 1) if ((columns & (1 << at)) !== 0) given.push(values[at]);
    // One by one: a list is asked for each of its values, which takes a third of the whole insert.
    statement.run(...given);
  };

  return {
    add(values) {
      for (let at = 0; at < values.length; at += 1) if (values[at] !== null) columns |= 1 << at;
      waiting.push(values);
      if (waiting.length < ROWS) return;
      write(waiting);
      waiting = [];
      columns = 0;
    },
    flush() {
      for (const values of waiting) write([values]);
      waiting = [];
      columns = 0;
    },
  };
}
