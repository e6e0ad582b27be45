import { segmentTable } from '../audit-segments.ts';
import { transaction, type WritableDb } from '../database.ts';
import { createSegment, dropSegment, indexIds, makeSegmentTable, remakeView } from '../segment-tables.ts';
import type { Salvage, TableLoss } from './salvage.ts';
import { shapeOf, valuesOf } from './shapes.ts';

/** What became of a table. */
export interface RecoveredTable extends TableLoss {
  readonly name: string;
  /** Rows that are in the new file. */
  readonly read: number;
  /** The list of tables does not name it any more: nothing of it could be looked for. */
  readonly missing: boolean;
}

/** Rows a transaction. */
const STEP = 20_000;
/**
 * Not taken over: positions (agents tell everything anew, and what is here already is recognised), work under way, and
 * what is worked out again from the rest.
 */
const LEFT_OUT = new Set([
  'cursor',
  'history',
  'snapshot',
  'staged_session',
  'staged_account',
  'identity',
  'identity_dirty',
  'detector',
  'detector_entity',
  'detector_part',
  'detector_log',
  'sigma_group',
  'audit_part',
]);
/** A new mirror has rows of its own in these; the old ones count. */
const REPLACED = new Set(['constant', 'identity_rule']);

/** Copies what can be read into a new mirror of the same version. */
export function fill(db: WritableDb, from: Salvage): readonly RecoveredTable[] {
  const report: RecoveredTable[] = [];
  for (const number of db.prepare('SELECT number FROM audit_segment').pluck().all())
    transaction(db, () => {
      dropSegment(db, Number(number));
    });
  for (const name of plainTables(db)) {
    if (!LEFT_OUT.has(name)) report.push(copy(db, from, name));
  }
  const segments = [...from.tables].flatMap((name) => {
    const number = /^audit_(\d+)$/.exec(name)?.[1];
    return number === undefined ? [] : [Number(number)];
  });
  transaction(db, () => {
    prepareSegments(db, segments);
  });
  for (const number of segments) report.push(copy(db, from, segmentTable(number)));
  transaction(db, () => {
    remakeView(db);
    for (const kind of ['stream', 'history'] as const) {
      const hot = db.prepare("SELECT 1 FROM audit_segment WHERE kind = ? AND state = 'hot'").get(kind);
      if (hot === undefined) createSegment(db, kind);
    }
  });
  return report;
}

function plainTables(db: WritableDb): readonly string[] {
  return db
    .prepare(
      `SELECT name FROM pragma_table_list WHERE schema = 'main' AND type = 'table'
         AND name NOT LIKE 'sqlite_%' AND name NOT GLOB 'audit_[0-9]*' ORDER BY name`,
    )
    .pluck()
    .all()
    .map(String);
}

/** Segments get their indexes anew, as if they had just become full. */
function prepareSegments(db: WritableDb, found: readonly number[]): void {
  for (const number of found) {
    db.prepare(
      "INSERT OR IGNORE INTO audit_segment (number, kind, state) VALUES (?, 'stream', 'sealing')",
    ).run(number);
    makeSegmentTable(db, number);
    indexIds(db, number);
  }
  db.prepare('DELETE FROM audit_segment WHERE number NOT IN (SELECT value FROM json_each(?))').run(
    JSON.stringify(found),
  );
  db.exec("UPDATE audit_segment SET state = 'sealing', steps = 0 WHERE state <> 'hot'");
}

function copy(db: WritableDb, from: Salvage, name: string): RecoveredTable {
  const loss: TableLoss = { pages: 0, rows: 0 };
  if (!from.tables.has(name)) return { name, read: 0, missing: true, ...loss };
  const shape = shapeOf(db, name);
  if (shape === null) return { name, read: 0, missing: true, ...loss };
  const inserts = new Map<number, (values: readonly unknown[]) => number>();
  const insert = (values: readonly unknown[]): number => {
    const held = inserts.get(values.length);
    if (held !== undefined) return held(values);
    const columns = shape.columns.slice(0, values.length).map((one) => `"${one}"`);
    const statement = db.prepare(
      `INSERT OR ${REPLACED.has(name) ? 'REPLACE' : 'IGNORE'} INTO ${name} (${columns.join(', ')})
       VALUES (${columns.map(() => '?').join(', ')})`,
    );
    const made = (row: readonly unknown[]): number => statement.run(row).changes;
    inserts.set(values.length, made);
    return made(values);
  };
  const rows = from.rows(name, loss);
  let read = 0;
  /** Copies some rows; false when there are no more. */
  const step = (): boolean => {
    for (let count = 0; count < STEP; count += 1) {
      const next = rows.next();
      if (next.done === true) return false;
      const values = valuesOf(shape, next.value);
      try {
        if (values === null) loss.rows += 1;
        else read += insert(values);
      } catch {
        // A row whose values are not of their columns' types: what was read is no row of this table.
        loss.rows += 1;
      }
    }
    return true;
  };
  while (transaction(db, step));
  return { name, read, missing: false, ...loss };
}
