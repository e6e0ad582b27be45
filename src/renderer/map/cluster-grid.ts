import type { PlaceCount } from './places.ts';

/** Places drawn as one circle. Positions and radius in pixels of the world at the zoom asked for. */
export interface Cluster {
  readonly x: number;
  readonly y: number;
  readonly count: number;
  readonly radius: number;
  readonly places: readonly PlaceCount[];
}

export interface Box {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

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
  places: PlaceCount[];
}

/**
 * Gathers places on a grid that is fixed to the world (so panning changes nothing), then joins circles that would
 * overlap, smaller into larger, until none do.
 * @param worldSize width of the whole world in pixels at this zoom
 * @param view what is on screen, in pixels of the world; places outside are left out
 */
export function clusterPlaces(
  places: readonly PlaceCount[],
  worldSize: number,
  view: Box,
): readonly Cluster[] {
  const cells = new Map<number, Growing>();
  for (const place of places) {
    const x = place.x * worldSize;
    const y = place.y * worldSize;
    if (x < view.left || x > view.right || y < view.top || y > view.bottom) continue;
    const key = Math.floor(x / CELL) * 4_000_003 + Math.floor(y / CELL);
    const cell = cells.get(key);
    if (cell === undefined) {
      cells.set(key, { x, y, count: place.count, radius: radiusOf(place.count), places: [place] });
    } else {
      join(cell, { x, y, count: place.count, radius: 0, places: [place] });
    }
  }
  return separate([...cells.values()]);
}

function join(into: Growing, other: Growing): void {
  const count = into.count + other.count;
  into.x = (into.x * into.count + other.x * other.count) / count;
  into.y = (into.y * into.count + other.y * other.count) / count;
  into.count = count;
  into.radius = radiusOf(count);
  into.places.push(...other.places);
}

/** Joins overlapping circles. Each pass joins at least one pair or is the last, so it ends. */
function separate(found: Growing[]): readonly Cluster[] {
  let clusters = found;
  for (;;) {
    clusters.sort((a, b) => b.count - a.count || a.x - b.x || a.y - b.y);
    const apart: Growing[] = [];
    for (const cluster of clusters) {
      const near = apart.find((other) => {
        const reach = other.radius + cluster.radius + GAP;
        const dx = other.x - cluster.x;
        const dy = other.y - cluster.y;
        return dx * dx + dy * dy < reach * reach;
      });
      if (near === undefined) apart.push(cluster);
      else join(near, cluster);
    }
    if (apart.length === clusters.length) return apart;
    clusters = apart;
  }
}

/** What a cluster is called: its largest place, and how many others. */
export function clusterLabel(cluster: Pick<Cluster, 'places'>): string {
  const [largest, ...others] = [...cluster.places].sort((a, b) => b.count - a.count);
  const name = largest === undefined || largest.label === '' ? 'a place without a name' : largest.label;
  if (others.length === 0) return name;
  return `${name} and ${String(others.length)} ${others.length === 1 ? 'other place' : 'other places'}`;
}
