import { z } from 'zod';

/**
 * Where the reading of an append-only table stands. Ids are given when a row is written and become visible when its
 * transaction commits: a lower id can appear after a higher one. `gaps` are ids below `last` that were not there yet.
 */
export const RowPosition = z.object({
  last: z.int().min(0),
  /** Time in the row `last`, to notice that another table lies there now. */
  lastAt: z.int().min(0).nullable(),
  /** `[id, when we first missed it (ms)]`, oldest first. */
  gaps: z.array(z.tuple([z.int(), z.int()])),
});
export type RowPosition = z.infer<typeof RowPosition>;

export const START: RowPosition = { last: 0, lastAt: null, gaps: [] };

/** A transaction that commits later than this after its neighbours is not waited for. */
export const GAP_WAIT_MS = 60_000;
/** Most gaps that are remembered; the highest ids are kept. */
export const MOST_GAPS = 256;

/** Ids that were missing and are still waited for. */
export const wantedGaps = (position: RowPosition): readonly number[] => position.gaps.map(([id]) => id);

/**
 * The position after reading `rows` (all with an id above `last`, or one of the gaps), in rising order of ids.
 * @param now ms, only compared with earlier values of itself
 */
export function advance(
  position: RowPosition,
  rows: readonly { readonly id: number; readonly at: number }[],
  now: number,
): RowPosition {
  const seen = new Set(rows.map((row) => row.id));
  const gaps = position.gaps.filter(([id, since]) => !seen.has(id) && now - since < GAP_WAIT_MS);
  let { last, lastAt } = position;
  for (const row of rows) {
    if (row.id <= last) continue;
    // What lies before the very first row was trimmed, not late.
    if (last > 0) {
      for (let id = Math.max(last + 1, row.id - MOST_GAPS); id < row.id; id += 1) gaps.push([id, now]);
    }
    last = row.id;
    lastAt = row.at;
  }
  return { last, lastAt, gaps: gaps.slice(-MOST_GAPS) };
}
