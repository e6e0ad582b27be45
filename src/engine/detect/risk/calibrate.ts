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

/**
 * The lowest threshold that asks at most so many questions a week on a history of scored logins. Ties are
 * kept together: logins with one score are all asked or none.
 */
export const calibrate = (history: readonly ScoredLogin[], questionsPerWeek: number): Calibration => {
  const scored = history.filter((login): login is { ts: number; value: number } => login.value !== null);
  let [first, last] = [Infinity, -Infinity];
  for (const { ts } of scored) [first, last] = [Math.min(first, ts), Math.max(last, ts)];
  const weeks = scored.length === 0 ? 0 : Math.max(last - first, DAY) / WEEK;
  const values = scored.map(({ value }) => value).sort((a, b) => b - a);
  const allowed = Math.floor(questionsPerWeek * weeks);
  const [highest] = values;
  const above = (threshold: number): number => values.filter((value) => value > threshold).length;
  // Asking for everything above the next value leaves at most `allowed` above it.
  const threshold =
    highest === undefined ? Infinity : allowed >= values.length ? -Infinity : (values[allowed] ?? highest);
  const asked = above(threshold);
  return {
    threshold,
    questionsPerWeek: weeks === 0 ? 0 : asked / weeks,
    share: values.length === 0 ? 0 : asked / values.length,
    weeks,
  };
};
