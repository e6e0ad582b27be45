import { create } from 'zustand';
import type { ConnectionId } from '#shared/domain/ids.ts';

export type Which = 'live' | 'all';
export type Only = '' | 'several-environments' | 'several-countries' | 'privileged';
export type PeopleSort = 'live' | 'lastSeenAt' | 'name' | 'countries' | 'risk';

/** What the list of people shows; it stays while other views are open. */
export const usePeopleFilter = create<{
  readonly text: string;
  readonly connection: ConnectionId | null;
  readonly which: Which;
  readonly only: Only;
  readonly sort: PeopleSort;
}>(() => ({ text: '', connection: null, which: 'live', only: '', sort: 'live' }));
