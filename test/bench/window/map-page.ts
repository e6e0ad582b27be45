import 'leaflet/dist/leaflet.css';
import { placeCell } from '#shared/domain/place-cell.ts';
import type { MapChanges } from '#shared/ipc/watch-views.ts';
import { startClusters } from '#renderer/map/cluster-client.ts';
import { ClusterLayer } from '#renderer/map/cluster-layer.ts';
import { coloursOf } from '#renderer/map/map-colours.ts';
import { unitX, unitY } from '#renderer/map/mercator.ts';
import { lookAround } from '#renderer/map/look-around.ts';
import { createWorldView } from '#renderer/map/world-view.ts';
import { percentile, median, seeded } from '../parts/report.ts';
import { BareOverlay } from './bare-overlay.ts';
import { framesDuring } from './frames.ts';
import { scatter } from './scatter.ts';

/** What the page found; frame times and blocks of the main thread in ms. */
export interface MapFound {
  readonly product: number;
  readonly ceiling: number;
  readonly panning: number;
  readonly barePanning: number;
  readonly changing: number;
  readonly bareChanging: number;
  readonly blocked: number;
  readonly circles: number;
}

const ROUNDS = 15;
const FRAMES_MS = 3_000;
const CHANGES_A_SECOND = 1_000;

function changesOf(points: ReturnType<typeof scatter>, which: readonly number[] | null): MapChanges {
  const indexes = which ?? Array.from(points.latitude.keys());
  return {
    whole: which === null,
    revision: 1,
    keys: Uint32Array.from(indexes),
    place: Uint32Array.from(indexes.keys()),
    worst: Uint8Array.from(indexes, (index) => (index % 997 === 0 ? 1 + (index % 4) : 0)),
    gone: new Uint32Array(),
    places: {
      cell: Float64Array.from(indexes, (index) =>
        placeCell(points.latitude[index] ?? 0, points.longitude[index] ?? 0),
      ),
      latitude: Float64Array.from(indexes, (index) => points.latitude[index] ?? 0),
      longitude: Float64Array.from(indexes, (index) => points.longitude[index] ?? 0),
      label: indexes.map(() => 'Somewhere, XX'),
      country: indexes.map(() => 'XX'),
    },
  };
}

async function measure(count: number): Promise<MapFound> {
  const points = scatter(count);
  const holder = document.createElement('div');
  holder.style.cssText = 'position:fixed;inset:0';
  document.body.append(holder);
  const { map } = createWorldView(holder, '30,10,3', () => undefined);
  const clusters = startClusters();
  let painted: () => void = () => undefined;
  let answered = false;
  const look = lookAround(clusters);
  const layer = new ClusterLayer(coloursOf('dark').clusters, (frame) => {
    if (answered) painted();
    answered = false;
    look(frame);
  });
  layer.addTo(map);
  clusters.onChange(() => {
    answered = true;
    layer.show(clusters.newest());
  });
  const redrawn = () =>
    new Promise<void>((resolve) => {
      painted = resolve;
    });
  clusters.apply(changesOf(points, null));
  await redrawn();
  const bare = new BareOverlay(
    Float64Array.from(points.longitude, unitX),
    Float64Array.from(points.latitude, unitY),
  );
  const product: number[] = [];
  const ceiling: number[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    // What the redraw costs: gathering in the worker and painting here, against painting every point here.
    const done = redrawn();
    map.setZoom(round % 2 === 0 ? 3.4 : 3, { animate: false });
    await done;
    const began = performance.now();
    map.fire('viewreset');
    product.push(clusters.tookMs() + performance.now() - began);
    layer.remove();
    bare.addTo(map);
    const bareBegan = performance.now();
    map.fire('viewreset');
    ceiling.push(performance.now() - bareBegan);
    bare.remove();
    layer.addTo(map);
  }
  let blocked = 0;
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) blocked = Math.max(blocked, entry.duration);
  }).observe({ type: 'longtask' });
  const pan = (elapsed: number): void => {
    map.panBy([Math.round(Math.sin(elapsed / 400) * 14), Math.round(Math.cos(elapsed / 300) * 6)], {
      animate: false,
    });
  };
  const panning = await framesDuring(FRAMES_MS, pan);
  const random = seeded(7);
  let sent = 0;
  const changing = await framesDuring(FRAMES_MS, (elapsed) => {
    // As the window does: gathered, four times a second.
    if (elapsed < sent * 250) return;
    sent += 1;
    const moved = Array.from({ length: CHANGES_A_SECOND / 4 }, () => Math.floor(random() * count));
    clusters.apply(changesOf(points, moved));
  });
  const blockedByProduct = blocked;
  layer.remove();
  bare.addTo(map);
  const barePanning = await framesDuring(FRAMES_MS, pan);
  let told = 0;
  const bareChanging = await framesDuring(FRAMES_MS, (elapsed) => {
    if (elapsed < told * 250) return;
    told += 1;
    bare.redraw();
  });
  const found: MapFound = {
    product: median(product),
    ceiling: median(ceiling),
    panning: percentile(panning, 0.95),
    barePanning: percentile(barePanning, 0.95),
    changing: percentile(changing, 0.95),
    bareChanging: percentile(bareChanging, 0.95),
    blocked: blockedByProduct,
    circles: clusters.newest().count.length,
  };
  clusters.dispose();
  map.remove();
  holder.remove();
  return found;
}

Object.assign(globalThis, { measureMap: measure });
