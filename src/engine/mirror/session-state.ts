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

/** Whether it is the same open session of the same account. */
export const isStillOpen = (before: SessionState, now: SessionState): boolean =>
  before.ended_at === null &&
  before.rebuilt === 0 &&
  before.account === now.account &&
  before.via === now.via &&
  before.opened_at === now.opened_at;

/** Whether of one that is still open only the last sighting differs. */
export const isSeenAgain = (before: SessionState, now: SessionState): boolean =>
  before.opened_address === now.opened_address &&
  before.opened_device === now.opened_device &&
  before.marks === now.marks &&
  before.view === now.view;
