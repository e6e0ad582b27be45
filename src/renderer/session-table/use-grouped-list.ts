import { useEffect, useEffectEvent, useMemo, useRef, useState, useSyncExternalStore } from 'react';
import { MOST_GROUPS, type Grouping } from '#shared/ipc/session-groupings.ts';
import { engine } from '../bridge/engine.ts';
import { useApp } from '../store/app-store.ts';
import { createGroupedList, type GroupedList } from '../store/grouped-list.ts';
import { requestOf, type FilterStore } from '../store/session-filter.ts';
import { useTime } from '../store/time-store.ts';
import { newsOfSessions, sessionPages, type Question, type Sort } from '../store/session-pages.ts';
import { patchInPlace, type SessionList } from './use-session-list.ts';

const FOLLOW_EVERY_MS = 3_000;

const questionOf = ({ request, sort }: Question, by: Grouping, key: string | null): Question => ({
  request: { ...request, group: { by, key } },
  sort,
});

/** Groups of a filtered list that stay true while they are looked at; an open group lists its sessions, sorted. */
export function useGroupedList(store: FilterStore, sort: Sort, by: Grouping, held: boolean): SessionList {
  const shown = store();
  const time = useTime((state) => state.time);
  const revision = useApp((state) => state.revision);
  const generation = useApp((state) => state.generation);
  const key = JSON.stringify({ request: requestOf(shown, time), sort });
  const question = useMemo(() => JSON.parse(key) as Question, [key]);
  const next = useMemo(
    () =>
      createGroupedList(
        (signal) =>
          engine.call('sessions.groups', { filter: question.request, by, limit: MOST_GROUPS }, signal),
        (group) => sessionPages(questionOf(question, by, group)),
        newsOfSessions,
      ),
    [question, by],
  );
  const list = useReadyList(next);
  const view = useSyncExternalStore(list.subscribe, list.view);
  // An open group is being read: its place must not change.
  const still = held || list.open().size > 0;
  useEffect(() => {
    list.refresh(still);
  }, [list, still, generation]);

  const follow = useEffectEvent(() => {
    list.refresh(still);
    if (!still) return;
    for (const [group, cache] of list.open()) void patchInPlace(cache, questionOf(question, by, group));
  });
  const lastAt = useRef(0);
  useEffect(() => {
    const timer = window.setTimeout(
      () => {
        lastAt.current = performance.now();
        follow();
      },
      Math.max(0, lastAt.current + FOLLOW_EVERY_MS - performance.now()),
    );
    return () => {
      window.clearTimeout(timer);
    };
  }, [revision, list, still]);

  return {
    view,
    length: list.length(),
    entry: list.entry,
    need: list.need,
    groups: list.groups(),
    toggleGroup: list.toggle,
    showFresh: () => {
      list.refresh(false);
    },
  };
}

/** Keeps the groups of the question before on screen until the new question has its first answer. */
function useReadyList(next: GroupedList): GroupedList {
  const [list, setList] = useState(next);
  const shown = useRef(next);
  useEffect(() => {
    const stop = next.subscribe(() => {
      if (next.view().is === 'loading' || shown.current === next) return;
      const before = shown.current;
      shown.current = next;
      // What was open stays open, also what was opened while the new question was under way.
      for (const key of before.open().keys()) next.toggle(key);
      setList(next);
    });
    next.refresh(false);
    return stop;
  }, [next]);
  useEffect(
    () => () => {
      list.stop();
    },
    [list],
  );
  return list;
}
