import { z } from 'zod';

/** A session as the mirror has it, without what changes at every sighting. */
export const SessionState = z.object({
  account: z.number().nullable(),
  via: z.number().nullable(),
  opened_at: z.number().nullable(),
  opened_address: z.number().nullable(),
  opened_device: z.number().nullable(),
  last_address: z.number().nullable(),
  last_device: z.number().nullable(),
  marks: z.number(),
  view: z.number().nullable(),
  ended_at: z.number().nullable(),
  rebuilt: z.number(),
});
export type SessionState = z.infer<typeof SessionState>;
