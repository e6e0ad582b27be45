import { auditSegments } from '../mirror/audit-segments.ts';
import type { ReadableDb } from '../mirror/database.ts';

export interface RowsWanted {
  /** Agent's clock, excluded. */
  readonly until?: number | undefined;
  readonly actions: readonly string[];
  readonly failures: boolean;
  /** Sessions, actors and what events say besides; few detections read them. */
  readonly more: boolean;
}

/** Columns of an event as its segment has them; keys of dictionaries are not looked up. */
export type EventRow = [
  at: number,
  key: number,
  id: string,
  recordedAt: number,
  action: number,
  outcome: number,
  account: number | null,
  accountName: number | null,
  address: number | null,
  device: number | null,
  reason: number | null,
  // Where more is wanted.
  session?: number | null,
  actorId?: string | null,
  actorName?: number | null,
  attributes?: string | null,
];

/** Rows read at once: few enough to hold, many enough that asking costs nothing. */
const PAGE = 4_096;

/** Puts what happened at one instant in the order of keys, in place. */
const orderTies = (rows: EventRow[]): void => {
  for (let from = 0, end = 1; end <= rows.length; end += 1) {
    if (end < rows.length && rows[end]?.[0] === rows[from]?.[0]) continue;
    if (end - from > 1) {
      const ties = rows.slice(from, end).sort((a, b) => a[1] - b[1]);
      rows.splice(from, ties.length, ...ties);
    }
    from = end;
  }
};

/**
 * Pages of one segment in order of time. Asked for in the order of the index by time alone: with keys in it SQLite would
 * sort each instant by itself.
 */
function* segmentPages(
  db: ReadableDb,
  table: string,
  connection: number,
  wanted: RowsWanted,
): Generator<readonly EventRow[], void, undefined> {
  const words = db
    .prepare('SELECT key FROM word WHERE text IN (SELECT value FROM json_each(?))')
    .pluck()
    .all(JSON.stringify(wanted.actions))
    .map(Number);
  const page = db
    .prepare(
      `SELECT at, key, id, recorded_at, action, outcome, account, account_name, address, device, reason
         ${wanted.more ? ', session, actor_id, actor_name, attributes' : ''}
       FROM ${table} WHERE connection = @connection AND at >= @since AND at < @until
         AND action IN (${words.join(',')}) ${wanted.failures ? '' : 'AND outcome = 1'}
       ORDER BY at LIMIT @most`,
    )
    .raw();
  const until = wanted.until ?? Number.MAX_SAFE_INTEGER;
  let [since, most] = [Number.MIN_SAFE_INTEGER, PAGE];
  for (;;) {
    const rows = page.all({ connection, since, until, most }) as EventRow[];
    const isLast = rows.length < most;
    const [latest = since] = rows.at(-1) ?? [];
    // The last instant may go on behind the page: it begins the next.
    if (!isLast) while (rows.at(-1)?.[0] === latest) rows.pop();
    orderTies(rows);
    if (rows.length > 0) yield rows;
    if (isLast) return;
    // Of an instant with more events than a page more are asked for at once.
    most = rows.length === 0 ? 2 * most : PAGE;
    since = latest;
  }
}

interface Stream {
  readonly pages: Iterator<readonly EventRow[]>;
  rows: readonly EventRow[];
  index: number;
}
const rowOf = ({ rows, index }: Stream): EventRow => rows[index] as EventRow;
const isBefore = (a: EventRow, b: EventRow): boolean => a[0] < b[0] || (a[0] === b[0] && a[1] < b[1]);

/** The events of one connection in event time, over all segments at once, in pages. */
export function* mirrorPages(
  db: ReadableDb,
  connection: number,
  wanted: RowsWanted,
): Generator<readonly EventRow[], void, undefined> {
  // Segments that begin later are opened when their time comes: few are open at once.
  const waiting = [...auditSegments(db, { until: wanted.until, connections: [connection] })].sort(
    (a, b) => a.from - b.from,
  );
  const open: Stream[] = [];
  let merged: EventRow[] = [];
  for (;;) {
    let best: Stream | null = null;
    for (const one of open) if (best === null || isBefore(rowOf(one), rowOf(best))) best = one;
    const [next] = waiting;
    if (next !== undefined && (best === null || next.from <= rowOf(best)[0])) {
      waiting.shift();
      const pages = segmentPages(db, next.table, connection, wanted);
      const first = pages.next();
      if (first.done !== true) open.push({ pages, rows: first.value, index: 0 });
      continue;
    }
    if (best === null) break;
    const last = best.rows.at(-1);
    if (open.length === 1 && last !== undefined && (next === undefined || next.from > last[0])) {
      // Alone for the rest of its page.
      if (merged.length > 0) yield merged;
      merged = [];
      yield best.index === 0 ? best.rows : best.rows.slice(best.index);
      best.index = best.rows.length;
    } else {
      merged.push(rowOf(best));
      best.index += 1;
      if (merged.length >= PAGE) {
        yield merged;
        merged = [];
      }
    }
    if (best.index < best.rows.length) continue;
    const following = best.pages.next();
    if (following.done === true) open.splice(open.indexOf(best), 1);
    else [best.rows, best.index] = [following.value, 0];
  }
  if (merged.length > 0) yield merged;
}
