import type { Dispose } from '#shared/domain/log.ts';
import type { Problem } from '#shared/domain/result.ts';
import type { ListedPage } from '#shared/ipc/listing-contract.ts';
import type { Page, SessionRow } from '#shared/ipc/views.ts';
import { isAbort, problemOf, ENGINE_AWAY } from '../bridge/problem-error.ts';

export const CHUNK = 100;
/** Lists of more rows are held still by the engine while they are read: then any place in them is found at once. */
const LISTED_FROM = 1_000;
const MOST_HEAD_CHUNKS = 10;
/** Chunks kept: 40 × 100 rows is far more than any screen shows and little memory. */
const KEPT_CHUNKS = 40;

export interface PagesView {
  readonly is: 'loading' | 'ready' | 'failed';
  readonly total: number;
  /** How many there are by now, where the list is held and that is another number; null: as many as `total`. */
  readonly totalNow: number | null;
  readonly asOf: number | null;
  readonly problem: Problem | null;
  /** Arrived since the order was last asked for, as far as they were counted. */
  readonly fresh: number;
  /** Grows with each change, so that React sees it. */
  readonly version: number;
}

export interface PageCache {
  readonly view: () => PagesView;
  readonly row: (index: number) => SessionRow | undefined;
  /** The loaded rows that are on screen. */
  readonly visible: () => readonly SessionRow[];
  /** Rows from `first` to `last` are on screen: loads what is missing. */
  readonly need: (first: number, last: number) => void;
  /** Asks for the rows on screen again, in their new order. */
  readonly refresh: () => void;
  /**
   * Whether the order stays as it is from now on. It also begins to stay as soon as rows far down are wanted, and then
   * until this is called with false.
   */
  readonly hold: (held: boolean) => void;
  /** Replaces rows where they stand, for a list whose order is held, and says how many wait. */
  readonly patch: (rows: readonly SessionRow[], fresh: number, totalNow: number) => void;
  readonly subscribe: (listener: () => void) => Dispose;
  /** Withdraws the questions under way; the next `need` or `refresh` asks anew. */
  readonly stop: () => void;
}

const keyOf = (row: SessionRow): string => `${row.connection} ${row.id}`;
const byKey = (rows: readonly SessionRow[]): ReadonlyMap<string, SessionRow> =>
  new Map(rows.map((row) => [keyOf(row), row]));
/** The row as it was known, where it says nothing else now: what shows it is then not drawn again. */
function unchanged(known: ReadonlyMap<string, SessionRow>, row: SessionRow): SessionRow {
  const before = known.get(keyOf(row));
  return before !== undefined && same(before, row) ? before : row;
}
/** Whether two values that came over the port say the same. */
function same(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  const [ours, theirs] = [Object.entries(a), Object.entries(b)];
  return (
    ours.length === theirs.length &&
    ours.every(([name, value]) => same(value, (b as Record<string, unknown>)[name]))
  );
}

interface Ahead {
  readonly first: number;
  readonly last: number;
  /** Null: they are on their way. */
  readonly rows: readonly SessionRow[] | null;
  readonly abort: AbortController;
}

/** Where rows come from. */
export interface PageSource {
  /** Another number after each change of what is read: whoever was asked before one may not know of it. */
  news(): number;
  /** Rows in the order of now. */
  page(
    offset: number,
    limit: number,
    signal: AbortSignal,
    /** Where the chunk before this one ended, while that is known. */
    cursor: string | null,
  ): Promise<Page<SessionRow> & { readonly next?: string | null }>;
  /** Rows of a listing; with a limit of 0, once the whole of it is in order. @param head rows that come first */
  listed(
    listing: string,
    head: readonly SessionRow[],
    offset: number,
    limit: number,
    signal: AbortSignal,
  ): Promise<ListedPage>;
  unlisted(listing: string): void;
}

/** Rows of one question by their place, loaded in chunks as they come into sight. */
export function createPageCache(source: PageSource): PageCache {
  const chunks = new Map<number, SessionRow[]>();
  /** Where chunks ended in the order that is shown. */
  const ends = new Map<number, string>();
  const loading = new Map<number, { readonly abort: AbortController; readonly news: number }>();
  /** Chunks that were to be asked for again while an answer from before the change was under way. */
  const outdated = new Set<number>();
  /** Rows in sight after a jump: asked for ahead of their chunks, because they are few and somebody waits for them. */
  let ahead: Ahead | null = null;
  const listeners = new Set<() => void>();
  let view: PagesView = {
    is: 'loading',
    total: 0,
    totalNow: null,
    asOf: null,
    problem: null,
    fresh: 0,
    version: 0,
  };
  let seen = { first: 0, last: 0 };

  const change = (changes: Partial<PagesView>) => {
    view = { ...view, ...changes, version: view.version + 1 };
    for (const listener of listeners) listener();
  };

  const failed = (error: unknown) => {
    const problem = problemOf(error);
    if (isAbort(error) || problem.code === ENGINE_AWAY) return;
    change({ is: view.is === 'ready' ? 'ready' : 'failed', problem });
  };
  const keep = (chunk: number, rows: readonly SessionRow[]) => {
    const known = byKey([...(ahead?.rows ?? []), ...(chunks.get(chunk) ?? [])]);
    chunks.delete(chunk);
    chunks.set(
      chunk,
      rows.map((row) => unchanged(known, row)),
    );
    for (const [oldest] of chunks) {
      if (chunks.size <= KEPT_CHUNKS) break;
      chunks.delete(oldest);
    }
  };

  /** The order that is held, by its name. */
  let listing: { readonly name: string; readonly abort: AbortController } | null = null;
  const isLong = () => view.is === 'ready' && view.total >= LISTED_FROM;
  const begin = (head: readonly SessionRow[]) => {
    const begun = { name: crypto.randomUUID(), abort: new AbortController() };
    listing = begun;
    source.listed(begun.name, head, 0, 0, begun.abort.signal).then(({ total, asOf }) => {
      if (listing === begun && total !== null) change({ is: 'ready', total, asOf, problem: null });
    }, failed);
  };
  const forgetAhead = () => {
    ahead?.abort.abort();
    ahead = null;
  };
  const withdraw = () => {
    for (const { abort } of loading.values()) abort.abort();
    loading.clear();
    outdated.clear();
  };
  const unlist = () => {
    if (listing === null) return;
    forgetAhead();
    listing.abort.abort();
    source.unlisted(listing.name);
    listing = null;
    // Pages of the old order that are still on their way belong nowhere.
    withdraw();
  };
  /** Rows from the top that are loaded without a gap: they stay where they are. */
  const head = (): readonly SessionRow[] => {
    const rows: SessionRow[] = [];
    for (let chunk = 0; chunk < MOST_HEAD_CHUNKS; chunk += 1) {
      const known = chunks.get(chunk);
      if (known === undefined) break;
      rows.push(...known);
      if (known.length < CHUNK) break;
    }
    return rows;
  };

  /** A chunk below one that is known goes on where that one ended; any other is found by its place, in a listing. */
  const listFor = (chunk: number) => {
    if (listing === null && chunk > 0 && !ends.has(chunk - 1) && isLong()) begin(head());
  };
  const load = (chunk: number) => {
    // One question per chunk at a time.
    if (loading.has(chunk)) return;
    listFor(chunk);
    const cursor = ends.get(chunk - 1) ?? null;
    const abort = new AbortController();
    loading.set(chunk, { abort, news: source.news() });
    const first = chunk * CHUNK;
    const arrived = (rows: readonly SessionRow[], changes: Partial<PagesView>) => {
      if (abort.signal.aborted) return;
      loading.delete(chunk);
      keep(chunk, rows);
      change({ is: 'ready', problem: null, ...changes });
      loadAgain(chunk);
    };
    const page =
      listing === null
        ? source.page(first, CHUNK, abort.signal, cursor).then(({ rows, total, asOf, next }) => {
            if (typeof next === 'string' && !abort.signal.aborted) ends.set(chunk, next);
            arrived(rows, { total, totalNow: null, asOf });
          })
        : source.listed(listing.name, [], first, CHUNK, abort.signal).then(({ rows, total }) => {
            arrived(rows, total === null ? {} : { total });
          });
    page.catch((error: unknown) => {
      if (abort.signal.aborted) return;
      loading.delete(chunk);
      failed(error);
      loadAgain(chunk);
    });
  };
  const loadAgain = (chunk: number) => {
    if (outdated.delete(chunk)) load(chunk);
  };

  /** @returns whether they are asked for; their chunks follow them */
  const askAhead = (first: number, last: number): boolean => {
    if (listing === null) return false;
    forgetAhead();
    const asked: Ahead = { first, last, rows: null, abort: new AbortController() };
    ahead = asked;
    source
      .listed(listing.name, [], first, last - first + 1, asked.abort.signal)
      .then(({ rows, total }) => {
        if (ahead !== asked) return;
        ahead = { ...asked, rows };
        change({ is: 'ready', problem: null, ...(total === null ? {} : { total }) });
      })
      .catch((error: unknown) => {
        if (ahead === asked) ahead = null;
        failed(error);
      })
      .finally(() => {
        if (!asked.abort.signal.aborted) loadVisible();
      });
    return true;
  };
  /** Rows that are wanted now are on their way ahead of their chunks. */
  const areComing = (first: number, last: number): boolean =>
    ahead?.rows === null && ahead.first <= last && ahead.last >= first;

  const visibleChunks = (): number[] => {
    const first = Math.floor(seen.first / CHUNK);
    const last = Math.floor(Math.max(seen.first, seen.last) / CHUNK);
    return Array.from({ length: last - first + 1 }, (_, index) => first + index);
  };

  const missingChunks = () => visibleChunks().filter((chunk) => !chunks.has(chunk));
  const loadVisible = () => {
    for (const chunk of missingChunks()) load(chunk);
  };

  const row = (index: number) =>
    chunks.get(Math.floor(index / CHUNK))?.[index % CHUNK] ?? ahead?.rows?.[index - ahead.first];

  return {
    view: () => view,
    row,
    visible() {
      const rows: SessionRow[] = [];
      for (let index = seen.first; index <= seen.last; index += 1) {
        const found = row(index);
        if (found !== undefined) rows.push(found);
      }
      return rows;
    },
    need(first, last) {
      seen = { first, last };
      const visible = visibleChunks();
      // What was passed over on the way is no longer wanted.
      for (const [chunk, { abort }] of loading) {
        if (visible.includes(chunk)) continue;
        loading.delete(chunk);
        abort.abort();
        // Nor are the rows of before a change, should they be wanted again.
        if (outdated.delete(chunk)) chunks.delete(chunk);
      }
      const missing = missingChunks();
      if (ahead !== null && missing.length === 0) forgetAhead();
      if (areComing(first, last)) return;
      if (
        missing.some((chunk) => !loading.has(chunk)) &&
        row(first) === undefined &&
        row(last) === undefined
      ) {
        for (const chunk of missing) listFor(chunk);
        // One after the other: whoever answers has nothing else to do before the rows that somebody waits for.
        if (askAhead(first, last)) return;
      }
      loadVisible();
    },
    refresh() {
      view = { ...view, fresh: 0 };
      const visible = new Set(visibleChunks());
      // Rows out of sight belong to an older order, and so do the places at which it was cut.
      ends.clear();
      for (const chunk of [...chunks.keys()]) if (!visible.has(chunk)) chunks.delete(chunk);
      if (listing !== null) {
        unlist();
        begin([]);
      }
      for (const chunk of visible) {
        const asked = loading.get(chunk);
        if (asked === undefined) load(chunk);
        // Not left to the next change: there may be none, and the list would stay what it was before this one.
        else if (asked.news !== source.news()) outdated.add(chunk);
      }
    },
    hold(held) {
      if (!held) unlist();
      else if (listing === null && isLong() && chunks.get(0)?.length === CHUNK) begin(head());
    },
    patch(rows, fresh, totalNow) {
      const fresher = byKey(rows);
      for (const [chunk, known] of chunks) {
        const before = byKey(known);
        chunks.set(
          chunk,
          known.map((row) => unchanged(before, fresher.get(keyOf(row)) ?? row)),
        );
      }
      if (ahead !== null && ahead.rows !== null) {
        ahead = { ...ahead, rows: ahead.rows.map((row) => fresher.get(keyOf(row)) ?? row) };
      }
      change({ fresh, totalNow });
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    stop() {
      forgetAhead();
      unlist();
      withdraw();
    },
  };
}
