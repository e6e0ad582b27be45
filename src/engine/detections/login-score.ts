import { FEATURES, FEATURE_NAMES } from '../detect/risk/features.ts';
import type { RiskScore } from '../detect/risk/risk-model.ts';
import { riskOf } from '../detect/risk/risk-scale.ts';
import type { ScoredLogin } from './evaluator.ts';

/** The score of a sign-in as the columns of its row. */
export interface LoginScore extends Omit<ScoredLogin, 'score'> {
  readonly score: number | null;
  readonly learning: boolean;
  /** What the score was made from, as JSON. */
  readonly counts: string | null;
  /** 0 to 100. */
  readonly risk: number | null;
}

/** A score, ready to be written. */
export const toScore = ({ event, ts, user, session, ip, score }: ScoredLogin): LoginScore => {
  const counts = countsOf(score);
  return {
    event,
    ts,
    user,
    session,
    ip,
    score: score.value,
    learning: score.learning,
    counts: counts === null ? null : textOf(counts),
    risk: riskOf(score.value),
  };
};

/**
 * What a score was made from, as the mirror keeps it: sign-ins of the person, of everybody, people; the ratio of the
 * person; for address and user agent the ratio and its attack prior (0: nothing known), then own and all of each level.
 */
function countsOf({ factors }: RiskScore): readonly number[] | null {
  const { history, user } = factors;
  if (history === undefined || user === undefined) return null;
  const counts = [history.ownLogins, history.logins, history.users, short(user.ratio)];
  for (const feature of FEATURE_NAMES) {
    const factor = factors[feature];
    counts.push(short(factor?.ratio ?? 0), short(factor?.attack ?? 0));
    if (factor === undefined) for (let n = 0; n < 2 * FEATURES[feature].length; n += 1) counts.push(0);
    else for (const { own, all } of factor.levels) counts.push(own, all);
  }
  return counts;
}

/** Texts of small numbers, which most of them are. */
const SMALL: readonly string[] = Array.from({ length: 1_000 }, (_, n) => String(n));
/** As JSON. */
const textOf = (counts: readonly number[]): string => {
  let text = '[';
  for (let at = 0; at < counts.length; at += 1) {
    const count = counts[at] ?? 0;
    if (at > 0) text += ',';
    // A fraction would be looked up by its text.
    text += Number.isInteger(count) ? (SMALL[count] ?? String(count)) : String(count);
  }
  return `${text}]`;
};

const DIGITS = 4;
/** Four digits of a number; several times as fast as through its text. */
const short = (value: number): number => {
  if (Number.isInteger(value) && value < 10 ** DIGITS) return value;
  const above = Math.floor(Math.log10(Math.abs(value))) + 1 - DIGITS;
  const unit = 10 ** Math.abs(above);
  return above < 0 ? Math.round(value * unit) / unit : Math.round(value / unit) * unit;
};
