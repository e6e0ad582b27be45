import { z } from 'zod';
import { ConnectionId, type SessionId } from '#shared/domain/ids.ts';
import type { EpochMs } from '#shared/domain/units.ts';
import type { SessionFilter } from '#shared/ipc/session-filter.ts';
import type { ReadableDb } from './database.ts';
import type { Question } from './question.ts';
import { searchedCondition } from './search/searched-condition.ts';

/** Live sessions that a filter matches, by environment. */
export type Matching = readonly { readonly connection: ConnectionId; readonly ids: readonly SessionId[] }[];

const STEP = 10_000;
const Row = z.tuple([z.number(), z.string()]);

/** Whom a filter means now. In steps, so that other questions get their turn. */
export function* sessionsMatching(
  db: ReadableDb,
  request: { readonly filter: z.output<typeof SessionFilter> },
  now: EpochMs,
): Question<Matching> {
  const { sql, bound } = searchedCondition(db, { ...request.filter, state: 'live' }, now);
  const keys = db
    .prepare(`SELECT s.key FROM session s WHERE s.ended_at IS NULL AND ${sql}`)
    .pluck()
    .all(bound);
  yield;
  const byConnection = new Map<number, SessionId[]>();
  const named = db
    .prepare('SELECT h.connection, h.id FROM json_each(?) j CROSS JOIN handle h ON h.key = j.value')
    .raw();
  for (let at = 0; at < keys.length; at += STEP) {
    for (const raw of named.all(JSON.stringify(keys.slice(at, at + STEP)))) {
      const [connection, id] = Row.parse(raw);
      const ids = byConnection.get(connection);
      if (ids === undefined) byConnection.set(connection, [id as SessionId]);
      else ids.push(id as SessionId);
    }
    yield;
  }
  const idOf = db.prepare('SELECT id FROM connection WHERE key = ?').pluck();
  return [...byConnection].map(([key, ids]) => ({ connection: ConnectionId.parse(idOf.get(key)), ids }));
}
