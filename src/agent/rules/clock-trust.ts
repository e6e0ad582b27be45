import { MINUTE, SECOND } from '#shared/domain/units.ts';

/** Says whether the time of day can be believed for rules that go by it. */
export interface ClockTrust {
  /** Called at every look. False for two minutes after the clock was seen to jump. */
  trust(now: number): boolean;
}

/** More than this between the clock and one that nobody sets is a jump. */
const JUMP_MS = 30 * SECOND;
const DOUBT_MS = 2 * MINUTE;

/**
 * A clock that is set wrong by hours must not sign everybody out as idle. After a jump (somebody set it, or the
 * machine slept) rules about time wait until it has run evenly for two minutes; a wrong time that stays is the
 * brake's business.
 * @param monotonic milliseconds of a clock that nobody sets
 * @param lastRun the time of day when the agent last ran, null at the first start
 */
export function createClockTrust(monotonic: () => number, lastRun: number | null): ClockTrust {
  let last: { wall: number; even: number } | null = null;
  let doubtUntil = Number.NEGATIVE_INFINITY;
  return {
    trust(now) {
      const even = monotonic();
      const jumped =
        last === null
          ? lastRun !== null && now < lastRun - JUMP_MS
          : Math.abs(now - last.wall - (even - last.even)) > JUMP_MS;
      last = { wall: now, even };
      if (jumped) doubtUntil = even + DOUBT_MS;
      return even >= doubtUntil;
    },
  };
}
