import { z } from 'zod';

/** A session as the mirror has it, without when it was seen last. */
export const SessionState = z.object({
  account: z.number().nullable(),
  via: z.number().nullable(),
  opened_at: z.number().nullable(),
  expires_at: z.number().nullable(),
  opened_address: z.number().nullable(),
  opened_device: z.number().nullable(),
  last_address: z.number().nullable(),
  last_device: z.number().nullable(),
  marks: z.number(),
  view: z.number().nullable(),
  ended_at: z.number().nullable(),
  /** Whether it has attributes, 0 or 1. */
  attributed: z.number(),
  rebuilt: z.number(),
});
export type SessionState = z.infer<typeof SessionState>;
