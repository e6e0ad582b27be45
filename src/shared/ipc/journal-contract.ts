import { z } from 'zod';
import { ConnectionId } from '../domain/ids.ts';
import type { HeadsFile } from '../journal/entry.ts';
import { method } from './contract.ts';
import type { JournalPage, JournalVerdict } from './journal-views.ts';

const name = z.string().max(256);
/** The console's journal: reading, verifying, and what only the window knows of. */
export const JOURNAL_METHODS = {
  'journal.page': method<JournalPage>()(() =>
    z.strictObject({
      /** Newest first, below this entry. */
      before: z.int().min(1).nullable(),
      action: z.string().max(64).optional(),
      limit: z.int().min(1).max(500),
    }),
  ),
  /** `heads`: texts of files exported earlier. With `agents`, they are asked for the heads they countersigned. */
  'journal.verify': method<JournalVerdict>()(() =>
    z.strictObject({
      heads: z.array(z.string().max(4_194_304)).max(20).optional(),
      agents: z.boolean().optional(),
    }),
  ),
  'journal.exportHeads': method<HeadsFile | null>()(() => z.strictObject({})),
  /** Something masked was looked at, or data left the console. Recorded before it happens. */
  'journal.note': method<{ readonly recorded: true }>()(() =>
    z.strictObject({
      action: z.enum(['address-revealed', 'data-exported', 'data-copied']),
      connection: ConnectionId.optional(),
      subject: z.strictObject({ kind: name.min(1), id: name.optional(), name: name.optional() }),
      count: z.int().min(0).optional(),
      format: z.string().max(32).optional(),
    }),
  ),
} as const;
