/** A number of questions a week in words: often ones as a number, rare ones as how many weeks lie between. */
export const perWeek = (questions: number): string => {
  if (questions <= 0) return 'none';
  const short = questions >= 10 ? String(Math.round(questions)) : String(Number(questions.toPrecision(2)));
  return `${short} a week`;
};
/** A threshold on the scale of 0 to 100; the product itself where the scale no longer tells apart. */
export const thresholdWords = (risk: number, askAbove: number): string =>
  risk < 99
    ? `${String(risk)} of 100`
    : `${String(risk)} of 100 (score ${String(Number(askAbove.toPrecision(3)))})`;
