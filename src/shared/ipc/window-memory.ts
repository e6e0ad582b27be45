import { z } from 'zod';
import { AccountId, ConnectionId } from '../domain/ids.ts';
import { GROUPINGS } from './session-groupings.ts';
import { SESSION_SORTS } from './session-sorts.ts';

/** A list of sessions as a person left it: what it was narrowed to, and how it was laid out. */
const ListMemory = z.strictObject({
  state: z.enum(['live', 'ended', 'all']),
  text: z.string().max(256),
  search: z.string().max(4_096),
  connections: z.array(ConnectionId).max(100),
  account: z.strictObject({ connection: ConnectionId, id: AccountId, name: z.string().max(256) }).nullable(),
  by: z.enum(SESSION_SORTS),
  descending: z.boolean(),
  group: z.enum(GROUPINGS).nullable(),
});
export type ListMemory = z.infer<typeof ListMemory>;

/** What a window remembers of itself. */
const remembered = {
  /** Where it was, as its own address: `#/view/part`. */
  hash: z.string().max(2_048),
  /** Columns of session tables, their order and widths. */
  columns: z.string().max(1_024),
  watch: ListMemory,
  sessions: ListMemory,
};
export const WindowChanges = z.strictObject(remembered).partial();
export type WindowChanges = z.infer<typeof WindowChanges>;

/** Beside it, what main knows of it: where it stands on the screens, and whether it was open. */
export const WindowMemory = z
  .object({ ...remembered, bounds: z.string().max(64), open: z.boolean() })
  .partial();
export type WindowMemory = z.infer<typeof WindowMemory>;
