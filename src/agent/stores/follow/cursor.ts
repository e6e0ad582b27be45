import type { z } from 'zod';
import type { StoreCursor } from '../store-adapter.ts';

export const writeCursor = (value: unknown): StoreCursor => JSON.stringify(value) as StoreCursor;

/** What an earlier run wrote; null when it is absent or of another version, so that reading starts anew. */
export function readCursor<T>(schema: z.ZodType<T>, cursor: StoreCursor | null): T | null {
  if (cursor === null) return null;
  try {
    const parsed = schema.safeParse(JSON.parse(cursor));
    return parsed.success ? parsed.data : null;
  } catch {
    return null;
  }
}

/**
 * Where to read on in a column of times that applications write: `newest` less an overlap for transactions that
 * commit late and servers whose clocks differ. A time in the future must not hide what others write now.
 * @param newest and now in the column's unit (seconds), as is the answer
 */
export const OVERLAP_S = 30;
export const readFrom = (newest: number, now: number): number =>
  Math.max(0, Math.min(newest, now) - OVERLAP_S);
