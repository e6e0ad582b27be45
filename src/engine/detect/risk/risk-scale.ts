/** A score on a scale of 0 to 100: 50 is as usual, above is riskier. Null stays null. */
export const riskOf = (score: number | null): number | null =>
  score === null ? null : Math.min(100, Math.round((100 * score) / (score + 1)));
