import 'leaflet/dist/leaflet.css';
import { placeCell } from '#shared/domain/place-cell.ts';
import type { MapChanges } from '#shared/ipc/watch-views.ts';
import { CanvasLayer, type Frame } from '#renderer/map/canvas-layer.ts';
import { startClusters } from '#renderer/map/cluster-client.ts';
import { ClusterLayer } from '#renderer/map/cluster-layer.ts';
import { coloursOf } from '#renderer/map/map-colours.ts';
import { unitX, unitY } from '#renderer/map/mercator.ts';
import { lookAround } from '#renderer/map/look-around.ts';
import { createWorldView } from '#renderer/map/world-view.ts';
import { percentile, median, seeded } from '../parts/report.ts';

/** What the page found; frame times and blocks of the main thread in ms. */
export interface MapFound {
  readonly product: number;
  readonly ceiling: number;
  readonly panning: number;
  readonly changing: number;
  readonly blocked: number;
  readonly circles: number;
}

const ROUNDS = 15;
const FRAMES_MS = 3_000;
const CHANGES_A_SECOND = 1_000;

/** The plainest overlay there is: every point as four pixels by four, written straight into the picture. */
class BareOverlay extends CanvasLayer {
  protected readonly pane = 'overlayPane';
  readonly #x: Float64Array;
  readonly #y: Float64Array;
  #image: ImageData | null = null;
  constructor(x: Float64Array, y: Float64Array) {
    super();
    this.#x = x;
    this.#y = y;
  }
  protected paint(context: CanvasRenderingContext2D, frame: Frame): void {
    const { width, height } = context.canvas;
    if (this.#image?.width !== width || this.#image.height !== height) {
      this.#image = context.createImageData(width, height);
    }
    const pixels = new Uint32Array(this.#image.data.buffer).fill(0);
    for (let index = 0; index < this.#x.length; index += 1) {
      const left = Math.trunc((this.#x[index] ?? 0) * frame.worldSize - frame.left) - 2;
      const top = Math.trunc((this.#y[index] ?? 0) * frame.worldSize - frame.top) - 2;
      if (left < 0 || top < 0 || left > width - 4 || top > height - 4) continue;
      for (let row = 0, at = top * width + left; row < 4; row += 1, at += width) {
        pixels.fill(0xff_d0_c2_4c, at, at + 4);
      }
    }
    context.putImageData(this.#image, 0, 0);
  }
}

const nextFrame = (): Promise<number> => new Promise((resolve) => requestAnimationFrame(resolve));

/** Points around 300 centres, as sessions lie around cities; each at a place of its own, the worst case. */
function scatter(count: number): { readonly latitude: Float64Array; readonly longitude: Float64Array } {
  const random = seeded(42);
  const centres = Array.from({ length: 300 }, () => [random() * 110 - 45, random() * 320 - 160] as const);
  const latitude = new Float64Array(count);
  const longitude = new Float64Array(count);
  for (let index = 0; index < count; index += 1) {
    const [north, east] = centres[Math.floor(random() * random() * 300)] ?? [0, 0];
    latitude[index] = Math.max(-80, Math.min(80, north + (random() + random() - 1) * 4));
    longitude[index] = east + (random() + random() - 1) * 4;
  }
  return { latitude, longitude };
}

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

/** Times between frames while something goes on. */
async function framesDuring(work: (elapsedMs: number) => void): Promise<number[]> {
  const times: number[] = [];
  const start = performance.now();
  let last = await nextFrame();
  while (performance.now() - start < FRAMES_MS) {
    work(performance.now() - start);
    const now = await nextFrame();
    times.push(now - last);
    last = now;
  }
  return times;
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
  const panning = await framesDuring((elapsed) => {
    map.panBy([Math.round(Math.sin(elapsed / 400) * 14), Math.round(Math.cos(elapsed / 300) * 6)], {
      animate: false,
    });
  });
  const random = seeded(7);
  let sent = 0;
  const changing = await framesDuring((elapsed) => {
    // As the window does: gathered, four times a second.
    if (elapsed < sent * 250) return;
    sent += 1;
    const moved = Array.from({ length: CHANGES_A_SECOND / 4 }, () => Math.floor(random() * count));
    clusters.apply(changesOf(points, moved));
  });
  const found: MapFound = {
    product: median(product),
    ceiling: median(ceiling),
    panning: percentile(panning, 0.95),
    changing: percentile(changing, 0.95),
    blocked,
    circles: clusters.newest().count.length,
  };
  clusters.dispose();
  map.remove();
  holder.remove();
  return found;
}

Object.assign(globalThis, { measureMap: measure });
