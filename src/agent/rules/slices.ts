/** How much is written or read between two moments at which consoles and commands are served. */
const SLICE = 50;

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
  for (let at = 0; at < list.length; at += SLICE) {
    if (!goOn()) return false;
    work(list.slice(at, at + SLICE));
    if (at + SLICE < list.length) await pause();
  }
  return goOn();
}
