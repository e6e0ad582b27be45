/** Lengths of time in milliseconds. Apart from units.ts so that the window can use them without a schema library. */
export const SECOND = 1_000;
export const MINUTE = 60 * SECOND;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;
