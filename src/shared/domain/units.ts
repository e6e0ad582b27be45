import { z } from 'zod';

/** Milliseconds since the Unix epoch, UTC, integer. */
export const EpochMs = z.int().min(0).brand<'EpochMs'>();
export type EpochMs = z.infer<typeof EpochMs>;
/** A length of time in milliseconds, integer, not negative. */
export const DurationMs = z.int().min(0).brand<'DurationMs'>();
export type DurationMs = z.infer<typeof DurationMs>;

export { DAY, durationMs, epochMs, HOUR, MINUTE, SECOND } from './lengths.ts';

/** Reads the time. Passed in everywhere, so that tests and replays choose it. */
export type Clock = () => EpochMs;
