import { z } from 'zod';

/** Milliseconds since the Unix epoch, UTC, integer. */
export const EpochMs = z.int().min(0).brand<'EpochMs'>();
export type EpochMs = z.infer<typeof EpochMs>;
/** A length of time in milliseconds, integer, not negative. */
export const DurationMs = z.int().min(0).brand<'DurationMs'>();
export type DurationMs = z.infer<typeof DurationMs>;

export const epochMs = (value: number): EpochMs => Math.trunc(value) as EpochMs;
export const durationMs = (value: number): DurationMs => Math.trunc(value) as DurationMs;

export { DAY, HOUR, MINUTE, SECOND } from './lengths.ts';

/** Reads the time. Passed in everywhere, so that tests and replays choose it. */
export type Clock = () => EpochMs;
