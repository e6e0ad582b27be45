import type { Dispose } from '#shared/domain/log.ts';
import type { MapChanges } from '#shared/ipc/watch-views.ts';
import { NO_CLUSTERS, type Box, type ClusterSet } from './cluster-grid.ts';
import type { FromClusterWorker, MapTotals, Members, ToClusterWorker } from './worker-frames.ts';

/** The part of a Worker that is used; tests pass one that answers at once. */
export interface WorkerPort {
  postMessage(frame: ToClusterWorker, transfer: Transferable[]): void;
  onmessage: ((event: MessageEvent<FromClusterWorker>) => unknown) | null;
  terminate(): void;
}

export interface Clusters {
  readonly newest: () => ClusterSet;
  /** Names the newest answer. */
  readonly serial: () => number;
  /** How long the worker took for it, ms. */
  readonly tookMs: () => number;
  readonly totals: () => MapTotals;
  /** Takes the changes over: their columns are empty afterwards. */
  apply(changes: MapChanges): void;
  /** Asks for the circles of a part of the world; while one answer is under way only the newest wish is kept. */
  look(worldSize: number, box: Box): void;
  choose(cells: Float64Array | null): void;
  members(serial: number, index: number): Promise<Members>;
  onChange(listener: () => void): Dispose;
  dispose(): void;
}

/** Circles that a worker computes. What is drawn is its newest answer, moved to where the map looks now. */
function createClusters(worker: WorkerPort): Clusters {
  let clusters = NO_CLUSTERS;
  let totals: MapTotals = { total: 0, unplaced: 0, countries: new Map() };
  const listeners = new Set<() => void>();
  const asked = new Map<number, (members: Members) => void>();
  let nextId = 1;
  let waiting = 0;
  let serial = 0;
  let tookMs = 0;
  let wish: { readonly worldSize: number; readonly box: Box } | null = null;

  const send = (frame: ToClusterWorker, transfer: Transferable[] = []) => {
    worker.postMessage(frame, transfer);
  };
  const changed = () => {
    for (const listener of listeners) listener();
  };
  const ask = () => {
    if (wish === null || waiting !== 0) return;
    nextId += 1;
    waiting = nextId;
    send({ is: 'view', id: waiting, ...wish });
    wish = null;
  };

  worker.onmessage = ({ data: frame }) => {
    switch (frame.is) {
      case 'clusters':
        ({ clusters, serial } = frame);
        tookMs = frame.ms;
        if (frame.id === waiting) waiting = 0;
        ask();
        changed();
        return;
      case 'totals':
        ({ totals } = frame);
        changed();
        return;
      case 'members':
        asked.get(frame.id)?.(frame.members);
        asked.delete(frame.id);
    }
  };

  return {
    newest: () => clusters,
    serial: () => serial,
    tookMs: () => tookMs,
    totals: () => totals,
    apply(changes) {
      const { keys, place, worst, gone, places } = changes;
      const columns = [keys, place, worst, gone, places.cell, places.latitude, places.longitude];
      send({ is: 'changes', changes }, [...new Set(columns.map(({ buffer }) => buffer as ArrayBuffer))]);
    },
    look(worldSize, box) {
      wish = { worldSize, box };
      ask();
    },
    choose(cells) {
      send({ is: 'choose', cells });
    },
    members(serial, index) {
      nextId += 1;
      const id = nextId;
      return new Promise((resolve) => {
        asked.set(id, resolve);
        send({ is: 'members', id, serial, index });
      });
    },
    onChange(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    dispose() {
      worker.terminate();
    },
  };
}

/** Starts the worker. */
export const startClusters = (): Clusters =>
  createClusters(new Worker(new URL('./cluster-worker.ts', import.meta.url), { type: 'module' }));
