import { DAY } from '#shared/domain/units.ts';

const WEEK = 7 * DAY;

export interface ScoredLogin {
  readonly ts: number;
  readonly value: number | null;
}
export interface Calibration {
  /** Ask when a score is above this; Infinity asks nobody. */
  readonly threshold: number;
  /** Questions a week that this gives on the history. */
  readonly questionsPerWeek: number;
  /** Share of the scored logins that are asked. */
  readonly share: number;
  /** Weeks of history; a part of a week counts as that part, with a day as the least. */
  readonly weeks: number;
}

/** Length of a stretch of history in weeks, a day at least; 0 when there is none. */
export const weeksOf = (first: number | null, last: number | null): number =>
  first === null || last === null ? 0 : Math.max(last - first, DAY) / WEEK;

/** How many of values in falling order are above a threshold. */
const countAbove = (falling: ArrayLike<number>, threshold: number): number => {
  let [low, high] = [0, falling.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((falling[middle] ?? -Infinity) > threshold) low = middle + 1;
    else high = middle;
  }
  return low;
};

/** What a threshold gives on scores in falling order over so many weeks. */
export const atThreshold = (falling: ArrayLike<number>, weeks: number, threshold: number): Calibration => {
  const asked = countAbove(falling, threshold);
  return {
    threshold,
    questionsPerWeek: weeks === 0 ? 0 : asked / weeks,
    share: falling.length === 0 ? 0 : asked / falling.length,
    weeks,
  };
};

/**
 * The lowest threshold that asks at most so many questions a week on scores in falling order. Ties are kept
 * together: logins with one score are all asked or none.
 */
export const calibrateScores = (
  falling: ArrayLike<number>,
  weeks: number,
  questionsPerWeek: number,
): Calibration => {
  // Rounded against 7/6.999…: so many questions a week for so many weeks is a whole number of questions.
  const allowed = Math.floor(questionsPerWeek * weeks + 1e-9);
  const highest = falling[0];
  // Asking for everything above the next value leaves at most `allowed` above it.
  const threshold =
    highest === undefined ? Infinity : allowed >= falling.length ? -Infinity : (falling[allowed] ?? highest);
  return atThreshold(falling, weeks, threshold);
};

/** The same on a list of scored logins. */
export const calibrate = (history: readonly ScoredLogin[], questionsPerWeek: number): Calibration => {
  const scored = history.filter((login): login is { ts: number; value: number } => login.value !== null);
  let [first, last]: [number | null, number | null] = [null, null];
  for (const { ts } of scored) [first, last] = [Math.min(first ?? ts, ts), Math.max(last ?? ts, ts)];
  const falling = Float64Array.from(scored, ({ value }) => value)
    .sort()
    .reverse();
  return calibrateScores(falling, weeksOf(first, last), questionsPerWeek);
};

/**
 * The curve from few questions to many: at the highest score, then at ranks that grow by a half each, to the lowest.
 * At most so many points as that gives (about 35 for a million scores); ties are one point.
 */
export const calibrationCurve = (falling: ArrayLike<number>, weeks: number): readonly Calibration[] => {
  const points: Calibration[] = [];
  for (let rank = 0; rank < falling.length; rank = Math.max(rank + 1, Math.floor(rank * 1.5))) {
    const point = atThreshold(falling, weeks, falling[rank] ?? 0);
    if (points.at(-1)?.threshold !== point.threshold) points.push(point);
  }
  return points;
};
