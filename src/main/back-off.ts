/**
 * How long to wait before the next start of a child that ended by itself, in ms: at once the first time, then
 * doubling to ten seconds. A child that ran for a minute starts from the beginning again.
 */
export function restartDelayMs(
  failures: number,
  ranForMs: number,
): { readonly delayMs: number; readonly failures: number } {
  const counted = ranForMs >= 60_000 ? 0 : failures;
  const delayMs = counted === 0 ? 100 : Math.min(10_000, 250 * 2 ** counted);
  return { delayMs, failures: counted + 1 };
}
