import type { WritableDb } from '../mirror/database.ts';
import { QUEUE } from './rows.ts';

/** Brings the marks beside session and account rows up to what is open about these detections. In a transaction. */
export const refreshOpen = (db: WritableDb, detections: readonly number[]): void => {
  openRefresher(db)(detections);
};

/**
 * Brings the marks beside session and account rows (worst open detection, how many) up to what is open about the
 * ones that these detections are about. In a transaction.
 */
export function openRefresher(db: WritableDb): (detections: readonly number[]) => void {
  const statements = (
    [
      ['session', 'session_risk'],
      ['account', 'account_risk'],
    ] as const
  ).map(([column, table]) =>
    db.prepare(
      `INSERT INTO ${table} (${column}, worst, open)
       SELECT t.target, max(d.severity), count(d.key)
       FROM (SELECT DISTINCT ${column} AS target FROM detection
             WHERE key IN (SELECT value FROM json_each(@keys)) AND ${column} IS NOT NULL) t
       LEFT JOIN detection d ON d.${column} = t.target AND ${QUEUE}
       WHERE true GROUP BY t.target
       ON CONFLICT (${column}) DO UPDATE SET worst = excluded.worst, open = excluded.open`,
    ),
  );
  return (detections) => {
    const keys = JSON.stringify([...new Set(detections)]);
    for (const statement of statements) statement.run({ keys });
  };
}
