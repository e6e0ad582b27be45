import type { EpochMs } from './units.ts';
import { MINUTE } from './units.ts';

/**
 * What a console may honestly say of a session. `active`: seen within the store's write interval; `idle`: not since;
 * `stale`: not for so long that the person has probably gone; `unseen`: the store keeps no last activity;
 * `ended`: gone from the store.
 */
export type SessionStatus = 'active' | 'idle' | 'stale' | 'unseen' | 'ended';

/** Beyond the write interval, how long a session counts as idle before it is stale (ours; no public source). */
export const STALE_AFTER_MS = 60 * MINUTE;
/** A store that writes on every request can still be a poll late. */
export const ACTIVE_SLACK_MS = 2 * MINUTE;

/**
 * Status of a session at `now`.
 * @param lastSeenAt when the store saw it last, null when the store cannot tell
 * @param writeIntervalMs how long the store may keep silent about an active session, null when unknown
 */
export function sessionStatus(
  session: { readonly endedAt: EpochMs | null; readonly lastSeenAt: EpochMs | null },
  writeIntervalMs: number | null,
  now: EpochMs,
): SessionStatus {
  // Whatever the clocks say: an agent's may be ahead of this one, and an end is an end.
  if (session.endedAt !== null) return 'ended';
  if (session.lastSeenAt === null) return 'unseen';
  const quietFor = now - session.lastSeenAt;
  if (quietFor <= (writeIntervalMs ?? 0) + ACTIVE_SLACK_MS) return 'active';
  return quietFor <= (writeIntervalMs ?? 0) + STALE_AFTER_MS ? 'idle' : 'stale';
}
