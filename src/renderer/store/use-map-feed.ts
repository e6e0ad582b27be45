import { useEffect } from 'react';
import { create } from 'zustand';
import type { Problem } from '#shared/domain/result.ts';
import type { SessionFilter } from '#shared/ipc/engine-contract.ts';
import { engine } from '../bridge/engine.ts';
import { ENGINE_AWAY, isAbort, problemOf } from '../bridge/problem-error.ts';
import { useApp } from './app-store.ts';
import { createFollower } from './follower.ts';
import { clustersOfWindow } from './map-store.ts';

/** Between two questions about what changed. */
const FOLLOW_EVERY_MS = 500;

export const useMapProblem = create<{ readonly problem: Problem | null }>(() => ({ problem: null }));

/**
 * Keeps the map's worker up to date: everything once for each filter and each engine, then only what changed. A past
 * that is shown does not change, so it is asked once.
 */
export function useMapFeed(filter: SessionFilter): void {
  const generation = useApp((state) => state.generation);
  const key = JSON.stringify(filter);
  useEffect(() => {
    const asked = JSON.parse(key) as SessionFilter;
    let since: number | null = null;
    const follower = createFollower(async (signal) => {
      try {
        const changes = await engine.call('map.changes', { filter: asked, since }, signal);
        if (signal.aborted) return;
        since = changes.revision;
        useMapProblem.setState({ problem: null });
        clustersOfWindow().apply(changes);
      } catch (error) {
        const problem = problemOf(error);
        if (!isAbort(error) && problem.code !== ENGINE_AWAY) useMapProblem.setState({ problem });
      }
    }, FOLLOW_EVERY_MS);
    const forget = useApp.subscribe((state, before) => {
      if (state.revision !== before.revision && asked.at === undefined) follower.poke();
    });
    return () => {
      forget();
      follower.stop();
    };
  }, [key, generation]);
}
