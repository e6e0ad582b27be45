import type { z } from 'zod';

/** A cursor comes from a caller; one that is not ours is an error, because starting anew would repeat rows. */
export function readCursor<Schema extends z.ZodType>(
  schema: Schema,
  text: string | null,
): z.output<Schema> | null {
  if (text === null) return null;
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    value = undefined;
  }
  const parsed = schema.safeParse(value);
  if (!parsed.success) throw new Error('the cursor of the page is not one that this engine gave out');
  return parsed.data;
}
