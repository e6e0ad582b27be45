import { MINUTE, SECOND } from '#shared/domain/units.ts';

/** Longest wait between two tries. */
const MAX_MS = MINUTE;
/** An agent may ask for a longer wait than that, but not for ever. */
const MAX_ASKED_MS = 60 * MINUTE;

/**
 * How long to wait before try number `attempt` (1 is the first repetition): doubling from one second, at most a
 * minute, times a random 0.5 to 1, so that fifty consoles do not come back to a restarted agent in the same instant.
 */
export function backOff(attempt: number, random: number): number {
  const ceiling = Math.min(MAX_MS, SECOND * 2 ** Math.min(Math.max(attempt, 1) - 1, 16));
  return Math.round(ceiling * (0.5 + random / 2));
}

/** What the agent asked for, within reason, and never less than half a second. */
export const askedWait = (retryAfterMs: number, random: number): number =>
  Math.min(MAX_ASKED_MS, Math.max(500, retryAfterMs)) + Math.round(random * 500);
