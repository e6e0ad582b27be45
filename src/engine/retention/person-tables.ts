import type { ReadableDb } from '../mirror/database.ts';

// Which tables may hold something about a person: found in the schema, so that none that is added later is forgotten.

/** Tables of what detections remember. */
export const REMEMBERED: readonly string[] = ['detector', 'detector_entity', 'detector_part', 'detector_log'];

/** Tables with a column of this name and type, segments of events left out. */
export const tablesWith = (db: ReadableDb, column: string, type: string): readonly string[] =>
  db
    .prepare(
      `SELECT t.name FROM pragma_table_list t, pragma_table_xinfo(t.name) c
       WHERE t.schema = 'main' AND t.type = 'table' AND t.name NOT GLOB 'audit_[0-9]*' AND c.name = ? AND c.type = ?`,
    )
    .pluck()
    .all(column, type)
    .map(String);

/** Every table but segments, those of searches, and the ones that hold no texts of people. */
export const ordinaryTables = (db: ReadableDb): readonly string[] =>
  db
    .prepare(
      `SELECT name FROM pragma_table_list WHERE schema = 'main' AND type = 'table' AND name NOT GLOB 'sqlite_*'
         AND name NOT GLOB 'audit_[0-9]*' AND name NOT IN ('handle', 'address', 'device')`,
    )
    .pluck()
    .all()
    .map(String)
    .filter((name) => !REMEMBERED.includes(name));

export const textColumns = (db: ReadableDb, table: string): readonly string[] =>
  db
    .prepare("SELECT name FROM pragma_table_xinfo(?) WHERE type = 'TEXT' AND hidden = 0")
    .pluck()
    .all(table)
    .map(String);
