import type { DurationMs, EpochMs } from './units.ts';

/** Lengths of time and instants in milliseconds. Apart from units.ts so that the window can use them without a schema library. */
export const SECOND = 1_000;
export const MINUTE = 60 * SECOND;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;

export const epochMs = (value: number): EpochMs => Math.trunc(value) as EpochMs;
export const durationMs = (value: number): DurationMs => Math.trunc(value) as DurationMs;
