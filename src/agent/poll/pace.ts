/** Processor time of one look, in milliseconds. */
export interface LookCost {
  readonly cpuMs: number;
  /** Of what is done now and then besides: comparing all keys, reading all accounts. */
  readonly besidesMs: number;
  /** How long it took. */
  readonly tookMs: number;
}

/** How often to look, so that reading takes a tenth of one core at most. */
export interface Pace {
  /** Milliseconds until the next look: looks begin an interval apart. */
  next(cost: LookCost, followed: boolean, changed: boolean): number;
  /** After a failure: twice as long each time, half a minute at most. */
  afterFailure(): number;
}

const SHARE = 0.1;
/** Looks have this share however much is done besides, which rations itself (see the poller). */
const LEAST_SHARE = 0.02;
/** A look that costs more than others may use what two intervals allow: what changes is not to wait for it. */
const RESERVE_INTERVALS = 2;
const MINUTE_MS = 60_000;
const IDLE_LOOKS = 30;
const IDLE_FACTOR = 5;
const MAX_FAILURE_MS = 30_000;

/** @param now milliseconds of a clock that never goes back */
export function createPace(intervalMs: number, adaptive: boolean, now: () => number): Pace {
  let quiet = 0;
  let failures = 0;
  /** What was done besides in the last minute. */
  let besides: { readonly at: number; readonly cpuMs: number }[] = [];
  /** Processor time that looks may use at once; grows while they rest. */
  const most = intervalMs * SHARE * RESERVE_INTERVALS;
  let reserve = most;
  let reckonedAt = now();
  const shareOfLooks = (besidesMs: number): number => {
    const at = now();
    if (besidesMs > 0) besides.push({ at, cpuMs: besidesMs });
    besides = besides.filter((entry) => at - entry.at < MINUTE_MS);
    const spent = besides.reduce((sum, { cpuMs }) => sum + cpuMs, 0);
    return Math.max(LEAST_SHARE, SHARE - spent / MINUTE_MS);
  };
  return {
    next({ cpuMs, besidesMs, tookMs }, followed, changed) {
      failures = 0;
      quiet = changed || followed ? 0 : quiet + 1;
      // A store that takes long to answer has rest all the same.
      const rest = Math.max(intervalMs - tookMs, intervalMs / 2);
      if (!adaptive) return Math.round(rest);
      const share = shareOfLooks(besidesMs);
      const at = now();
      reserve = Math.min(most, reserve + (at - reckonedAt) * share) - cpuMs;
      reckonedAt = at;
      return Math.round(Math.max(quiet > IDLE_LOOKS ? intervalMs * IDLE_FACTOR : rest, -reserve / share));
    },
    afterFailure() {
      failures += 1;
      return Math.min(MAX_FAILURE_MS, intervalMs * 2 ** Math.min(failures - 1, 6));
    },
  };
}
