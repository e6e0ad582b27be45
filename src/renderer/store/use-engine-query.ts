import { useCallback, useEffect, useRef, useState } from 'react';
import type { ReplyOf, RequestOf } from '#shared/ipc/contract.ts';
import type { EngineContract } from '#shared/ipc/engine-contract.ts';
import type { Problem } from '#shared/domain/result.ts';
import { engine } from '../bridge/engine.ts';
import { ENGINE_AWAY, isAbort, problemOf } from '../bridge/problem-error.ts';
import { useApp } from './app-store.ts';
import { createFollower, type Follower } from './follower.ts';

/** `value` stays what it was while the same question is asked again, and after that has failed. */
export type Query<T> =
  | { readonly is: 'loading' }
  | { readonly is: 'ready'; readonly value: T; readonly problem: Problem | null }
  | { readonly is: 'failed'; readonly problem: Problem };

type Name = keyof EngineContract;

/**
 * Asks the engine, and again when the request, the engine's port or `revision` changes, at most once per `everyMs`.
 * @param request null asks nothing
 */
export function useEngineQuery<N extends Name>(
  name: N,
  request: RequestOf<EngineContract[N]> | null,
  options: { readonly revision?: number | undefined; readonly everyMs?: number | undefined } = {},
): Query<ReplyOf<EngineContract[N]>> & { readonly again: () => void } {
  const generation = useApp((state) => state.generation);
  const key = JSON.stringify(request);
  const [answer, setAnswer] = useState<{
    readonly key: string;
    readonly query: Query<ReplyOf<EngineContract[N]>>;
  }>({ key, query: { is: 'loading' } });
  const [times, setTimes] = useState(0);
  const { revision = 0, everyMs = 0 } = options;
  const follower = useRef<Follower | null>(null);

  useEffect(() => {
    const asked = JSON.parse(key) as RequestOf<EngineContract[N]> | null;
    if (asked === null) return undefined;
    const started = createFollower(async (signal) => {
      try {
        const value = await engine.call(name, asked, signal);
        if (!signal.aborted) setAnswer({ key, query: { is: 'ready', value, problem: null } });
      } catch (error) {
        if (isAbort(error)) return;
        const problem = problemOf(error);
        // Without an engine the shell's banner speaks; the question is asked again over the next port.
        if (problem.code === ENGINE_AWAY) return;
        setAnswer((before) =>
          before.key === key && before.query.is === 'ready'
            ? { key, query: { ...before.query, problem } }
            : { key, query: { is: 'failed', problem } },
        );
      }
    }, everyMs);
    follower.current = started;
    return () => {
      follower.current = null;
      started.stop();
    };
  }, [name, key, generation, times, everyMs]);

  const first = useRef(true);
  useEffect(() => {
    if (first.current) first.current = false;
    else follower.current?.poke();
  }, [revision]);

  const again = useCallback(() => {
    setTimes((before) => before + 1);
  }, []);
  return { ...(answer.key === key ? answer.query : { is: 'loading' as const }), again };
}
