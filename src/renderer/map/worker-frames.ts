import type { MapChanges } from '#shared/ipc/watch-views.ts';
import type { Box, ClusterSet } from './cluster-grid.ts';

/** From the window to the worker that gathers sessions into circles. Both sides are this program's own code. */
export type ToClusterWorker =
  | { readonly is: 'changes'; readonly changes: MapChanges }
  | {
      readonly is: 'view';
      readonly id: number;
      readonly worldSize: number;
      readonly box: Box;
    }
  | { readonly is: 'choose'; readonly cells: Float64Array | null }
  /** Which places a circle of the answer with this serial number gathers. */
  | { readonly is: 'members'; readonly id: number; readonly serial: number; readonly index: number };

/** How many there are; by country as pairs, because only the shading needs them. */
export interface MapTotals {
  readonly total: number;
  readonly unplaced: number;
  readonly countries: ReadonlyMap<string, number>;
}
export interface Members {
  readonly cells: Float64Array;
  readonly south: number;
  readonly west: number;
  readonly north: number;
  readonly east: number;
}
export type FromClusterWorker =
  | {
      readonly is: 'clusters';
      readonly id: number;
      readonly serial: number;
      readonly clusters: ClusterSet;
      /** How long gathering took. */
      readonly ms: number;
    }
  | { readonly is: 'totals'; readonly totals: MapTotals }
  | { readonly is: 'members'; readonly id: number; readonly members: Members };
