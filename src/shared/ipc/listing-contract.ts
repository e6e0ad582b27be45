import { z } from 'zod';
import type { EpochMs } from '../domain/units.ts';
import { ConnectionId, SessionId } from '../domain/ids.ts';
import { method } from './contract.ts';
import { SessionFilter } from './session-filter.ts';
import { SESSION_SORTS } from './session-sorts.ts';
import type { SessionRow } from './views.ts';

/** A page of a listing: sessions as they are now, in the order that they had when the listing was begun. */
export interface ListedPage {
  readonly rows: readonly SessionRow[];
  /** How many the listing holds; null while it is still being put in order. */
  readonly total: number | null;
  readonly asOf: EpochMs;
}

/** Named by who asks; another name is another listing. */
const listing = z.string().min(1).max(64);

/**
 * Listings: every session that a filter finds, in one order that stays as it is while somebody reads it, so that a page
 * anywhere in it is there at once.
 */
export const LISTING_METHODS = {
  /**
   * A page of a listing, by place. Begins the listing when there is none under this name, and answers as soon as the page's
   * place is reached; with a limit of 0 when the whole of it is in order.
   */
  'sessions.listed': method<ListedPage>()(() =>
    z.strictObject({
      listing,
      filter: SessionFilter,
      sort: z.strictObject({ by: z.enum(SESSION_SORTS), descending: z.boolean() }),
      /** These come first, as they stand on the screen already; they are in no second place. */
      head: z
        .array(z.strictObject({ connection: ConnectionId, id: SessionId }))
        .max(1_000)
        .default([]),
      offset: z.int().min(0).max(100_000_000).default(0),
      limit: z.int().min(0).max(1_000),
    }),
  ),
  /** Nobody reads this listing any more. */
  'sessions.unlisted': method<{ readonly gone: true }>()(() => z.strictObject({ listing })),
} as const;
