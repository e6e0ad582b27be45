import { z } from 'zod';
import { ConnectionId } from '#shared/domain/ids.ts';
import { EpochMs, epochMs } from '#shared/domain/units.ts';
import type { Coverage, CoverageGap } from '#shared/ipc/query-contract.ts';
import type { TimeSpan } from '#shared/query/resolve-time.ts';
import type { ReadableDb } from '../database.ts';
import { integer, text, textOrNull } from '../columns.ts';
import { readRows, readTuples, readValue } from '../statements.ts';

const Environment = z.object({
  key: z.number(),
  id: ConnectionId,
  name: z.string(),
  as_of: EpochMs.nullable(),
});
const HistoryRange = z.object({
  since: z.number().nullable(),
  snapshot_at: z.number(),
  oldest: EpochMs.nullable(),
  done: z.number(),
  note: z.string().nullable(),
});
type HistoryRange = z.infer<typeof HistoryRange>;
/** Detail of a `live` entry of the log: the stream went on where it had stood, so that all was told that had happened. */
export const RESUMED = 'resumed';

/** Newest gaps that an answer names. */
const MOST_GAPS = 50;

/**
 * As of when the mirror is true for each environment, and when nobody watched it in a period (console clock; null is
 * open). An environment that is away now has a gap without an end.
 * @param kind of what is asked; absent: of sessions and events
 */
export function coverageOf(
  db: ReadableDb,
  connections: readonly ConnectionId[] | undefined,
  period: TimeSpan,
  kind?: 'sessions' | 'events',
): readonly Coverage[] {
  const rows = readRows(
    db,
    `SELECT c.key, c.id, c.name, f.as_of FROM connection c LEFT JOIN fresh f ON f.connection = c.key
       WHERE ${connections === undefined ? 'c.removed_at IS NULL' : 'c.id IN (SELECT value FROM json_each(@ids))'}
       ORDER BY c.key`,
    connections === undefined ? {} : { ids: JSON.stringify(connections) },
  ).map((row) => Environment.parse(row));
  return rows.map(({ key, id, name, as_of }) => {
    const ranges = readRows(
      db,
      'SELECT since, snapshot_at, oldest, done, note FROM history WHERE connection = ? ORDER BY key',
      [key],
    ).map((row) => HistoryRange.parse(row));
    const history = historyOf(ranges);
    const before = [beforeBeginning(db, key, history, period), deletedOf(db, key, period, kind)].filter(
      (gap) => gap !== null,
    );
    return {
      connection: id,
      name,
      asOf: as_of,
      gaps: [...before, ...gapsOf(db, key, period, ranges)],
      history,
    };
  });
}

/** What was asked of a time before anybody watched and before the agent's own log begins. */
function beforeBeginning(
  db: ReadableDb,
  connection: number,
  history: Coverage['history'],
  { from }: TimeSpan,
): CoverageGap | null {
  if (from === null) return null;
  const first = readValue(db, "SELECT min(at) FROM watch WHERE connection = ? AND state = 'live'", [
    connection,
  ]);
  const begins = Math.min(
    first === null ? Number.MAX_SAFE_INTEGER : integer(first),
    history.oldest ?? Number.MAX_SAFE_INTEGER,
  );
  if (from >= begins) return null;
  const why = {
    none: 'not connected yet',
    loading: 'its history is still being read',
    partly: history.note ?? 'its history could not be read',
    done: 'before its own log begins',
  }[history.is];
  return { from: null, to: begins === Number.MAX_SAFE_INTEGER ? null : epochMs(begins), why, filled: null };
}

/** What was asked of a time of which retention has deleted what was known. */
function deletedOf(
  db: ReadableDb,
  connection: number,
  { from }: TimeSpan,
  kind: 'sessions' | 'events' | undefined,
): CoverageGap | null {
  if (from === null) return null;
  const before = readValue(
    db,
    `SELECT max(before) FROM retention_run WHERE rows > 0 AND cause IN ('age', 'size')
       AND kind IN (SELECT value FROM json_each(?)) AND (connection IS NULL OR connection = ?)`,
    [JSON.stringify(kind === undefined ? ['sessions', 'events'] : [kind]), connection],
  );
  if (before === null || integer(before) <= from) return null;
  const what = kind ?? 'sessions and events';
  return { from: null, to: epochMs(integer(before)), why: `${what} of then have been deleted`, filled: null };
}

/** From the log of what could be seen: offline, or a store that the agent could not read, until it could again. */
function gapsOf(
  db: ReadableDb,
  connection: number,
  period: TimeSpan,
  ranges: readonly HistoryRange[],
): Coverage['gaps'] {
  const log = readTuples(
    db,
    `SELECT at, state, detail FROM watch WHERE connection = ? AND at >= coalesce((SELECT max(at) FROM watch
         WHERE connection = ? AND at <= ? AND state = 'live'), 0) ORDER BY at, state`,
    [connection, connection, period.from ?? 0],
  ).map(([at, state, detail]) => ({ at: integer(at), state: text(state), detail: textOrNull(detail) }));
  const gaps: (CoverageGap & { readonly from: EpochMs })[] = [];
  let away: { readonly at: number; readonly why: string } | null = null;
  let down: { readonly at: number; readonly why: string } | null = null;
  const close = (
    gap: { readonly at: number; readonly why: string } | null,
    to: number | null,
    filled: CoverageGap['filled'],
  ): null => {
    if (gap !== null && (to === null || to > gap.at)) {
      const { at, why } = gap;
      gaps.push({ from: epochMs(at), to: to === null ? null : epochMs(to), why, filled });
    }
    return null;
  };
  for (const { at, state, detail } of log) {
    if (state === 'offline') away ??= { at, why: detail ?? 'not connected' };
    else if (state === 'live') {
      const filled =
        detail === RESUMED ? 'stream' : away !== null && wasRead(ranges, away.at) ? 'history' : null;
      away = close(away, at, filled);
    } else if (state === 'store-down') down ??= { at, why: detail ?? 'the store could not be read' };
    else if (state === 'store-up' || state === 'store-degraded') down = close(down, at, null);
  }
  close(away, null, null);
  close(down, null, null);
  return gaps
    .filter(
      (gap) =>
        (period.to === null || gap.from < period.to) &&
        (period.from === null || gap.to === null || gap.to > period.from),
    )
    .toSorted((a, b) => a.from - b.from)
    .slice(-MOST_GAPS);
}

/** Whether the events since an instant have been read from the agent's history, in a stretch that was planned after it. */
const wasRead = (ranges: readonly HistoryRange[], from: number): boolean =>
  ranges.some(
    ({ since, snapshot_at, done, note }) =>
      done === 1 && note === null && (since ?? 0) <= from && snapshot_at >= from,
  );

function historyOf(ranges: readonly HistoryRange[]): Coverage['history'] {
  const oldest = ranges.reduce<EpochMs | null>(
    (least, range) =>
      range.oldest !== null && (least === null || range.oldest < least) ? range.oldest : least,
    null,
  );
  // A stretch that was read again made up for the one that could not be.
  const whole = ranges.some(({ since, done, note }) => since === null && done === 1 && note === null);
  const note = whole ? null : (ranges.findLast((range) => range.note !== null)?.note ?? null);
  const is =
    ranges.length === 0
      ? 'none'
      : ranges.some(({ done }) => done === 0)
        ? 'loading'
        : note === null
          ? 'done'
          : 'partly';
  return { is, oldest, note };
}
