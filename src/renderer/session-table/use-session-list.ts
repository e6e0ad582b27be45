import { useCallback, useEffect, useMemo, useRef, useState, useSyncExternalStore } from 'react';
import type { SessionSort } from '#shared/ipc/engine-contract.ts';
import type { MapPoints, SessionRow } from '#shared/ipc/views.ts';
import { engine } from '../bridge/engine.ts';
import { useApp } from '../store/app-store.ts';
import { createPageCache, type PageCache, type PagesView } from '../store/page-cache.ts';
import { placeRequest, requestOf, type FilterStore } from '../store/session-filter.ts';

export interface Sort {
  readonly by: SessionSort;
  readonly descending: boolean;
}
export interface SessionList {
  readonly view: PagesView;
  readonly row: (index: number) => SessionRow | undefined;
  readonly need: (first: number, last: number) => void;
  /** Signed in since the order was held; 100 means at least 100. */
  readonly fresh: number;
  readonly showFresh: () => void;
}

const FOLLOW_EVERY_MS = 1_000;
const PATCH_EVERY_MS = 2_000;
export const MOST_FRESH = 100;

/**
 * Rows of a filtered, sorted list of sessions that stays true while it is looked at. While `held` (pointed at, focused
 * or scrolled) the order stays as it is: values change in place, what is new is only counted.
 */
export function useSessionList(
  store: FilterStore,
  sort: Sort,
  held: boolean,
  points: MapPoints | null,
): SessionList {
  const shown = store();
  const revision = useApp((state) => state.revision);
  const generation = useApp((state) => state.generation);
  const pointsRef = useRef(points);
  pointsRef.current = points;
  const key = JSON.stringify([requestOf(shown), sort, shown.places === null ? null : [...shown.places.keys]]);

  const ask = useMemo(() => {
    const { places } = shown;
    const base = requestOf(shown);
    return (by: Sort, offset: number, limit: number, signal?: AbortSignal) =>
      engine.call(
        'sessions.page',
        { filter: { ...base, ...placeRequest(pointsRef.current, places) }, sort: by, offset, limit },
        signal,
      );
    // `key` says everything that `shown` does.
  }, [key]);
  const next = useMemo(
    () => createPageCache((offset, limit, signal) => ask(sort, offset, limit, signal)),
    [ask, key],
  );
  const cache = useReady(next);
  const view = useSyncExternalStore(cache.subscribe, cache.view);

  const [fresh, setFresh] = useState(0);
  const range = useRef({ first: 0, last: 40 });
  const need = useCallback(
    (first: number, last: number) => {
      range.current = { first, last };
      cache.need(first, last);
    },
    [cache],
  );
  const showFresh = useCallback(() => {
    setFresh(0);
    cache.refresh();
  }, [cache]);

  useEffect(() => {
    if (!held) showFresh();
  }, [held, showFresh, generation]);

  const lastAt = useRef(0);
  useEffect(() => {
    const every = held ? PATCH_EVERY_MS : FOLLOW_EVERY_MS;
    const timer = window.setTimeout(
      () => {
        lastAt.current = performance.now();
        if (!held) cache.refresh();
        else void patchInPlace(cache, range.current, sort, ask).then(setFresh, () => undefined);
      },
      Math.max(0, lastAt.current + every - performance.now()),
    );
    return () => {
      window.clearTimeout(timer);
    };
  }, [revision, generation, held, cache, ask, sort]);

  return { view, row: cache.row, need, fresh, showFresh };
}

/** Keeps the rows of the question before on screen until the new question has its first answer. */
function useReady(next: PageCache): PageCache {
  const [cache, setCache] = useState(next);
  useEffect(() => {
    const take = () => {
      if (next.view().is !== 'loading') setCache(next);
    };
    const stop = next.subscribe(take);
    next.need(0, 40);
    take();
    return stop;
  }, [next]);
  useEffect(
    () => () => {
      cache.stop();
    },
    [cache],
  );
  return cache;
}

/** Brings the rows on screen up to date where they stand, and counts who signed in since. */
async function patchInPlace(
  cache: PageCache,
  range: { readonly first: number; readonly last: number },
  sort: Sort,
  ask: (by: Sort, offset: number, limit: number) => Promise<{ readonly rows: readonly SessionRow[] }>,
): Promise<number> {
  const rows: SessionRow[] = [];
  for (let index = range.first; index <= range.last; index += 1) {
    const row = cache.row(index);
    if (row !== undefined) rows.push(row);
  }
  const since = cache.view().asOf ?? 0;
  if (rows.length > 0) {
    const ids = rows.map(({ connection, id }) => ({ connection, id }));
    const page = await engine.call('sessions.page', {
      filter: { state: 'all', ids },
      sort,
      offset: 0,
      limit: Math.min(1_000, ids.length),
    });
    cache.patch(page.rows);
  }
  const newest = await ask({ by: 'openedAt', descending: true }, 0, MOST_FRESH);
  return newest.rows.filter(({ openedAt }) => openedAt !== null && openedAt > since).length;
}
