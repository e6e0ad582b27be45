import { SECOND } from '#shared/domain/units.ts';
import type { PreparedEvent } from './prepare.ts';
import type { DetectSettings } from './settings.ts';

/** Most sources remembered at once for telling retries apart. */
const LIMIT = 4_096;

/**
 * Whether a failure repeats one that was counted less than dedupWindowS before it: same account, address,
 * client and reason. A client that retries by itself is one attempt; the window starts at the attempt that
 * counted, so steady guessing is still counted once per window.
 */
export const isRetry = (
  retries: Map<string, number>,
  event: PreparedEvent,
  dedupWindowS: DetectSettings['dedupWindowS'],
): boolean => {
  if (dedupWindowS === null || dedupWindowS === 0) return false;
  const windowMs = dedupWindowS * SECOND;
  const key = JSON.stringify([event.user, event.ipKey, event.agent, event.reason]);
  const counted = retries.get(key);
  if (counted !== undefined && event.ts - counted < windowMs) return true;
  // Each time there are twice as many: what is over is carried by every copy of a state.
  if (retries.size >= 8 && (retries.size & (retries.size - 1)) === 0)
    for (const [old, ts] of retries) if (event.ts - ts >= windowMs) retries.delete(old);
  if (retries.size >= LIMIT) retries.clear();
  retries.set(key, event.ts);
  return false;
};
