import type { ParsedOf } from '#shared/ipc/contract.ts';
import type { LISTING_METHODS, ListedPage } from '#shared/ipc/listing-contract.ts';
import { epochMs, type EpochMs } from '#shared/domain/units.ts';
import type { SessionRow } from '#shared/ipc/views.ts';
import { openReadable, type ReadableDb } from './database.ts';
import { growingKeys, type GrowingKeys } from './growing-keys.ts';
import type { Question } from './question.ts';
import { rowsAt } from './rows-at.ts';
import { everySession } from './search/every-session.ts';
import { searchedSessions } from './search/searched-condition.ts';
import { sessionsByKey } from './session-rows.ts';
import { readValues } from './statements.ts';

type Request = ParsedOf<(typeof LISTING_METHODS)['sessions.listed']>;

/** Listings that a reader keeps: one for each list that somebody reads, in every window. */
const MOST_LISTINGS = 6;
/** Keys in all of them together; the oldest go first. */
const MOST_KEYS = 12_000_000;
/** Keys between two looks at whether the question was withdrawn: a few milliseconds. */
const STEP = 4_096;

interface Listing {
  /** Filter and order: under the same name something else is another listing. */
  readonly what: string;
  readonly keys: GrowingKeys;
  /** Puts more of it in order; true when it is whole. */
  readonly build: () => boolean;
  readonly whole: () => boolean;
  readonly stop: () => void;
  /** Questions that wait for it. */
  waiting: number;
}

const kept = new WeakMap<ReadableDb, Map<string, Listing>>();
function listingsOf(db: ReadableDb): Map<string, Listing> {
  const found = kept.get(db) ?? new Map<string, Listing>();
  kept.set(db, found);
  return found;
}

/** A page of a listing, in steps; several questions that wait for one listing build it together. */
export function* sessionsListed(db: ReadableDb, request: Request, now: EpochMs): Question<ListedPage> {
  const listing = openListing(db, request, now);
  listing.waiting += 1;
  try {
    const end = request.limit === 0 ? Number.POSITIVE_INFINITY : request.offset + request.limit;
    while (!listing.whole() && listing.keys.length() < end) {
      listing.build();
      yield;
    }
    if (request.limit === 0) yield* getReady(db, listing, request, now);
    const rows = pageOf(db, listing, request, now);
    const { at, since } = request.filter;
    const asOf = at === undefined || since !== undefined ? now : epochMs(at);
    return { rows, total: listing.whole() ? listing.keys.length() : null, asOf };
  } finally {
    listing.waiting -= 1;
    // Nobody waits for the rest: half an order is worth nothing once the file has changed.
    if (listing.waiting === 0 && !listing.whole()) forget(db, request.listing);
  }
}

/** Pages that are read ahead, and how long they are. */
const READY_PAGES = 12;
const READY_ROWS = 40;
const isReady = new WeakSet<ReadableDb>();

/**
 * Who has the whole of a list put in order is about to jump in it: what a page takes has been done a few times by then, with
 * statements prepared, code compiled and the upper pages of the indexes read. The first page took 24 ms where the others take 3.
 */
function* getReady(db: ReadableDb, listing: Listing, request: Request, now: EpochMs): Question<void> {
  if (isReady.has(db) || listing.keys.length() < READY_PAGES * READY_ROWS) return;
  isReady.add(db);
  for (let page = 0; page < READY_PAGES; page += 1) {
    const offset = Math.floor((listing.keys.length() * page) / READY_PAGES);
    pageOf(db, listing, { ...request, offset, limit: READY_ROWS }, now);
    yield;
  }
}

/** Whether somebody reads a list here, and may jump in it at any moment. */
export const keepsListings = (db: ReadableDb): boolean => listingsOf(db).size > 0;

/** The rows at a place; what the mirror no longer has leaves the listing for good. */
function pageOf(
  db: ReadableDb,
  { keys }: Listing,
  { offset, limit, filter }: Request,
  now: EpochMs,
): readonly SessionRow[] {
  for (;;) {
    const wanted = keys.slice(offset, offset + limit);
    const found = sessionsByKey(db, wanted, now);
    if (found.length < wanted.length) {
      const there = new Set(found.map(([key]) => key));
      keys.drop(new Set(wanted.filter((key) => !there.has(key))));
      continue;
    }
    const rows = found.map(([, row]) => row);
    if (filter.at === undefined || filter.since !== undefined) return rows;
    return rowsAt(db, wanted, rows, epochMs(filter.at));
  }
}

function openListing(db: ReadableDb, request: Request, now: EpochMs): Listing {
  const listings = listingsOf(db);
  const what = JSON.stringify([request.filter, request.sort]);
  const known = listings.get(request.listing);
  if (known?.what === what) {
    // Read last, dropped last.
    listings.delete(request.listing);
    listings.set(request.listing, known);
    return known;
  }
  known?.stop();
  const begun = begin(db, request, what, now);
  listings.delete(request.listing);
  listings.set(request.listing, begun);
  makeRoom(listings, begun);
  return begun;
}

function makeRoom(listings: Map<string, Listing>, wanted: Listing): void {
  for (const [name, listing] of listings) {
    const keys = [...listings.values()].reduce((sum, one) => sum + one.keys.length(), 0);
    if (listings.size <= MOST_LISTINGS && keys <= MOST_KEYS) return;
    if (listing === wanted || listing.waiting > 0) continue;
    listing.stop();
    listings.delete(name);
  }
}

/** Reads with a handle of its own, in one transaction: other questions go on seeing what is written meanwhile. */
function begin(db: ReadableDb, request: Request, what: string, now: EpochMs): Listing {
  // It reads every row once, and none of them again.
  const own = openReadable(db.name, 'modest');
  own.exec('BEGIN');
  const keys = growingKeys();
  const first = new Set(headOf(own, request.head));
  for (const key of first) keys.push(key);
  const { filter, sort } = request;
  const at = filter.since === undefined ? (filter.at ?? null) : null;
  const found = everySession(own, searchedSessions(own, filter, now), sort, { now, at });
  let whole = false;
  const stop = (): void => {
    if (!own.open) return;
    found.return();
    own.close();
  };
  return {
    what,
    keys,
    waiting: 0,
    stop,
    whole: () => whole,
    build: () => {
      for (let taken = 0; taken < STEP && !whole; taken += 1) {
        const next = found.next();
        if (next.done === true) whole = true;
        else if (!first.has(next.value)) keys.push(next.value);
      }
      if (whole) {
        keys.trim();
        stop();
      }
      return whole;
    },
  };
}

const headOf = (db: ReadableDb, head: Request['head']): readonly number[] =>
  readValues(
    db,
    `SELECT h.key FROM json_each(?) j CROSS JOIN connection c ON c.id = j.value ->> 'connection'
     CROSS JOIN handle h ON h.connection = c.key AND h.id = j.value ->> 'id'
     CROSS JOIN session s ON s.key = h.key ORDER BY j.key`,
    [JSON.stringify(head)],
  ).map(Number);

function forget(db: ReadableDb, name: string): void {
  listingsOf(db).get(name)?.stop();
  listingsOf(db).delete(name);
}

/** Lets go of a listing. */
export function* sessionsUnlisted(
  db: ReadableDb,
  { listing }: { readonly listing: string },
): Question<{ readonly gone: true }> {
  forget(db, listing);
  yield;
  return { gone: true };
}
