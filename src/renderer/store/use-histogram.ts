import { useEffect, useState } from 'react';
import type { Problem } from '#shared/domain/result.ts';
import type { ReplyOf, RequestOf } from '#shared/ipc/contract.ts';
import type { EngineContract } from '#shared/ipc/engine-contract.ts';
import type { Coverage } from '#shared/ipc/query-contract.ts';
import { engine } from '../bridge/engine.ts';
import { ENGINE_AWAY, isAbort, problemOf } from '../bridge/problem-error.ts';
import { useApp } from './app-store.ts';

type Request = Omit<RequestOf<EngineContract['query.histogram']>, 'resume'>;

export interface Histogram {
  readonly counts: readonly number[];
  /** Everything at or after this instant is counted. */
  readonly countedFrom: number;
  readonly done: boolean;
  readonly coverage: readonly Coverage[];
  readonly problem: Problem | null;
  /** Of which question, as JSON. */
  readonly key: string;
}

/**
 * Bars of a search that fill from the newest on; null asks nothing. What was counted stays until the first new answer, and
 * where the same is asked again, because `again` is another, until all of it is counted.
 */
export function useHistogram(request: Request | null, again: unknown = null): Histogram | null {
  const generation = useApp((state) => state.generation);
  const [held, setHeld] = useState<Histogram | null>(null);
  const key = JSON.stringify(request);
  useEffect(() => {
    const asked = JSON.parse(key) as Request | null;
    if (asked === null) return undefined;
    const abort = new AbortController();
    const ask = async (): Promise<void> => {
      const counts = Array.from({ length: asked.steps }, () => 0);
      let resume: string | null = null;
      do {
        const part: ReplyOf<EngineContract['query.histogram']> = await engine.call(
          'query.histogram',
          { ...asked, resume },
          abort.signal,
        );
        for (const [index, value] of part.counts.entries()) counts[index] = (counts[index] ?? 0) + value;
        resume = part.resume;
        const done = resume === null;
        const { countedFrom, coverage } = part;
        setHeld((before) =>
          !done && before?.key === key && before.done
            ? before
            : { counts: [...counts], countedFrom, done, coverage, problem: null, key },
        );
      } while (resume !== null);
    };
    ask().catch((error: unknown) => {
      const problem = problemOf(error);
      // Without an engine the shell's banner speaks; it is asked again over the next port.
      if (isAbort(error) || problem.code === ENGINE_AWAY) return;
      setHeld((before) => ({
        counts: before?.counts ?? [],
        countedFrom: before?.countedFrom ?? 0,
        coverage: before?.coverage ?? [],
        done: true,
        problem,
        key,
      }));
    });
    return () => {
      abort.abort();
    };
  }, [key, generation, again]);
  return held;
}
