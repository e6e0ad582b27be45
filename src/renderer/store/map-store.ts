import { create } from 'zustand';
import type { AccountId, ConnectionId } from '#shared/domain/ids.ts';
import type { TravelStop } from '#shared/ipc/watch-views.ts';
import { startClusters, type Clusters } from '../map/cluster-client.ts';
import { rememberLayout } from './settings-store.ts';

interface Traveller {
  readonly connection: ConnectionId;
  readonly id: AccountId;
  readonly name: string;
}

interface MapState {
  /** Whose way is drawn, if anybody's. */
  readonly traveller: Traveller | null;
  readonly stops: readonly TravelStop[];
  readonly total: number;
  /** Sessions without a place: they are in the table only. */
  readonly unplaced: number;
}
export const useMap = create<MapState>(() => ({ traveller: null, stops: [], total: 0, unplaced: 0 }));

let clusters: Clusters | null = null;
/** The worker that gathers sessions into circles; one for each window, started when a map is first shown. */
export function clustersOfWindow(): Clusters {
  if (clusters !== null) return clusters;
  const started = startClusters();
  started.onChange(() => {
    const { total, unplaced } = started.totals();
    const known = useMap.getState();
    if (known.total !== total || known.unplaced !== unplaced) useMap.setState({ total, unplaced });
  });
  clusters = started;
  return started;
}

export function showTravel(traveller: Traveller | null): void {
  useMap.setState({ traveller, stops: [] });
}

/** What a person switched on at the map, remembered. */
type MapSwitch = 'mapShading' | 'mapFollow';
export async function setMapSwitch(name: MapSwitch, on: boolean): Promise<void> {
  await rememberLayout(name, on ? 1 : 0);
}
