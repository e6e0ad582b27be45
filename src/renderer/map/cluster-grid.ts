import type { PlaceColumns } from './point-set.ts';

export interface Box {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

/** Circles, by column. Positions and radii in pixels of a world as wide as `worldSize`; the largest first. */
export interface ClusterSet {
  readonly worldSize: number;
  readonly x: Float64Array;
  readonly y: Float64Array;
  readonly radius: Float64Array;
  readonly count: Uint32Array;
  /** Severity of the worst open detection in it. */
  readonly worst: Uint8Array;
  /** How many places it gathers, and the name of the one with most sessions. */
  readonly places: Uint32Array;
  readonly label: readonly string[];
  /** 1 where it holds a chosen place. */
  readonly chosen: Uint8Array;
}
export const NO_CLUSTERS: ClusterSet = {
  worldSize: 1,
  x: new Float64Array(),
  y: new Float64Array(),
  radius: new Float64Array(),
  count: new Uint32Array(),
  worst: new Uint8Array(),
  places: new Uint32Array(),
  label: [],
  chosen: new Uint8Array(),
};

/** Side of a cell of the grid, and the space kept between circles, in pixels. */
const CELL = 34;
const GAP = 3;

/** Grows with the logarithm of the count, so that 4 and 4,000 can both be read and neither hides its neighbours. */
function radiusOf(count: number): number {
  return count === 1 ? 6 : 9 + 2 * Math.log(count);
}

interface Growing {
  x: number;
  y: number;
  count: number;
  radius: number;
  worst: number;
  places: number;
  /** Slot of the place with most sessions. */
  first: number;
  firstCount: number;
  chosen: number;
  /** The circle that took this one in. */
  into: Growing | null;
}

export interface Clustered {
  readonly clusters: ClusterSet;
  /** Slots of the places that a circle gathers. */
  readonly members: (index: number) => readonly number[];
}

/**
 * Gathers places on a grid that is fixed to the world (so panning changes nothing), then joins circles that would
 * overlap, smaller into larger, until none do.
 * @param worldSize width of the whole world in pixels at this zoom
 * @param view what is on screen, in pixels of the world; places outside are left out
 * @param chosen cells of the chosen places
 */
export function clusterPlaces(
  places: PlaceColumns,
  worldSize: number,
  view: Box,
  chosen: ReadonlySet<number> | null,
): Clustered {
  const left = Math.floor(view.left / CELL);
  const top = Math.floor(view.top / CELL);
  const across = Math.max(1, Math.floor(view.right / CELL) - left + 1);
  const down = Math.max(1, Math.floor(view.bottom / CELL) - top + 1);
  const sums = gather(places, worldSize, view, { left, top, across, size: across * down }, chosen);
  const { found, indexes } = circlesOf(sums);
  const apart = separate(found);
  return {
    clusters: columnsOf(apart, worldSize, places),
    members: membersOf(apart, found, indexes, sums.cellOf),
  };
}

/** What lies in each cell of the grid, by column: half a million places are walked through without an object for any. */
interface CellSums {
  /** Sums of the positions, weighted with the counts. */
  readonly x: Float64Array;
  readonly y: Float64Array;
  readonly count: Uint32Array;
  readonly worst: Uint8Array;
  readonly places: Uint32Array;
  readonly first: Int32Array;
  readonly firstCount: Uint32Array;
  readonly chosen: Uint8Array;
  /** The cell that each place lies in; −1 for one that is out of view or empty. */
  readonly cellOf: Int32Array;
}

function gather(
  places: PlaceColumns,
  worldSize: number,
  view: Box,
  grid: { readonly left: number; readonly top: number; readonly across: number; readonly size: number },
  chosen: ReadonlySet<number> | null,
): CellSums {
  const { size, across } = grid;
  const sums: CellSums = {
    x: new Float64Array(size),
    y: new Float64Array(size),
    count: new Uint32Array(size),
    worst: new Uint8Array(size),
    places: new Uint32Array(size),
    first: new Int32Array(size),
    firstCount: new Uint32Array(size),
    chosen: new Uint8Array(size),
    cellOf: new Int32Array(places.length).fill(-1),
  };
  const { x: sumX, y: sumY, count: sumCount, worst: sumWorst, firstCount, cellOf } = sums;
  const { x: xs, y: ys, count: counts, worst, length } = places;
  for (let slot = 0; slot < length; slot += 1) {
    const count = counts[slot] ?? 0;
    if (count === 0) continue;
    const x = (xs[slot] ?? 0) * worldSize;
    const y = (ys[slot] ?? 0) * worldSize;
    if (x < view.left || x > view.right || y < view.top || y > view.bottom) continue;
    const cell = (Math.floor(y / CELL) - grid.top) * across + Math.floor(x / CELL) - grid.left;
    cellOf[slot] = cell;
    sumX[cell] = (sumX[cell] ?? 0) + x * count;
    sumY[cell] = (sumY[cell] ?? 0) + y * count;
    sumCount[cell] = (sumCount[cell] ?? 0) + count;
    sums.places[cell] = (sums.places[cell] ?? 0) + 1;
    const level = worst[slot] ?? 0;
    if (level > (sumWorst[cell] ?? 0)) sumWorst[cell] = level;
    if (count > (firstCount[cell] ?? 0)) {
      sums.first[cell] = slot;
      firstCount[cell] = count;
    }
    if (chosen?.has(places.cell[slot] ?? 0) === true) sums.chosen[cell] = 1;
  }
  return sums;
}

/** A circle for each cell that holds something, and where it stands among them. */
function circlesOf(sums: CellSums): { readonly found: readonly Growing[]; readonly indexes: Int32Array } {
  const found: Growing[] = [];
  const indexes = new Int32Array(sums.count.length).fill(-1);
  for (let cell = 0; cell < sums.count.length; cell += 1) {
    const count = sums.count[cell] ?? 0;
    if (count === 0) continue;
    indexes[cell] = found.length;
    found.push({
      x: (sums.x[cell] ?? 0) / count,
      y: (sums.y[cell] ?? 0) / count,
      count,
      radius: radiusOf(count),
      worst: sums.worst[cell] ?? 0,
      places: sums.places[cell] ?? 0,
      first: sums.first[cell] ?? 0,
      firstCount: sums.firstCount[cell] ?? 0,
      chosen: sums.chosen[cell] ?? 0,
      into: null,
    });
  }
  return { found, indexes };
}

function join(into: Growing, other: Growing): void {
  const count = into.count + other.count;
  into.x = (into.x * into.count + other.x * other.count) / count;
  into.y = (into.y * into.count + other.y * other.count) / count;
  into.count = count;
  into.radius = radiusOf(count);
  into.worst = Math.max(into.worst, other.worst);
  into.places += other.places;
  into.chosen |= other.chosen;
  if (other.firstCount > into.firstCount) {
    into.first = other.first;
    into.firstCount = other.firstCount;
  }
  other.into = into;
}

/** Joins overlapping circles. Each pass joins at least one pair or is the last, so it ends. */
function separate(found: readonly Growing[]): readonly Growing[] {
  let clusters = [...found];
  const widest = radiusOf(found.reduce((sum, { count }) => sum + count, 2));
  for (;;) {
    clusters.sort((a, b) => b.count - a.count || a.x - b.x || a.y - b.y);
    // No circle can become larger than that of all together, so only the neighbouring squares can hold one that overlaps.
    const reach = 2 * widest + GAP + 1;
    const squares = new Map<number, Growing[]>();
    const apart: Growing[] = [];
    for (const cluster of clusters) {
      const column = Math.floor(cluster.x / reach);
      const row = Math.floor(cluster.y / reach);
      const near = overlapping(squares, column, row, cluster);
      if (near !== null) {
        join(near, cluster);
        continue;
      }
      apart.push(cluster);
      const key = row * 1_000_003 + column;
      const square = squares.get(key);
      if (square === undefined) squares.set(key, [cluster]);
      else square.push(cluster);
    }
    if (apart.length === clusters.length) return apart;
    clusters = apart;
  }
}

function overlapping(
  squares: ReadonlyMap<number, readonly Growing[]>,
  column: number,
  row: number,
  cluster: Growing,
): Growing | null {
  for (let down = -1; down <= 1; down += 1) {
    for (let across = -1; across <= 1; across += 1) {
      for (const other of squares.get((row + down) * 1_000_003 + column + across) ?? []) {
        const reach = other.radius + cluster.radius + GAP;
        const dx = other.x - cluster.x;
        const dy = other.y - cluster.y;
        if (dx * dx + dy * dy < reach * reach) return other;
      }
    }
  }
  return null;
}

function columnsOf(clusters: readonly Growing[], worldSize: number, places: PlaceColumns): ClusterSet {
  return {
    worldSize,
    x: Float64Array.from(clusters, ({ x }) => x),
    y: Float64Array.from(clusters, ({ y }) => y),
    radius: Float64Array.from(clusters, ({ radius }) => radius),
    count: Uint32Array.from(clusters, ({ count }) => count),
    worst: Uint8Array.from(clusters, ({ worst }) => worst),
    places: Uint32Array.from(clusters, (cluster) => cluster.places),
    label: clusters.map(({ first }) => places.label[first] ?? ''),
    chosen: Uint8Array.from(clusters, ({ chosen }) => chosen),
  };
}

const membersOf =
  (apart: readonly Growing[], found: readonly Growing[], indexes: Int32Array, cellOf: Int32Array) =>
  (index: number): readonly number[] => {
    const wanted = apart[index];
    if (wanted === undefined) return [];
    const within = found.map((cluster) => {
      let end = cluster;
      while (end.into !== null) end = end.into;
      return end === wanted;
    });
    const slots: number[] = [];
    cellOf.forEach((cell, slot) => {
      if (cell >= 0 && within[indexes[cell] ?? -1] === true) slots.push(slot);
    });
    return slots;
  };

/** What a cluster is called: its largest place, and how many others. */
export function clusterLabel(clusters: ClusterSet, index: number): string {
  const first = clusters.label[index] ?? '';
  const name = first === '' ? 'a place without a name' : first;
  const others = (clusters.places[index] ?? 1) - 1;
  if (others === 0) return name;
  return `${name} and ${String(others)} ${others === 1 ? 'other place' : 'other places'}`;
}
