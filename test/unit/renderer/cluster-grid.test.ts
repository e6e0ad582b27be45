import fc from 'fast-check';
import { expect, test } from 'vitest';
import { clusterLabel, clusterPlaces, type ClusterSet } from '#renderer/map/cluster-grid.ts';
import { nearest } from '#renderer/map/cluster-buttons.ts';
import { unitLatitude, unitX, unitY } from '#renderer/map/mercator.ts';
import { countCountries, PointSet, type PlaceColumns } from '#renderer/map/point-set.ts';
import { mapChanges, type FakePoint } from './map-changes.ts';

const WORLD = 1_024;
const EVERYWHERE = { left: 0, top: 0, right: WORLD, bottom: WORLD };
const everywhere = (worldSize: number) => ({ left: 0, top: 0, right: worldSize, bottom: worldSize });

function placesOf(points: readonly FakePoint[]): PlaceColumns {
  const set = new PointSet();
  set.apply(mapChanges(points));
  return set.places();
}
/** So many sessions at a place. */
const many = (count: number, latitude: number, longitude: number, label = '', worst = 0): FakePoint[] =>
  Array.from({ length: count }, () => {
    nextKey += 1;
    return { key: nextKey, at: [latitude, longitude], label, worst };
  });
let nextKey = 0;

const point = fc.record({
  key: fc.integer({ min: 1, max: 60 }),
  at: fc.option(
    fc.tuple(fc.double({ min: -84, max: 84, noNaN: true }), fc.double({ min: -179, max: 179, noNaN: true })),
    { freq: 8 },
  ),
  worst: fc.integer({ min: 0, max: 4 }),
});

const overlapping = ({ x, y, radius }: ClusterSet): number => {
  let pairs = 0;
  for (let one = 0; one < x.length; one += 1) {
    for (let other = one + 1; other < x.length; other += 1) {
      const apart = Math.hypot(x[one]! - x[other]!, y[one]! - y[other]!);
      if (apart < radius[one]! + radius[other]!) pairs += 1;
    }
  }
  return pairs;
};
const sum = (numbers: Iterable<number>): number => [...numbers].reduce((total, one) => total + one, 0);

test('no circles overlap, no session is lost or doubled, and each place is in one circle', () => {
  fc.assert(
    fc.property(fc.array(point, { maxLength: 300 }), (points) => {
      const places = placesOf(points);
      const placed = new Map(points.map(({ key, at }) => [key, at]));
      const total = [...placed.values()].filter((at) => at !== null).length;
      const { clusters, members } = clusterPlaces(places, WORLD, EVERYWHERE, null);
      expect(sum(clusters.count)).toBe(total);
      expect(overlapping(clusters)).toBe(0);
      const slots = [...clusters.count.keys()].flatMap((index) => members(index));
      expect(new Set(slots).size).toBe(slots.length);
      for (const index of clusters.count.keys()) {
        const within = members(index);
        expect(within).toHaveLength(clusters.places[index]!);
        expect(sum(within.map((slot) => places.count[slot]!))).toBe(clusters.count[index]);
      }
    }),
    { numRuns: 200 },
  );
});

test('what comes and goes piece by piece leaves the same as what is told at once', () => {
  const step = fc.record({
    put: fc.array(point, { maxLength: 10 }),
    gone: fc.array(fc.integer({ min: 1, max: 60 }), { maxLength: 4 }),
  });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 12 }), (steps) => {
      const set = new PointSet();
      const expected = new Map<number, FakePoint>();
      for (const { put, gone } of steps) {
        set.apply(mapChanges(put, { whole: false, gone }));
        for (const key of gone) expected.delete(key);
        for (const one of put) expected.set(one.key, one);
      }
      const known = [...expected.values()];
      const summary = (places: PlaceColumns) =>
        Array.from({ length: places.length }, (_, slot) => [
          places.cell[slot],
          places.count[slot],
          ...places.levels.slice(slot * 5, slot * 5 + 5),
        ])
          .filter(([, count]) => count !== 0)
          .sort(([a = 0], [b = 0]) => a - b);
      const afresh = new PointSet();
      afresh.apply(mapChanges(known));
      expect(summary(set.places())).toEqual(summary(afresh.places()));
      expect(set.total).toBe(known.length);
      expect(set.unplaced).toBe(known.filter(({ at }) => at === null).length);
    }),
    { numRuns: 200 },
  );
});

test('panning does not regroup what stays in sight', () => {
  const places = placesOf([...many(10, 0, 0), ...many(4, 0, 1.8), ...many(2, 58, 72)]);
  const here = clusterPlaces(places, WORLD, { left: 300, top: 100, right: 900, bottom: 900 }, null).clusters;
  const there = clusterPlaces(places, WORLD, { left: 313, top: 117, right: 913, bottom: 917 }, null).clusters;
  expect(there).toEqual(here);
  expect([...here.count]).toEqual([14, 2]);
});

test('zooming in takes a cluster apart', () => {
  const places = placesOf([...many(10, 0, 0), ...many(4, 0, 3.6)]);
  expect(clusterPlaces(places, WORLD, EVERYWHERE, null).clusters.count).toHaveLength(1);
  const near = WORLD * 16;
  expect(clusterPlaces(places, near, everywhere(near), null).clusters.count).toHaveLength(2);
});

test('a cluster is called after its largest place, has its worst severity, and knows whether it is chosen', () => {
  const places = placesOf([
    ...many(3, 51.9, 4.5, 'Rotterdam, NL'),
    ...many(9, 48.9, 2.4, 'Paris, FR', 1),
    ...many(1, 50.8, 4.4, 'Brussels, BE', 3),
    ...many(2, -33.9, 151.2),
  ]);
  const { clusters } = clusterPlaces(places, WORLD, EVERYWHERE, new Set([places.cell[0] ?? 0]));
  expect(clusterLabel(clusters, 0)).toBe('Paris, FR and 2 other places');
  expect(clusterLabel(clusters, 1)).toBe('a place without a name');
  expect([...clusters.worst]).toEqual([3, 0]);
  expect([...clusters.chosen]).toEqual([1, 0]);
});

test('sessions are counted by country, those that have gone are not', () => {
  const set = new PointSet();
  set.apply(
    mapChanges([
      { key: 1, at: [52.5, 13.4], country: 'DE' },
      { key: 2, at: [48.1, 11.6], country: 'DE' },
      { key: 3, at: [48.9, 2.4], country: 'FR' },
    ]),
  );
  set.apply(mapChanges([], { whole: false, gone: [3] }));
  expect([...countCountries(set.places())]).toEqual([['DE', 2]]);
});

test('the projection is that of web maps', () => {
  expect([unitX(-180), unitX(0), unitX(180)]).toEqual([0, 0.5, 1]);
  expect(unitY(0)).toBeCloseTo(0.5, 12);
  // EPSG:3857: 85.0511287798° is the edge of the square; 60° N has the northing 8,399,737.889818 m of 20,037,508.342789 m.
  expect(unitY(85.0511287798)).toBeCloseTo(0, 9);
  expect(unitY(60)).toBeCloseTo((1 - 8_399_737.889_818 / 20_037_508.342_789) / 2, 9);
  expect(unitY(90)).toBeCloseTo(0, 9);
  expect(unitLatitude(unitY(-47.25))).toBeCloseTo(-47.25, 9);
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
