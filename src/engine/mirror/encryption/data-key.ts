import { z } from 'zod';

/** What a mirror is encrypted with: 256 random bits, as 64 hexadecimal digits. Never written anywhere unwrapped. */
export const DataKey = z
  .string()
  .regex(/^[0-9a-f]{64}$/)
  .brand<'DataKey'>();
export type DataKey = z.infer<typeof DataKey>;
