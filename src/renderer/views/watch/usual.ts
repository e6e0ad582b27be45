/** Least number of values of which a median says anything. */
const ENOUGH = 10;

/** The median, rounded; null while there are too few values. */
export function usualOf(values: readonly number[]): number | null {
  if (values.length < ENOUGH) return null;
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const high = sorted[middle] ?? 0;
  const low = sorted.length % 2 === 0 ? (sorted[middle - 1] ?? high) : high;
  return Math.round((low + high) / 2);
}
