import { useEffect, useRef } from 'react';
import { create } from 'zustand';
import type { Problem } from '#shared/domain/result.ts';
import type { SessionFilter } from '#shared/ipc/engine-contract.ts';
import { engine } from '../bridge/engine.ts';
import { ENGINE_AWAY, isAbort, problemOf } from '../bridge/problem-error.ts';
import { useApp } from './app-store.ts';
import { createFollower, type Follower } from './follower.ts';
import { clustersOfWindow } from './map-store.ts';

/** Between two questions about what changed. */
const FOLLOW_EVERY_MS = 250;

export const useMapProblem = create<{ readonly problem: Problem | null }>(() => ({ problem: null }));

const PAST_EVERY_MS = 5_000;
/** Detections colour the circles; the whole map is asked again for them, so not too often. */
const RECOLOUR_EVERY_MS = 10_000;

/**
 * Keeps the map's worker up to date: everything once for each filter and each engine, then only what changed. An answer
 * under way is waited for also when the filter changes meanwhile, so that playing the past never starves the map.
 */
export function useMapFeed(filter: SessionFilter): void {
  const generation = useApp((state) => state.generation);
  const key = JSON.stringify(filter);
  const wanted = useRef(key);
  const follower = useRef<Follower | null>(null);
  useEffect(() => {
    let known: { readonly key: string; readonly revision: number } | null = null;
    let recolouredAt = performance.now();
    let askedAt = 0;
    const started = createFollower(async (signal) => {
      const asked = wanted.current;
      const since = known?.key === asked ? known.revision : null;
      const request = JSON.parse(asked) as SessionFilter;
      // What happens now does not change the past; history that is still being read does.
      if (since !== null && request.at !== undefined && performance.now() - askedAt < PAST_EVERY_MS) return;
      askedAt = performance.now();
      try {
        const changes = await engine.call('map.changes', { filter: request, since }, signal);
        if (signal.aborted) return;
        known = { key: asked, revision: changes.revision };
        useMapProblem.setState({ problem: null });
        clustersOfWindow().apply(changes);
      } catch (error) {
        const problem = problemOf(error);
        if (!isAbort(error) && problem.code !== ENGINE_AWAY) useMapProblem.setState({ problem });
      }
    }, FOLLOW_EVERY_MS);
    follower.current = started;
    const forget = [
      useApp.subscribe((state, before) => {
        if (state.revision !== before.revision) started.poke();
      }),
      engine.onEvent(({ detections }) => {
        if (detections === undefined || performance.now() - recolouredAt < RECOLOUR_EVERY_MS) return;
        recolouredAt = performance.now();
        known = null;
        started.poke();
      }),
    ];
    return () => {
      for (const dispose of forget) dispose();
      follower.current = null;
      started.stop();
    };
  }, [generation]);
  useEffect(() => {
    if (wanted.current === key) return;
    wanted.current = key;
    follower.current?.poke();
  }, [key]);
}
