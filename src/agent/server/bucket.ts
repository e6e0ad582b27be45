import type { Clock } from '#shared/domain/units.ts';
import { SECOND } from '#shared/domain/units.ts';

/** Allows `perSecond` requests on average and `burst` at once. */
export interface Bucket {
  /** Milliseconds to wait, or 0 when the request may go on (and is counted). */
  take(): number;
}

export function createBucket(perSecond: number, burst: number, clock: Clock): Bucket {
  let tokens = burst;
  let at: number = clock();
  return {
    take() {
      const now = clock();
      tokens = Math.min(burst, tokens + (Math.max(0, now - at) / SECOND) * perSecond);
      at = now;
      if (tokens < 1) return Math.ceil(((1 - tokens) / perSecond) * SECOND);
      tokens -= 1;
      return 0;
    },
  };
}
