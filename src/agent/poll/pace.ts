/** How often to look, so that reading takes a tenth of one core at most. */
export interface Pace {
  /**
   * Milliseconds until the next look: looks begin an interval apart.
   * @param cpuMs processor time of the last one
   * @param tookMs how long it took
   */
  next(cpuMs: number, tookMs: number, followed: boolean, changed: boolean): number;
  /** After a failure: twice as long each time, half a minute at most. */
  afterFailure(): number;
}

const SHARE = 0.1;
const IDLE_LOOKS = 30;
const IDLE_FACTOR = 5;
const MAX_FAILURE_MS = 30_000;

export function createPace(intervalMs: number, adaptive: boolean): Pace {
  let quiet = 0;
  let failures = 0;
  return {
    next(cpuMs, tookMs, followed, changed) {
      failures = 0;
      quiet = changed || followed ? 0 : quiet + 1;
      // A store that takes long to answer has rest all the same.
      const rest = Math.max(intervalMs - tookMs, intervalMs / 2);
      if (!adaptive) return Math.round(rest);
      const affordable = cpuMs / SHARE - cpuMs;
      return Math.round(Math.max(quiet > IDLE_LOOKS ? intervalMs * IDLE_FACTOR : rest, affordable));
    },
    afterFailure() {
      failures += 1;
      return Math.min(MAX_FAILURE_MS, intervalMs * 2 ** Math.min(failures - 1, 6));
    },
  };
}
