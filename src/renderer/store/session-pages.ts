import type { SessionFilter, SessionSort } from '#shared/ipc/engine-contract.ts';
import { engine } from '../bridge/engine.ts';
import { useApp } from './app-store.ts';
import { useSessionsArrangement, useWatchArrangement } from './list-arrangement.ts';
import { createPageCache, type PageCache } from './page-cache.ts';
import { useRoute } from './route-store.ts';
import { requestOf, useSessionsFilter, useWatchFilter } from './session-filter.ts';
import { timeNow } from './time-store.ts';

export interface Sort {
  readonly by: SessionSort;
  readonly descending: boolean;
}
/** One question: what a person narrowed and sorted the list to. */
export interface Question {
  readonly request: SessionFilter;
  readonly sort: Sort;
}
/** As many as a list shows before it has been measured. */
export const FIRST_ROWS = 40;

/** Grows with what the engine commits of sessions, as far as this window has heard of it. */
export const newsOfSessions = (): number => useApp.getState().revision;

/** The pages of a question. */
export const sessionPages = ({ request: filter, sort }: Question): PageCache =>
  createPageCache({
    news: newsOfSessions,
    page: (offset, limit, signal, cursor) =>
      engine.call(
        'sessions.page',
        { filter, sort, cursor, offset: cursor === null ? offset : 0, limit },
        signal,
      ),
    listed: (listing, head, offset, limit, signal) => {
      const ids = head.map(({ connection, id }) => ({ connection, id }));
      return engine.call('sessions.listed', { listing, filter, sort, head: ids, offset, limit }, signal);
    },
    unlisted: (listing) => {
      // Without an engine there is no listing either.
      engine.call('sessions.unlisted', { listing }).catch(() => undefined);
    },
  });

/** Asked before its list was drawn. */
let first: { readonly key: string; readonly pages: PageCache } | null = null;

/**
 * Asks for the list that the window opens with, so that the engine answers while the window draws what is around it.
 * @returns false: it opens with none
 */
export function askFirstPage(): boolean {
  const { view } = useRoute.getState();
  if (view !== 'watch' && view !== 'sessions') return false;
  const [filter, arrangement] =
    view === 'watch' ? [useWatchFilter, useWatchArrangement] : [useSessionsFilter, useSessionsArrangement];
  const { by, descending, group } = arrangement.getState();
  if (group !== null) return false;
  const question: Question = {
    request: requestOf(filter.getState(), timeNow()),
    sort: { by, descending },
  };
  const pages = sessionPages(question);
  pages.need(0, FIRST_ROWS);
  first = { key: JSON.stringify(question), pages };
  return true;
}

/** The pages of a question for a list: those that were asked ahead, where it is the same question. */
export function pagesFor(question: Question): PageCache {
  const ahead = first;
  first = null;
  if (ahead?.key === JSON.stringify(question)) return ahead.pages;
  ahead?.pages.stop();
  return sessionPages(question);
}
