import { useCallback, useEffect, useState } from 'react';
import type { Problem } from '#shared/domain/result.ts';
import type { RequestOf } from '#shared/ipc/contract.ts';
import type { EngineContract } from '#shared/ipc/engine-contract.ts';
import type { Coverage } from '#shared/ipc/query-contract.ts';
import type { AuditRow } from '#shared/ipc/views.ts';
import { engine } from '../bridge/engine.ts';
import { useEngineQuery } from './use-engine-query.ts';
import { useFurtherPages } from './use-pages.ts';

const PAGE = 200;

export interface Audit {
  /** Null before the first answer. */
  readonly rows: readonly AuditRow[] | null;
  readonly coverage: readonly Coverage[];
  readonly problem: Problem | null;
  /** Arrived since the first page was read, whatever the search. */
  readonly fresh: number;
  readonly again: () => void;
  /** Loads older rows; null when there are none, or they are being read. */
  readonly more: (() => void) | null;
}

/** Pages of events by cursor; null asks nothing. New events are only counted: nothing moves under the eyes. */
export function useAudit(
  search: Omit<RequestOf<EngineContract['query.audit']>, 'cursor' | 'limit'> | null,
): Audit {
  const request = { ...search, limit: PAGE };
  const first = useEngineQuery('query.audit', search === null ? null : request);
  const page = first.is === 'ready' ? first.value : null;
  const further = useFurtherPages('query.audit', request, page?.next ?? null);
  const [fresh, setFresh] = useState<{ readonly page: typeof page; readonly count: number }>({
    page,
    count: 0,
  });
  useEffect(
    () =>
      engine.onEvent(({ audit }) => {
        if (audit !== undefined) setFresh((before) => ({ ...before, count: before.count + audit.count }));
      }),
    [],
  );
  if (fresh.page !== page) setFresh({ page, count: 0 });
  const { again } = first;
  return {
    rows: page === null ? null : [...page.rows, ...further.rows],
    coverage: page?.coverage ?? [],
    problem:
      first.is === 'failed'
        ? first.problem
        : (further.problem ?? (first.is === 'ready' ? first.problem : null)),
    fresh: fresh.count,
    again: useCallback(() => {
      again();
    }, [again]),
    more: further.more,
  };
}
