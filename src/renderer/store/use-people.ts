import { useCallback, useEffect, useState } from 'react';
import type { RequestOf } from '#shared/ipc/contract.ts';
import type { EngineContract } from '#shared/ipc/engine-contract.ts';
import type { PersonRow } from '#shared/ipc/people-views.ts';
import { engine } from '../bridge/engine.ts';
import { isAbort, problemOf } from '../bridge/problem-error.ts';
import type { Problem } from '#shared/domain/result.ts';
import { useApp } from './app-store.ts';
import { useEngineQuery, type Query } from './use-engine-query.ts';

type Request = Omit<RequestOf<EngineContract['people.page']>, 'cursor' | 'limit'>;
type First = Query<{
  readonly rows: readonly PersonRow[];
  readonly total: number | null;
  readonly next: string | null;
}>;

const PAGE = 100;
const EVERY_MS = 3_000;

export interface People {
  readonly first: First & { readonly again: () => void };
  readonly rows: readonly PersonRow[];
  /** Reads the next page; null when there is none. */
  readonly more: (() => void) | null;
  readonly problem: Problem | null;
}

/** The first page follows what happens; further pages stay as they were read until the question changes. */
export function usePeople(request: Request): People {
  const revision = useApp((state) => state.revision);
  const key = JSON.stringify(request);
  const [further, setFurther] = useState<{
    readonly key: string;
    readonly rows: readonly PersonRow[];
    readonly next: string | null;
  } | null>(null);
  const [problem, setProblem] = useState<Problem | null>(null);
  const held = further?.key === key ? further : null;
  const first = useEngineQuery(
    'people.page',
    { ...request, limit: PAGE },
    { revision: held === null ? revision : 0, everyMs: EVERY_MS },
  );
  const page = first.is === 'ready' ? first.value : null;
  const next = held === null ? (page?.next ?? null) : held.next;
  const [asking, setAsking] = useState<string | null>(null);
  useEffect(() => {
    if (asking === null) return undefined;
    const abort = new AbortController();
    const asked = JSON.parse(key) as Request;
    engine.call('people.page', { ...asked, limit: PAGE, cursor: asking }, abort.signal).then(
      (answer) => {
        setFurther((before) => ({
          key,
          rows: [...(before?.key === key ? before.rows : []), ...answer.rows],
          next: answer.next,
        }));
        setProblem(null);
        setAsking(null);
      },
      (error: unknown) => {
        if (isAbort(error)) return;
        setProblem(problemOf(error));
        setAsking(null);
      },
    );
    return () => {
      abort.abort();
    };
  }, [asking, key]);
  const more = useCallback(() => {
    setAsking(next);
  }, [next]);
  return {
    first,
    rows: [...(page?.rows ?? []), ...(held?.rows ?? [])],
    more: next === null ? null : more,
    problem,
  };
}
