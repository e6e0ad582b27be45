import { useCallback, useEffect, useRef, useState } from 'react';
import type { Problem } from '#shared/domain/result.ts';
import type { RequestOf } from '#shared/ipc/contract.ts';
import type { EngineContract } from '#shared/ipc/engine-contract.ts';
import type { AuditRow } from '#shared/ipc/views.ts';
import { engine } from '../bridge/engine.ts';
import { ENGINE_AWAY, isAbort, problemOf } from '../bridge/problem-error.ts';
import { useApp } from './app-store.ts';
import { count } from '../format/words.ts';

export type AuditFilter = RequestOf<EngineContract['audit.page']>['filter'];

const PAGE = 200;

export interface Audit {
  /** Null before the first answer. */
  readonly rows: readonly AuditRow[] | null;
  readonly problem: Problem | null;
  /** Arrived since the first page was read, whatever the filter. */
  readonly fresh: number;
  readonly freshText: string;
  readonly again: () => void;
  /** Loads older rows; null when there are none. */
  readonly more: (() => void) | null;
}

/** Pages of events by cursor. New events are only counted: nothing moves under the eyes. */
export function useAudit(filter: AuditFilter): Audit {
  const generation = useApp((state) => state.generation);
  const key = JSON.stringify(filter);
  const [rows, setRows] = useState<readonly AuditRow[] | null>(null);
  const [next, setNext] = useState<string | null>(null);
  const [problem, setProblem] = useState<Problem | null>(null);
  const [asked, setAsked] = useState(0);
  const [fresh, setFresh] = useState(0);
  const loading = useRef<AbortController | null>(null);

  const load = useCallback(
    (cursor: string | null) => {
      loading.current?.abort();
      const abort = new AbortController();
      loading.current = abort;
      engine
        .call('audit.page', { filter: JSON.parse(key) as AuditFilter, cursor, limit: PAGE }, abort.signal)
        .then(
          (page) => {
            setRows((before) => (cursor === null || before === null ? page.rows : [...before, ...page.rows]));
            setNext(page.next);
            setProblem(null);
            if (cursor === null) setFresh(0);
          },
          (error: unknown) => {
            const problem = problemOf(error);
            if (!isAbort(error) && problem.code !== ENGINE_AWAY) setProblem(problem);
          },
        );
      return () => {
        abort.abort();
      };
    },
    [key],
  );

  useEffect(() => load(null), [load, generation, asked]);
  useEffect(
    () =>
      engine.onEvent(({ audit }) => {
        if (audit !== undefined) setFresh((before) => before + audit.count);
      }),
    [],
  );

  return {
    rows,
    problem,
    fresh,
    freshText: count(fresh),
    again: useCallback(() => {
      setAsked((before) => before + 1);
    }, []),
    more:
      next === null
        ? null
        : () => {
            load(next);
          },
  };
}
