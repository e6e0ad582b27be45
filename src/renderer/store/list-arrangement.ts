import { create, type StoreApi, type UseBoundStore } from 'zustand';
import type { SessionSort } from '#shared/ipc/engine-contract.ts';
import type { Grouping } from '#shared/ipc/session-groupings.ts';

/** How a list of sessions is laid out, whatever it is narrowed to. */
export interface Arrangement {
  readonly by: SessionSort;
  readonly descending: boolean;
  readonly group: Grouping | null;
}
const USUAL_ARRANGEMENT: Arrangement = { by: 'lastSeenAt', descending: true, group: null };
export type ArrangementStore = UseBoundStore<StoreApi<Arrangement>>;
export const useWatchArrangement: ArrangementStore = create<Arrangement>(() => USUAL_ARRANGEMENT);
export const useSessionsArrangement: ArrangementStore = create<Arrangement>(() => USUAL_ARRANGEMENT);
