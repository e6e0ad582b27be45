import { clusterPlaces, type Box, type Clustered } from './cluster-grid.ts';
import { unitLatitude } from './mercator.ts';
import { countCountries, PointSet } from './point-set.ts';
import type { FromClusterWorker, Members, ToClusterWorker } from './worker-frames.ts';

// Entry of the map's worker: counting half a million sessions must not hold up a frame of the window.

const points = new PointSet();
let chosen: ReadonlySet<number> | null = null;
let view: { readonly worldSize: number; readonly box: Box } | null = null;
/** The newest answers: a click may be about the one that was on screen just before. */
const answers = new Map<number, Clustered>();
const KEPT_ANSWERS = 8;
let serial = 0;

const post = (frame: FromClusterWorker, transfer: Transferable[] = []): void => {
  self.postMessage(frame, { transfer });
};

function answer(id: number): void {
  if (view === null) return;
  const started = performance.now();
  const answer = clusterPlaces(points.places(), view.worldSize, view.box, chosen);
  serial += 1;
  answers.set(serial, answer);
  answers.delete(serial - KEPT_ANSWERS);
  post({ is: 'clusters', id, serial, clusters: answer.clusters, ms: performance.now() - started });
}

function membersOf(serial: number, index: number): Members {
  const places = points.places();
  const slots = answers.get(serial)?.members(index) ?? [];
  const latitudes = slots.map((slot) => unitLatitude(places.y[slot] ?? 0));
  const longitudes = slots.map((slot) => (places.x[slot] ?? 0) * 360 - 180);
  return {
    cells: Float64Array.from(slots, (slot) => places.cell[slot] ?? 0),
    south: latitudes.reduce((least, one) => Math.min(least, one), 90),
    north: latitudes.reduce((most, one) => Math.max(most, one), -90),
    west: longitudes.reduce((least, one) => Math.min(least, one), 180),
    east: longitudes.reduce((most, one) => Math.max(most, one), -180),
  };
}

self.addEventListener('message', (event: MessageEvent<ToClusterWorker>) => {
  const frame = event.data;
  switch (frame.is) {
    case 'changes': {
      points.apply(frame.changes);
      const countries = countCountries(points.places());
      post({ is: 'totals', totals: { total: points.total, unplaced: points.unplaced, countries } });
      // Nobody asked for these circles: 0.
      answer(0);
      return;
    }
    case 'choose':
      chosen = frame.cells === null ? null : new Set(frame.cells);
      answer(0);
      return;
    case 'view':
      view = { worldSize: frame.worldSize, box: frame.box };
      answer(frame.id);
      return;
    case 'members':
      post({ is: 'members', id: frame.id, members: membersOf(frame.serial, frame.index) });
  }
});
