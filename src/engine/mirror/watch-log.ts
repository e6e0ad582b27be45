import { z } from 'zod';
import type { ReadableDb, WritableDb } from './database.ts';

/** What could be seen of an agent from an instant on (console clock). */
export type WatchState = 'live' | 'offline' | 'store-up' | 'store-degraded' | 'store-down';

export function noteWatch(
  db: WritableDb,
  connection: number,
  at: number,
  state: WatchState,
  detail: string | null,
): void {
  db.prepare('INSERT OR IGNORE INTO watch (connection, at, state, detail) VALUES (?, ?, ?, ?)').run(
    connection,
    at,
    state,
    detail,
  );
}

const Last = z.object({ connection: z.number(), as_of: z.number().nullable() });

/** At the start: whoever was live when the engine ended has not been watched since the last thing that came. */
export function closeWatches(db: WritableDb, now: number): void {
  const open = db
    .prepare(
      `SELECT w.connection, f.as_of FROM watch w LEFT JOIN fresh f ON f.connection = w.connection
       WHERE w.state IN ('live', 'offline') GROUP BY w.connection HAVING max(w.at) AND w.state = 'live'`,
    )
    .all();
  for (const row of open) {
    const { connection, as_of } = Last.parse(row);
    noteWatch(db, connection, as_of ?? now, 'offline', 'the engine was not running');
  }
}

export function liveCounts(db: ReadableDb): ReadonlyMap<number, number> {
  const Row = z.object({ connection: z.number(), live: z.number() });
  const rows = db
    .prepare('SELECT connection, count(*) AS live FROM session WHERE ended_at IS NULL GROUP BY connection')
    .all()
    .map((row) => Row.parse(row));
  return new Map(rows.map(({ connection, live }) => [connection, live]));
}
