import { z } from 'zod';
import { ConnectionId } from '#shared/domain/ids.ts';
import { EpochMs } from '#shared/domain/units.ts';
import type { ParsedOf } from '#shared/ipc/contract.ts';
import type { RISK_METHODS, RiskCalibration, RiskHistory, RiskThreshold } from '#shared/ipc/risk-contract.ts';
import {
  atThreshold,
  calibrateScores,
  calibrationCurve,
  weeksOf,
  type Calibration,
} from '../detect/risk/calibrate.ts';
import { riskOf } from '../detect/risk/risk-scale.ts';
import type { ReadableDb } from '../mirror/database.ts';
import type { Question } from '../mirror/question.ts';
import { environmentOf, settingsOf } from './settings-store.ts';

const MOST_POINTS = 1_000;
const Point = z.object({
  connection: ConnectionId,
  at: EpochMs,
  score: z.number().nullable(),
  learning: z.number(),
});

/** The risk of a person's sign-ins over time, all accounts together. */
export function* riskHistory(
  db: ReadableDb,
  request: ParsedOf<(typeof RISK_METHODS)['risk.history']>,
): Question<RiskHistory> {
  const bound = { accounts: JSON.stringify(request.accounts), since: request.since };
  const of = `json_each(@accounts) j
    CROSS JOIN connection c ON c.id = j.value ->> 'connection'
    CROSS JOIN account a ON a.connection = c.key AND a.id = j.value ->> 'id'
    CROSS JOIN login_risk r ON r.account = a.key AND r.at >= @since`;
  const total = Number(db.prepare(`SELECT count(*) FROM ${of}`).pluck().get(bound));
  yield;
  const points = db
    .prepare(
      `SELECT c.id AS connection, r.at, r.score, r.learning FROM ${of} ORDER BY r.at DESC, r.event DESC
       LIMIT ${String(MOST_POINTS)}`,
    )
    .all(bound)
    .map((raw) => {
      const { connection, at, score, learning } = Point.parse(raw);
      return { connection, at, risk: riskOf(score), learning: learning === 1 };
    })
    .reverse();
  return { points, total };
}

const Scored = z.tuple([z.number(), z.number(), z.number().nullable(), z.number()]);
/** Rows read between two looks at whether it is still wanted. */
const STEP = 20_000;

/** Which threshold gives a number of questions a week on an environment's own history. */
export function* riskCalibration(
  db: ReadableDb,
  request: ParsedOf<(typeof RISK_METHODS)['risk.calibrate']>,
): Question<RiskCalibration> {
  const record = environmentOf(db, request.connection);
  const rows = db.prepare(
    `SELECT event, at, score, learning FROM login_risk
     WHERE connection = ? AND event > ? AND at >= ? ORDER BY event LIMIT ${String(STEP)}`,
  );
  const scores: number[] = [];
  const counts = { unscored: 0, learning: 0 };
  let [first, last]: [number | null, number | null] = [null, null];
  for (let after = -1; ;) {
    const page = rows.raw().all(record.key, after, request.since ?? Number.MIN_SAFE_INTEGER);
    for (const raw of page) {
      const [event, at, score, learning] = Scored.parse(raw);
      after = event;
      if (score === null) counts.unscored += 1;
      else if (learning === 1) counts.learning += 1;
      else {
        scores.push(score);
        [first, last] = [Math.min(first ?? at, at), Math.max(last ?? at, at)];
      }
    }
    if (page.length < STEP) break;
    yield;
  }
  const falling = Float64Array.from(scores).sort().reverse();
  const weeks = weeksOf(first, last);
  yield;
  const saved = settingsOf(db, record.key).settings.riskySignIn;
  return {
    signIns: falling.length,
    ...counts,
    weeks,
    curve: calibrationCurve(falling, weeks).map(thresholdView),
    chosen:
      falling.length === 0 ? null : thresholdView(calibrateScores(falling, weeks, request.questionsPerWeek)),
    saved: saved === null ? null : thresholdView(atThreshold(falling, weeks, saved.askAbove)),
  };
}

const thresholdView = ({ threshold, questionsPerWeek, share }: Calibration): RiskThreshold => {
  const askAbove = Math.max(0, threshold);
  return { askAbove, risk: riskOf(askAbove) ?? 0, questionsPerWeek, share };
};
