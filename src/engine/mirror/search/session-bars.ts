import { z } from 'zod';
import type { ParsedOf, ReplyOf } from '#shared/ipc/contract.ts';
import type { DESK_METHODS } from '#shared/ipc/desk-contract.ts';
import { EpochMs } from '#shared/domain/units.ts';
import type { ReadableDb } from '../database.ts';
import type { Question } from '../question.ts';
import { readRows, readValue } from '../statements.ts';
import type { Compiled } from './compiled.ts';
import { gatherSessions } from './find-sessions.ts';
import { searchedCondition } from './searched-condition.ts';

type Methods = typeof DESK_METHODS;

/** Sessions looked at between two looks at whether the question was withdrawn, and at most in one answer. */
const LOOKED = { step: 25_000, most: 200_000 } as const;

/**
 * Counts sessions into bars by when they were opened: few candidates at once, many from the newest on.
 * @param select of the alias `s`, to be grouped by `bar`; its own parameters are among `bound`
 * @returns before which instant it is still to be counted; null when all of the period is
 */
export function* sessionBars(
  db: ReadableDb,
  search: Compiled,
  select: string,
  bound: object,
  period: { readonly from: number; readonly to: number },
  add: (rows: readonly unknown[]) => void,
  { step, most }: { readonly step: number; readonly most: number } = LOOKED,
): Generator<undefined, number | null, undefined> {
  const inPeriod = `s.opened_at >= @periodFrom AND s.opened_at < @periodTo AND ${search.sql} GROUP BY bar`;
  const keys = gatherSessions(db, search, null);
  yield;
  if (keys !== null) {
    add(
      readRows(
        db,
        `${select} FROM json_each(@keys) j CROSS JOIN session s ON s.key = j.value WHERE ${inPeriod}`,
        { ...bound, keys: JSON.stringify(keys), periodFrom: period.from, periodTo: period.to },
      ),
    );
    return null;
  }
  const between = `SELECT opened_at FROM session INDEXED BY session_opened WHERE opened_at >= @from AND opened_at < @to
    ORDER BY opened_at DESC LIMIT 1 OFFSET @skipped`;
  const one = `${select} FROM session s INDEXED BY session_opened WHERE ${inPeriod}`;
  let { to } = period;
  for (let looked = 0; looked < most; looked += step) {
    const found = readValue(db, between, { from: period.from, to, skipped: step - 1 });
    const from = found === undefined ? period.from : Number(found);
    add(readRows(db, one, { ...bound, periodFrom: from, periodTo: to }));
    if (found === undefined) return null;
    to = from;
    yield;
  }
  return to;
}

const Began = z.object({ first: EpochMs.nullable(), last: EpochMs.nullable(), unknown: z.int() });

/** When the first and the last of the listed sessions began. */
export function* sessionsBegan(
  db: ReadableDb,
  request: ParsedOf<Methods['sessions.began']>,
  now: EpochMs,
): Question<ReplyOf<Methods['sessions.began']>> {
  const { sql, bound } = searchedCondition(db, request.filter, now);
  yield;
  const [found] = readRows(
    db,
    `SELECT min(s.opened_at) AS first, max(s.opened_at) AS last, count(*) - count(s.opened_at) AS unknown
     FROM session s WHERE ${sql}`,
    bound,
  );
  return Began.parse(found);
}
