import type { Dispose } from '#shared/domain/log.ts';
import type { SessionGroup, SessionGroups } from '#shared/ipc/desk-contract.ts';
import type { SessionRow } from '#shared/ipc/views.ts';
import { ENGINE_AWAY, isAbort, problemOf } from '../bridge/problem-error.ts';
import type { PageCache, PagesView } from './page-cache.ts';

/** What stands in one line of a list: a session, or the head of a group of them. */
export type ListEntry =
  | { readonly is: 'session'; readonly row: SessionRow }
  | { readonly is: 'group'; readonly group: SessionGroup; readonly open: boolean };

/** Groups and, below those that are open, their sessions. */
export interface GroupedList {
  /** `total` counts sessions, as in a list without groups. */
  readonly view: () => PagesView;
  readonly groups: () => { readonly shown: number; readonly total: number };
  /** Lines: heads of groups and sessions of those that are open. */
  readonly length: () => number;
  readonly entry: (index: number) => ListEntry | undefined;
  /** Lines from `first` to `last` are on screen. */
  readonly need: (first: number, last: number) => void;
  readonly toggle: (key: string | null) => void;
  /** The lists of open groups, each with its group. */
  readonly open: () => ReadonlyMap<string | null, PageCache>;
  /** Counts again. While `held`, groups keep their order and new ones are only counted. */
  readonly refresh: (held: boolean) => void;
  readonly subscribe: (listener: () => void) => Dispose;
  readonly stop: () => void;
}

/** New counts in the old order; groups that are no more have none, new ones wait. */
function withCounts(before: SessionGroups, now: SessionGroups): SessionGroups {
  const counted = new Map(now.groups.map((group) => [group.key, group]));
  return {
    ...now,
    groups: before.groups.map(
      (group) =>
        counted.get(group.key) ?? { ...group, sessions: now.total > now.groups.length ? group.sessions : 0 },
    ),
  };
}

/**
 * @param listOf the pages of one group's sessions
 * @param news another number after each change of what is counted
 */
export function createGroupedList(
  fetchGroups: (signal: AbortSignal) => Promise<SessionGroups>,
  listOf: (key: string | null) => PageCache,
  news: () => number,
): GroupedList {
  let answer: SessionGroups | null = null;
  let view: PagesView = {
    is: 'loading',
    total: 0,
    totalNow: null,
    asOf: null,
    problem: null,
    fresh: 0,
    version: 0,
  };
  const open = new Map<string | null, { readonly cache: PageCache; readonly dispose: Dispose }>();
  const listeners = new Set<() => void>();
  let asking: { readonly abort: AbortController; readonly news: number } | null = null;
  /** Something changed while they were counted: they are counted again, in this way. */
  let again: { readonly held: boolean } | null = null;

  const change = (changes: Partial<PagesView>) => {
    view = { ...view, ...changes, version: view.version + 1 };
    for (const listener of listeners) listener();
  };
  /** How many lines an open group has below its head. */
  const below = ({ key, sessions }: SessionGroup): number => {
    const list = open.get(key);
    if (list === undefined) return 0;
    const { is, total } = list.cache.view();
    return is === 'ready' ? total : sessions;
  };
  /** Calls for each group with the line of its head. */
  const walk = (visit: (group: SessionGroup, at: number, lines: number) => boolean): number => {
    let at = 0;
    for (const group of answer?.groups ?? []) {
      const lines = below(group);
      if (visit(group, at, lines)) return at;
      at += 1 + lines;
    }
    return at;
  };

  const refresh = (held: boolean) => {
    if (asking !== null) {
      if (asking.news !== news()) again = { held };
      return;
    }
    const abort = new AbortController();
    asking = { abort, news: news() };
    const over = () => {
      asking = null;
      const next = again;
      again = null;
      if (next !== null) refresh(next.held);
    };
    fetchGroups(abort.signal).then(
      (now) => {
        if (abort.signal.aborted) return;
        const keep = held && answer !== null;
        const known = new Set(answer?.groups.map(({ key }) => key));
        const fresh = keep ? now.groups.filter(({ key }) => !known.has(key)).length : 0;
        answer = keep && answer !== null ? withCounts(answer, now) : now;
        change({ is: 'ready', total: now.sessions, asOf: now.asOf, problem: null, fresh });
        over();
      },
      (error: unknown) => {
        if (abort.signal.aborted) return;
        const problem = problemOf(error);
        if (!isAbort(error) && problem.code !== ENGINE_AWAY)
          change({ is: view.is === 'ready' ? 'ready' : 'failed', problem });
        over();
      },
    );
    if (!held) for (const { cache } of open.values()) cache.refresh();
  };

  return {
    view: () => view,
    groups: () => ({ shown: answer?.groups.length ?? 0, total: answer?.total ?? 0 }),
    length: () => walk(() => false),
    entry(index) {
      let found: ListEntry | undefined;
      walk((group, at, lines) => {
        if (index > at + lines) return false;
        if (index === at) found = { is: 'group', group, open: open.has(group.key) };
        else {
          const row = open.get(group.key)?.cache.row(index - at - 1);
          if (row !== undefined) found = { is: 'session', row };
        }
        return true;
      });
      return found;
    },
    need(first, last) {
      walk((group, at, lines) => {
        if (at > last) return true;
        const list = open.get(group.key);
        if (list !== undefined && at + lines >= first) {
          list.cache.need(Math.max(0, first - at - 1), Math.max(0, Math.min(lines - 1, last - at - 1)));
        }
        return false;
      });
    },
    toggle(key) {
      const known = open.get(key);
      if (known === undefined) {
        const cache = listOf(key);
        const dispose = cache.subscribe(() => {
          change({});
        });
        open.set(key, { cache, dispose });
        cache.need(0, 0);
      } else {
        known.dispose();
        known.cache.stop();
        open.delete(key);
      }
      change({});
    },
    open: () => new Map([...open].map(([key, { cache }]) => [key, cache])),
    refresh,
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    stop() {
      asking?.abort.abort();
      asking = null;
      again = null;
      for (const { cache } of open.values()) cache.stop();
    },
  };
}
