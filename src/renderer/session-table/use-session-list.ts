import { useCallback, useEffect, useMemo, useRef, useState, useSyncExternalStore } from 'react';
import type { Page } from '#shared/ipc/views.ts';
import { engine } from '../bridge/engine.ts';
import type { ListEntry } from '../store/grouped-list.ts';
import { useApp } from '../store/app-store.ts';
import { useTime } from '../store/time-store.ts';
import type { PageCache, PagesView } from '../store/page-cache.ts';
import { requestOf, type FilterStore } from '../store/session-filter.ts';
import { FIRST_ROWS, pagesFor, type Question, type Sort } from '../store/session-pages.ts';

export interface SessionList {
  readonly view: PagesView;
  /** Lines of the list: sessions, and heads of groups where it is grouped. */
  readonly length: number;
  readonly entry: (index: number) => ListEntry | undefined;
  /** How many groups are shown, of how many; null where the list is not grouped. */
  readonly groups: { readonly shown: number; readonly total: number } | null;
  readonly toggleGroup: (key: string | null) => void;
  readonly need: (first: number, last: number) => void;
  /** Brings the order up to date although it is held. */
  readonly showFresh: () => void;
}

const FOLLOW_EVERY_MS = 1_000;
const PATCH_EVERY_MS = 2_000;
/** How many new sessions are counted; `fresh` of this much means at least so many. */
export const MOST_FRESH = 100;

/**
 * Rows of a filtered, sorted list of sessions that stays true while it is looked at. While `held` (pointed at, focused
 * or scrolled) the order stays as it is: values change in place, what is new is only counted.
 */
export function useSessionList(store: FilterStore, sort: Sort, held: boolean): SessionList {
  const shown = store();
  const time = useTime((state) => state.time);
  const revision = useApp((state) => state.revision);
  const generation = useApp((state) => state.generation);
  const key = JSON.stringify({ request: requestOf(shown, time), sort } satisfies Question);
  const question = useMemo(() => JSON.parse(key) as Question, [key]);
  const next = useMemo(() => pagesFor(question), [question]);
  const cache = useReady(next);
  const view = useSyncExternalStore(cache.subscribe, cache.view);

  useEffect(() => {
    cache.hold(held);
    if (!held) cache.refresh();
  }, [held, cache]);
  useEffect(() => {
    // A new engine: what was asked of the old one was never answered, however the list is held.
    cache.refresh();
  }, [cache, generation]);

  const lastAt = useRef(0);
  useEffect(() => {
    const every = held ? PATCH_EVERY_MS : FOLLOW_EVERY_MS;
    const timer = window.setTimeout(
      () => {
        lastAt.current = performance.now();
        const { is, total } = cache.view();
        if (held && is === 'ready' && total > 0) void patchInPlace(cache, question);
        else cache.refresh();
      },
      Math.max(0, lastAt.current + every - performance.now()),
    );
    return () => {
      window.clearTimeout(timer);
    };
  }, [revision, generation, held, cache, question]);

  const { row } = cache;
  const entry = useCallback(
    (index: number): ListEntry | undefined => {
      const found = row(index);
      return found === undefined ? undefined : { is: 'session', row: found };
    },
    [row],
  );
  // The same list until something in it is another: news of sessions come ten times a second.
  return useMemo(
    () => ({
      view,
      length: view.total,
      entry,
      groups: null,
      toggleGroup: noGroups,
      need: cache.need,
      showFresh: cache.refresh,
    }),
    [view, entry, cache],
  );
}
const noGroups = (): void => undefined;

/** Keeps the rows of the question before on screen until the new question has its first answer. */
function useReady(next: PageCache): PageCache {
  const [cache, setCache] = useState(next);
  useEffect(() => {
    const take = () => {
      if (next.view().is !== 'loading') setCache(next);
    };
    const stop = next.subscribe(take);
    next.need(0, FIRST_ROWS);
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
export async function patchInPlace(cache: PageCache, question: Question): Promise<void> {
  const rows = cache.visible();
  const since = cache.view().asOf ?? 0;
  const ids = rows.map(({ connection, id }) => ({ connection, id }));
  const nothing: Page<(typeof rows)[number]> | null = null;
  try {
    const [current, newest] = await Promise.all([
      ids.length === 0
        ? nothing
        : engine.call('sessions.page', {
            filter: { state: 'all', ids },
            sort: question.sort,
            offset: 0,
            limit: ids.length,
          }),
      engine.call('sessions.page', {
        filter: question.request,
        sort: { by: 'openedAt', descending: true },
        offset: 0,
        limit: MOST_FRESH,
      }),
    ]);
    const fresh = newest.rows.filter(({ openedAt }) => openedAt !== null && openedAt > since).length;
    cache.patch(current?.rows ?? [], fresh, newest.total);
  } catch {
    // The next change asks again; what is shown stays, and the banner tells of the engine.
  }
}
