import type { Handlers } from '#shared/ipc/contract.ts';
import type { LISTING_METHODS } from '#shared/ipc/listing-contract.ts';
import type { Reader } from './mirror/reader.ts';

/** Listings are kept by the reader that puts them in order. */
export const listingHandlers = (reader: Reader): Handlers<typeof LISTING_METHODS> => ({
  'sessions.listed': (request, signal) => reader.ask('sessions.listed', request, signal),
  'sessions.unlisted': (request, signal) => reader.ask('sessions.unlisted', request, signal),
});
