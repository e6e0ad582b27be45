import type { Dispose } from '#shared/domain/log.ts';
import type { Problem } from '#shared/domain/result.ts';
import type { Page, SessionRow } from '#shared/ipc/views.ts';
import { isAbort, problemOf, ENGINE_AWAY } from '../bridge/problem-error.ts';

export const CHUNK = 100;
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
  /** Replaces rows where they stand, for a list whose order is held, and says how many wait. */
  readonly patch: (rows: readonly SessionRow[], fresh: number, totalNow: number) => void;
  readonly subscribe: (listener: () => void) => Dispose;
  /** Withdraws the questions under way; the next `need` or `refresh` asks anew. */
  readonly stop: () => void;
}

/** Rows of one question by offset, loaded in chunks as they come into sight. */
export function createPageCache(
  fetchPage: (
    offset: number,
    limit: number,
    signal: AbortSignal,
    /** Where the chunk before this one ended, while that is known. */
    cursor: string | null,
  ) => Promise<Page<SessionRow> & { readonly next?: string | null }>,
): PageCache {
  const chunks = new Map<number, SessionRow[]>();
  /** Where chunks ended in the order that is shown. */
  const ends = new Map<number, string>();
  const loading = new Map<number, AbortController>();
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

  const load = (chunk: number) => {
    // One question per chunk at a time; the next revision asks again.
    if (loading.has(chunk)) return;
    const abort = new AbortController();
    loading.set(chunk, abort);
    fetchPage(chunk * CHUNK, CHUNK, abort.signal, ends.get(chunk - 1) ?? null).then(
      (page) => {
        if (loading.get(chunk) === abort) loading.delete(chunk);
        if (abort.signal.aborted) return;
        chunks.delete(chunk);
        chunks.set(chunk, [...page.rows]);
        if (typeof page.next === 'string') ends.set(chunk, page.next);
        for (const [oldest] of chunks) {
          if (chunks.size <= KEPT_CHUNKS) break;
          chunks.delete(oldest);
        }
        change({ is: 'ready', total: page.total, totalNow: null, asOf: page.asOf, problem: null });
      },
      (error: unknown) => {
        if (loading.get(chunk) === abort) loading.delete(chunk);
        const problem = problemOf(error);
        if (isAbort(error) || problem.code === ENGINE_AWAY) return;
        change({ is: view.is === 'ready' ? 'ready' : 'failed', problem });
      },
    );
  };

  const visibleChunks = (): number[] => {
    const first = Math.floor(seen.first / CHUNK);
    const last = Math.floor(Math.max(seen.first, seen.last) / CHUNK);
    return Array.from({ length: last - first + 1 }, (_, index) => first + index);
  };

  const row = (index: number) => chunks.get(Math.floor(index / CHUNK))?.[index % CHUNK];

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
      for (const chunk of visibleChunks()) if (!chunks.has(chunk)) load(chunk);
    },
    refresh() {
      view = { ...view, fresh: 0 };
      const visible = new Set(visibleChunks());
      // Rows out of sight belong to an older order, and so do the places at which it was cut.
      ends.clear();
      for (const chunk of [...chunks.keys()]) if (!visible.has(chunk)) chunks.delete(chunk);
      for (const chunk of visible) load(chunk);
    },
    patch(rows, fresh, totalNow) {
      const byKey = new Map(rows.map((row) => [`${row.connection} ${row.id}`, row]));
      for (const [chunk, known] of chunks) {
        chunks.set(
          chunk,
          known.map((row) => byKey.get(`${row.connection} ${row.id}`) ?? row),
        );
      }
      change({ fresh, totalNow });
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    stop() {
      for (const abort of loading.values()) abort.abort();
      loading.clear();
    },
  };
}
