import fc from 'fast-check';
import { expect, test } from 'vitest';
import { clusterLabel, clusterPlaces, type Cluster } from '#renderer/map/cluster-grid.ts';
import { countPlaces, unitX, unitY, type PlaceCount } from '#renderer/map/places.ts';
import { nearest } from '#renderer/map/cluster-buttons.ts';
import type { MapPoints } from '#shared/ipc/views.ts';

const WORLD = 1_024;
const EVERYWHERE = { left: 0, top: 0, right: WORLD, bottom: WORLD };

const place = (x: number, y: number, count: number, label = 'somewhere'): PlaceCount => ({
  key: `${String(x)},${String(y)}`,
  label,
  x,
  y,
  count,
});

const places = fc.array(
  fc.record({
    x: fc.double({ min: 0, max: 1, noNaN: true }),
    y: fc.double({ min: 0, max: 1, noNaN: true }),
    count: fc.integer({ min: 1, max: 5_000 }),
  }),
  { maxLength: 120 },
);

const overlapping = (clusters: readonly Cluster[]): number =>
  clusters.filter((one, index) =>
    clusters
      .slice(index + 1)
      .some((other) => Math.hypot(one.x - other.x, one.y - other.y) < one.radius + other.radius),
  ).length;

test('no circles overlap and no session is lost or doubled, whatever the places', () => {
  fc.assert(
    fc.property(places, (found) => {
      const given = found.map(({ x, y, count }) => place(x, y, count));
      const clusters = clusterPlaces(given, WORLD, EVERYWHERE);
      const total = (list: readonly { readonly count: number }[]) =>
        list.reduce((sum, { count }) => sum + count, 0);
      expect(total(clusters)).toBe(total(given));
      expect(total(clusters.flatMap((cluster) => cluster.places))).toBe(total(given));
      expect(overlapping(clusters)).toBe(0);
    }),
    { numRuns: 300 },
  );
});

test('panning does not regroup what stays in sight', () => {
  const given = [place(0.5, 0.5, 10), place(0.505, 0.5, 4), place(0.7, 0.3, 2)];
  const here = clusterPlaces(given, WORLD, { left: 300, top: 100, right: 900, bottom: 900 });
  const there = clusterPlaces(given, WORLD, { left: 313, top: 117, right: 913, bottom: 917 });
  expect(there).toEqual(here);
  expect(here.map(({ count }) => count)).toEqual([14, 2]);
});

test('zooming in takes a cluster apart', () => {
  const given = [place(0.5, 0.5, 10), place(0.51, 0.5, 4)];
  expect(clusterPlaces(given, WORLD, EVERYWHERE)).toHaveLength(1);
  const near = WORLD * 16;
  expect(clusterPlaces(given, near, { left: 0, top: 0, right: near, bottom: near })).toHaveLength(2);
});

test('a cluster is called after its largest place', () => {
  expect(clusterLabel({ places: [place(0, 0, 3, 'Berlin, DE')] })).toBe('Berlin, DE');
  expect(clusterLabel({ places: [place(0, 0, 3, 'Berlin, DE'), place(0, 1, 9, 'Paris, FR')] })).toBe(
    'Paris, FR and 1 other place',
  );
  expect(clusterLabel({ places: [place(0, 0, 1, '')] })).toBe('a place without a name');
});

test('sessions with equal coordinates are one place with their count', () => {
  const points = {
    connections: [],
    connection: new Uint16Array(3),
    ids: [],
    latitude: Float32Array.from([52.52, 52.52, -33.87]),
    longitude: Float32Array.from([13.4, 13.4, 151.2]),
    place: ['Berlin, DE', 'Berlin, DE', 'Sydney, AU'],
    unplaced: 0,
  } satisfies MapPoints;
  expect(countPlaces(points).map(({ label, count }) => [label, count])).toEqual([
    ['Berlin, DE', 2],
    ['Sydney, AU', 1],
  ]);
});

test('the projection is that of web maps', () => {
  expect([unitX(-180), unitX(0), unitX(180)]).toEqual([0, 0.5, 1]);
  expect(unitY(0)).toBeCloseTo(0.5, 12);
  // EPSG:3857: 85.0511287798° is the edge of the square; 60° N has the northing 8,399,737.889818 m of 20,037,508.342789 m.
  expect(unitY(85.0511287798)).toBeCloseTo(0, 9);
  expect(unitY(60)).toBeCloseTo((1 - 8_399_737.889_818 / 20_037_508.342_789) / 2, 9);
  expect(unitY(90)).toBeCloseTo(0, 9);
});

test('arrow keys go to the circle that lies most directly in that direction', () => {
  const shown = [
    { x: 0, y: 0 },
    { x: 100, y: 5 },
    { x: 60, y: 90 },
    { x: -50, y: 0 },
  ];
  expect(nearest(shown, 0, [1, 0])).toBe(1);
  expect(nearest(shown, 0, [0, 1])).toBe(1);
  expect(nearest(shown, 0, [-1, 0])).toBe(3);
  expect(nearest(shown, 0, [0, -1])).toBeNull();
});
