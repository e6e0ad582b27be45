import { FEATURES } from '../detect/risk/features.ts';
import type { FeatureFactor, RiskScore } from '../detect/risk/risk-model.ts';
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
export const toScore = ({ score, ...login }: ScoredLogin): LoginScore => {
  const counts = countsOf(score);
  return {
    ...login,
    score: score.value,
    learning: score.learning,
    counts: counts === null ? null : JSON.stringify(counts),
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
  const part = (factor: FeatureFactor | undefined, levels: number): readonly number[] => [
    short(factor?.ratio ?? 0),
    short(factor?.attack ?? 0),
    ...(factor?.levels.flatMap(({ own, all }) => [own, all]) ?? new Array<number>(2 * levels).fill(0)),
  ];
  return [
    history.ownLogins,
    history.logins,
    history.users,
    short(user.ratio),
    ...part(factors.ip, FEATURES.ip.length),
    ...part(factors.ua, FEATURES.ua.length),
  ];
}
const short = (value: number): number => Number(value.toPrecision(4));
