import { z } from 'zod';
import { ConnectionId } from '#shared/domain/ids.ts';
import { EpochMs, epochMs } from '#shared/domain/units.ts';
import type { Coverage } from '#shared/ipc/query-contract.ts';
import type { TimeSpan } from '#shared/query/resolve-time.ts';
import type { ReadableDb } from '../database.ts';
import { integer, text, textOrNull } from '../columns.ts';
import { readRows, readTuples } from '../statements.ts';

const Environment = z.object({
  key: z.number(),
  id: ConnectionId,
  name: z.string(),
  as_of: EpochMs.nullable(),
});
const History = z.object({ ranges: z.number(), open: z.number(), oldest: EpochMs.nullable() });

/** Newest gaps that an answer names. */
const MOST_GAPS = 50;

/**
 * As of when the mirror is true for each environment, and when nobody watched it in a period (console clock; null is
 * open). An environment that is away now has a gap without an end.
 */
export function coverageOf(
  db: ReadableDb,
  connections: readonly ConnectionId[] | undefined,
  period: TimeSpan,
): readonly Coverage[] {
  const rows = readRows(
    db,
    `SELECT c.key, c.id, c.name, f.as_of FROM connection c LEFT JOIN fresh f ON f.connection = c.key
       WHERE ${connections === undefined ? 'c.removed_at IS NULL' : 'c.id IN (SELECT value FROM json_each(@ids))'}
       ORDER BY c.key`,
    connections === undefined ? {} : { ids: JSON.stringify(connections) },
  ).map((row) => Environment.parse(row));
  return rows.map(({ key, id, name, as_of }) => ({
    connection: id,
    name,
    asOf: as_of,
    gaps: gapsOf(db, key, period),
    history: historyOf(db, key),
  }));
}

/** From the log of what could be seen: offline, or a store that the agent could not read, until it could again. */
function gapsOf(db: ReadableDb, connection: number, period: TimeSpan): Coverage['gaps'] {
  const log = readTuples(
    db,
    `SELECT at, state, detail FROM watch WHERE connection = ? AND at >= coalesce((SELECT max(at) FROM watch
         WHERE connection = ? AND at <= ? AND state = 'live'), 0) ORDER BY at, state`,
    [connection, connection, period.from ?? 0],
  ).map(([at, state, detail]) => ({ at: integer(at), state: text(state), detail: textOrNull(detail) }));
  const gaps: { from: EpochMs; to: EpochMs | null; why: string }[] = [];
  let away: { readonly at: number; readonly why: string } | null = null;
  let down: { readonly at: number; readonly why: string } | null = null;
  const close = (gap: { readonly at: number; readonly why: string } | null, to: number | null): null => {
    if (gap !== null && (to === null || to > gap.at)) {
      gaps.push({ from: epochMs(gap.at), to: to === null ? null : epochMs(to), why: gap.why });
    }
    return null;
  };
  for (const { at, state, detail } of log) {
    if (state === 'offline') away ??= { at, why: detail ?? 'not connected' };
    else if (state === 'live') away = close(away, at);
    else if (state === 'store-down') down ??= { at, why: detail ?? 'the store could not be read' };
    else if (state === 'store-up' || state === 'store-degraded') down = close(down, at);
  }
  close(away, null);
  close(down, null);
  return gaps
    .filter(
      (gap) =>
        (period.to === null || gap.from < period.to) &&
        (period.from === null || gap.to === null || gap.to > period.from),
    )
    .toSorted((a, b) => a.from - b.from)
    .slice(-MOST_GAPS);
}

function historyOf(db: ReadableDb, connection: number): Coverage['history'] {
  const { ranges, open, oldest } = History.parse(
    readRows(
      db,
      `SELECT count(*) AS ranges, coalesce(sum(1 - done), 0) AS open,
           CASE WHEN min(done) = 1 AND min(coalesce(since, 0)) = 0 THEN NULL ELSE min(oldest) END AS oldest
         FROM history WHERE connection = ?`,
      [connection],
    )[0],
  );
  return { is: ranges === 0 ? 'none' : open > 0 ? 'loading' : 'done', oldest };
}
