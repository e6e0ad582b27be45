import { z } from 'zod';
import type { ParsedOf } from '#shared/ipc/contract.ts';
import type { ENGINE_METHODS } from '#shared/ipc/engine-contract.ts';
import { DAY, epochMs, MINUTE, type EpochMs } from '#shared/domain/units.ts';
import type { Figures } from '#shared/ipc/views.ts';
import type { ReadableDb } from './database.ts';
import type { Question } from './question.ts';
import { OPEN_AT } from './open-at.ts';

const MINUTES = 60;
const STEP_MS = 15 * MINUTE;

const Tally = z.object({ minute: z.number(), sign_ins: z.number(), failures: z.number() });
const Live = z.object({ sessions: z.number(), accounts: z.number() });

/** Figures of the header: live sessions and accounts, sign-ins a minute for an hour and per quarter of an hour for a day. */
export function* figures(
  db: ReadableDb,
  request: ParsedOf<(typeof ENGINE_METHODS)['figures']>,
  clock: EpochMs,
): Question<Figures> {
  const now = request.at === undefined ? clock : epochMs(request.at);
  const open = request.at === undefined ? 's.ended_at IS NULL' : OPEN_AT;
  const which =
    request.connections === undefined
      ? 'SELECT key FROM connection WHERE removed_at IS NULL'
      : 'SELECT key FROM connection WHERE id IN (SELECT value FROM json_each(@connections))';
  const bound = request.connections === undefined ? {} : { connections: JSON.stringify(request.connections) };
  const live = Live.parse(
    db
      .prepare(
        `SELECT count(*) AS sessions, count(DISTINCT s.account) AS accounts FROM session s
         WHERE s.connection IN (${which}) AND ${open}`,
      )
      .get(request.at === undefined ? bound : { ...bound, at: request.at }),
  );
  yield;
  const thisMinute = Math.floor(now / MINUTE);
  const lastStep = Math.floor(now / STEP_MS);
  const steps = DAY / STEP_MS;
  const firstStep = lastStep - steps + 1;
  const from = (firstStep * STEP_MS) / MINUTE;
  const signIns = zeros(MINUTES);
  const failures = zeros(MINUTES);
  const day = { signIns: zeros(steps), failures: zeros(steps) };
  // Agents' clocks count the minutes; a skewed one is shifted to this machine's.
  const rows = db
    .prepare(
      `SELECT t.minute - CAST(round(coalesce(c.skew_ms, 0) / 60000.0) AS INTEGER) AS minute, sum(t.sign_ins) AS sign_ins,
         sum(t.failures) AS failures
       FROM tally t JOIN connection c ON c.key = t.connection
       WHERE t.connection IN (${which}) AND t.minute >= @from - 1440 AND t.minute <= @until + 1440 GROUP BY 1`,
    )
    .all({ ...bound, from, until: thisMinute });
  for (const raw of rows) {
    const row = Tally.parse(raw);
    const age = thisMinute - row.minute;
    if (age >= 0 && age < MINUTES) {
      add(signIns, MINUTES - 1 - age, row.sign_ins);
      add(failures, MINUTES - 1 - age, row.failures);
    }
    const step = Math.floor((row.minute * MINUTE) / STEP_MS) - firstStep;
    add(day.signIns, step, row.sign_ins);
    add(day.failures, step, row.failures);
  }
  return {
    at: now,
    ...live,
    signIns,
    failures,
    day: { from: epochMs(firstStep * STEP_MS), stepMs: STEP_MS, ...day },
  };
}

const zeros = (length: number): number[] => Array.from({ length }, () => 0);
function add(to: number[], at: number, value: number): void {
  if (at >= 0 && at < to.length) to[at] = (to[at] ?? 0) + value;
}
