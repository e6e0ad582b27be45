import { z } from 'zod';
import { SEGMENT_KEYS } from '../audit-segments.ts';
import type { ReadableDb } from '../database.ts';
import { integer } from '../columns.ts';
import { readTuples, readValues } from '../statements.ts';
import type { Branch, Compiled } from './compiled.ts';
import { forSegment } from './message-terms.ts';
import { segmentCondition, type SearchedSegment } from './segments.ts';

/** Keys whose many events an index yields in order of time, one key after another; with more, time itself is walked. */
const MOST_STREAMS = 12;
/** Keys that an index is asked for; with more, the segment's index of time is walked. */
const MOST_PROBES = 200;
/** Candidates that an index may find in one segment; more are walked in the order of time. */
const MOST_GATHERED = 5_000;

export const Position = z.strictObject({ at: z.int(), key: z.int() });
export type Position = z.infer<typeof Position>;

export interface SegmentPage {
  readonly descending: boolean;
  readonly limit: number;
  readonly after: Position | null;
  /** Whether indexes of other columns than time are used; off to compare. */
  readonly driven: boolean;
}

/** The first events of a segment that fit, in order of time. Several keys' events come one key after another. */
export function searchSegment(
  db: ReadableDb,
  segment: SearchedSegment,
  search: Compiled,
  page: SegmentPage,
): readonly Position[] {
  const byTime: Source = { from: `${segment.table} e INDEXED BY ${segment.table}_at`, where: '1', bound: {} };
  const driver = page.driven ? driverOf(segment, search) : null;
  if (driver === null) {
    const words = page.driven ? lookedThrough(segment, search) : null;
    const found = words === null ? null : gather(db, segment, search, [words]);
    return found === null
      ? ordered(db, segment, search, page, byTime)
      : ofGathered(db, segment, search, page, found);
  }
  const probes = probesOf(driver);
  const streams = (): readonly Position[] =>
    driver.flatMap((branch) =>
      branch.keys.flatMap((key) => ordered(db, segment, search, page, byKey(segment, branch, key))),
    );
  if (probes === 1 && driver.every(({ column }) => column !== 'words')) return streams();
  const keys = probes > MOST_PROBES ? null : gather(db, segment, search, driver);
  if (keys === null) {
    const few = probes <= MOST_STREAMS && driver.every(({ column }) => column !== 'words');
    return few ? streams() : ordered(db, segment, search, page, byTime);
  }
  return ofGathered(db, segment, search, page, keys);
}

/**
 * Words that drive a search of a segment without an index of words. Its messages are looked through as they lie in the
 * table, which takes half as long as going to each from the index of time; what is bounded in time is found there.
 */
function lookedThrough(segment: SearchedSegment, { drivers, span }: Compiled): Branch | null {
  if (segment.words !== null || span.from !== null || span.to !== null) return null;
  const [branch, ...others] = drivers[0] ?? [];
  return drivers.length === 1 && others.length === 0 && branch?.column === 'words' ? branch : null;
}

const ofGathered = (
  db: ReadableDb,
  segment: SearchedSegment,
  search: Compiled,
  page: SegmentPage,
  keys: readonly number[],
): readonly Position[] =>
  keys.length === 0
    ? []
    : ordered(db, segment, search, page, {
        from: `json_each(@gathered) j CROSS JOIN ${segment.table} e ON e.key = j.value`,
        where: '1',
        bound: { gathered: JSON.stringify(keys) },
      });

interface Source {
  readonly from: string;
  readonly where: string;
  readonly bound: Readonly<Record<string, string | number>>;
}

function ordered(
  db: ReadableDb,
  segment: SearchedSegment,
  search: Compiled,
  { descending, limit, after }: SegmentPage,
  source: Source,
): readonly Position[] {
  const [direction, beyond] = descending ? (['DESC', '<'] as const) : (['ASC', '>'] as const);
  const onwards =
    after === null
      ? ''
      : `AND e.at ${beyond}= @afterAt AND (e.at ${beyond} @afterAt OR e.key ${beyond} @afterKey)`;
  return readTuples(
    db,
    `SELECT e.at, e.key FROM ${source.from} WHERE ${source.where} AND ${segmentCondition(search, segment)} ${onwards}
     ORDER BY e.at ${direction}, e.key ${direction} LIMIT @limit`,
    {
      ...search.params.bound,
      ...source.bound,
      limit,
      ...(after === null ? {} : { afterAt: after.at, afterKey: after.key }),
    },
  ).map(([at, key]) => ({ at: integer(at), key: integer(key) }));
}

/** Indexes of columns other than time leave out rows in which the column is not known, and must be told so. */
const present = ({ column }: Branch, alias: string): string =>
  column === 'account_name'
    ? `${alias}account IS NULL AND ${alias}account_name IS NOT NULL`
    : `${alias}${column} IS NOT NULL`;

/** Events of one key in the order of time, as its index has them. */
const byKey = (segment: SearchedSegment, branch: Branch, key: number): Source => ({
  from: `${segment.table} e INDEXED BY ${String(segment.indexes[branch.column])}`,
  where: `${present(branch, 'e.')} AND e.${branch.column} = CAST(@only AS INTEGER)`,
  bound: { only: key },
});

const probesOf = (branches: readonly Branch[]): number =>
  branches.reduce((sum, { keys, column }) => sum + (column === 'words' ? 1 : keys.length), 0);

/** The branches that promise fewest look-ups, of those that the segment has indexes for. */
function driverOf(segment: SearchedSegment, search: Compiled): readonly Branch[] | null {
  const usable = search.drivers.filter((branches) =>
    branches.every(({ column }) =>
      column === 'words' ? segment.words !== null : segment.indexes[column] !== undefined,
    ),
  );
  return usable.toSorted((a, b) => probesOf(a) - probesOf(b))[0] ?? null;
}

/** Keys of the events of a segment that may fit; null when too many may. */
function gather(
  db: ReadableDb,
  segment: SearchedSegment,
  search: Compiled,
  driver: readonly Branch[],
): readonly number[] | null {
  const keys = new Set<number>();
  for (const branch of driver) {
    const [sql, bound] = finding(segment, search, branch);
    for (const key of readValues(db, `${sql} LIMIT ${String(MOST_GATHERED + 1)}`, bound))
      keys.add(Number(key));
    if (keys.size > MOST_GATHERED) return null;
  }
  return [...keys];
}

function finding(segment: SearchedSegment, search: Compiled, branch: Branch): readonly [string, object] {
  if (branch.column === 'words' && segment.words === null) {
    // By key, which is how the rows lie. The index of time would be walked as far, with a leap to a row at each entry.
    return [
      `SELECT e.key FROM ${segment.table} e WHERE e.key >= CAST(@least AS INTEGER) AND ${forSegment(branch.condition ?? '1', null)}`,
      { ...search.params.bound, least: segment.number * SEGMENT_KEYS },
    ];
  }
  if (branch.column === 'words') {
    const words = String(segment.words);
    const phrase = search.params.bound[(branch.phrase ?? '').slice(1)] ?? '';
    return [`SELECT rowid FROM ${words} WHERE ${words} MATCH @phrase`, { phrase }];
  }
  return [
    `SELECT key FROM ${segment.table} INDEXED BY ${String(segment.indexes[branch.column])}
     WHERE ${present(branch, '')} AND ${branch.column} IN (SELECT value FROM json_each(@keys))`,
    { keys: JSON.stringify(branch.keys) },
  ];
}
