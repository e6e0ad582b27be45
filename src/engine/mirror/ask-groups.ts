import { z } from 'zod';
import type { ParsedOf, ReplyOf } from '#shared/ipc/contract.ts';
import type { DESK_METHODS } from '#shared/ipc/desk-contract.ts';
import { EpochMs, epochMs } from '#shared/domain/units.ts';
import { rowsOf } from './session-rows.ts';
import type { ReadableDb } from './database.ts';
import type { Question } from './question.ts';
import { rowsAt } from './rows-at.ts';
import { searchedCondition } from './search/searched-condition.ts';
import { groupingSql, PEOPLE } from './session-grouping.ts';

type Methods = typeof DESK_METHODS;
const Part = z.object({
  part: z.union([z.string(), z.number()]).nullable(),
  sessions: z.int(),
  people: z.int(),
  seen: EpochMs.nullable(),
  sample: z.int(),
});
/** Samples that are read between two looks at whether the question was withdrawn. */
const STEP = 500;

/** The largest groups of a filtered list, counted over all of it. */
export function* sessionGroups(
  db: ReadableDb,
  request: ParsedOf<Methods['sessions.groups']>,
  now: EpochMs,
): Question<ReplyOf<Methods['sessions.groups']>> {
  const { filter, by } = request;
  const { sql, bound } = searchedCondition(db, filter, now);
  const { join, part, keyOf } = groupingSql(by, filter);
  // Of the columns that are not grouped, SQLite takes the row that has the maximum: the session seen last.
  const parts = db
    .prepare(
      `SELECT ${part} AS part, count(*) AS sessions, ${PEOPLE} AS people,
         max(coalesce(s.last_seen_at, s.opened_at, 0)) AS latest, s.last_seen_at AS seen, s.key AS sample
       FROM session s ${join} WHERE ${sql} GROUP BY part ORDER BY sessions DESC, part`,
    )
    .all(bound);
  yield;
  const shown = parts.slice(0, request.limit).map((raw) => Part.parse(raw));
  const nameOf = keyOf === null ? null : db.prepare(keyOf).pluck();
  const groups: ReplyOf<Methods['sessions.groups']>['groups'][number][] = [];
  for (let from = 0; from < shown.length; from += STEP) {
    const some = shown.slice(from, from + STEP);
    const keys = some.map(({ sample }) => sample);
    const known = rowsOf(db, keys, now);
    const rows =
      filter.at === undefined || filter.since !== undefined
        ? known
        : rowsAt(db, keys, known, epochMs(filter.at));
    for (const [index, { part: one, sessions, people, seen }] of some.entries()) {
      const sample = rows[index];
      if (sample === undefined) continue;
      const key = one === null ? null : nameOf === null ? one : nameOf.get(one);
      groups.push({
        key: typeof key === 'string' ? key : null,
        sessions,
        people,
        lastSeenAt: filter.at === undefined ? seen : sample.lastSeenAt,
        sample,
      });
    }
    yield;
  }
  const counted = z.array(z.object({ sessions: z.int() })).parse(parts);
  return {
    groups,
    total: parts.length,
    sessions: counted.reduce((sum, { sessions }) => sum + sessions, 0),
    asOf: filter.at === undefined ? now : epochMs(filter.at),
  };
}
