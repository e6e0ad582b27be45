import type { ReadableDb } from '../mirror/database.ts';

/**
 * When sessions that a log names were over, by what the mirror knows of them: a log tells of sign-ins, and of few of
 * the ends. Without this, whoever signs in every day seems to hold a session of each.
 *
 * @returns given a session's key and the instant (ms) of an event of it, the instant it was over; null: it is open. One
 *   that the mirror never held was over before it began to watch, nobody knows when: then it is the event's own instant,
 *   so that it counts for nothing later. An end that was not watched counts from where it may lie.
 */
export function createSessionEnds(db: ReadableDb): (key: number, at: number) => number | null {
  const find = db.prepare('SELECT ended_at, ended_after FROM session WHERE key = ?').raw();
  return (key, at) => {
    const row = find.get(key) as readonly [ended: number | null, after: number | null] | undefined;
    if (row === undefined) return at;
    const [ended, after] = row;
    return ended === null ? null : Math.max(at, after ?? ended);
  };
}
