import type { WritableDb } from './database.ts';

/** Rows of an index that its statistics are taken from: as good for choosing between indexes, and quick at any size. */
const SAMPLED = 400;

/**
 * Statistics of the tables that have none yet or have grown tenfold since they got theirs (SQLite’s own rule), a
 * segment’s indexes after it was sealed included.
 */
export function refreshStatistics(db: WritableDb): void {
  db.pragma(`analysis_limit = ${String(SAMPLED)}`);
  db.pragma('optimize = 0x10002');
}
