/** How much is written or read between two moments at which consoles and commands are served. */
const SLICE = 50;
const [LEAST, MOST] = [10, 200];
/** A slice that took longer is followed by a smaller one, a shorter one by a larger, ms. Each costs a commit. */
const [SHORT_MS, LONG_MS] = [8, 25];

/** Lets everybody else work. */
export const pause = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/**
 * Hands out a long list in slices, with a pause after each.
 * @param goOn asked before each slice; the rest is left out when it says no
 * @returns false when something was left out
 */
export async function inSlices<T>(
  list: readonly T[],
  goOn: () => boolean,
  work: (slice: readonly T[]) => void,
): Promise<boolean> {
  let size = SLICE;
  for (let at = 0; at < list.length;) {
    if (!goOn()) return false;
    const began = performance.now();
    work(list.slice(at, at + size));
    at += size;
    const took = performance.now() - began;
    if (took > LONG_MS) size = Math.max(LEAST, Math.trunc(size / 2));
    else if (took < SHORT_MS) size = Math.min(MOST, size * 2);
    if (at < list.length) await pause();
  }
  return goOn();
}
