import type { Problem } from '#shared/domain/result.ts';
import type { RequestOf } from '#shared/ipc/contract.ts';
import type { EngineContract } from '#shared/ipc/engine-contract.ts';
import type { PeoplePage, PersonRow } from '#shared/ipc/people-views.ts';
import { useApp } from './app-store.ts';
import { useEngineQuery, type Query } from './use-engine-query.ts';
import { useFurtherPages } from './use-pages.ts';

type Request = Omit<RequestOf<EngineContract['people.page']>, 'cursor' | 'limit'>;

const PAGE = 100;
const EVERY_MS = 3_000;

export interface People {
  readonly first: Query<PeoplePage> & { readonly again: () => void };
  readonly rows: readonly PersonRow[];
  /** Reads the next page; null when there is none. */
  readonly more: (() => void) | null;
  readonly problem: Problem | null;
}

/** The first page follows what happens, until further pages are read: then the list stands still. */
export function usePeople(request: Request): People {
  const revision = useApp((state) => state.revision);
  const asked = { ...request, limit: PAGE };
  const first = useEngineQuery('people.page', asked, { revision, everyMs: EVERY_MS });
  const page = first.is === 'ready' ? first.value : null;
  const further = useFurtherPages('people.page', asked, page?.next ?? null);
  return {
    first,
    rows: [...(page?.rows ?? []), ...further.rows],
    more: further.more,
    problem: further.problem,
  };
}
