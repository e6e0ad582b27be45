import fc from 'fast-check';
import { test, expect } from 'vitest';
import { distanceKm, EARTH_RADIUS_KM, geodesicKm } from '#shared/domain/geodesic.ts';

const point = fc.record({
  latitude: fc.double({ min: -90, max: 90, noNaN: true }),
  longitude: fc.double({ min: -180, max: 180, noNaN: true }),
});
const HALF_WAY_ROUND = Math.PI * EARTH_RADIUS_KM;

// Ellipsoidal lengths (WGS 84, published by many calculators); the sphere may differ by 0.56 %.
test.each([
  ['Berlin to Paris', 52.5167, 13.3833, 48.8567, 2.3508, 879],
  ['London to New York', 51.5074, -0.1278, 40.7128, -74.006, 5585],
  ['Sydney to Auckland', -33.8688, 151.2093, -36.8485, 174.7633, 2160],
  ['Tokyo to Los Angeles', 35.6762, 139.6503, 34.0522, -118.2437, 8833],
])('%s', (_name, latitude, longitude, toLatitude, toLongitude, expected) => {
  const found = distanceKm({ latitude, longitude }, { latitude: toLatitude, longitude: toLongitude });
  expect(Math.abs(found - expected) / expected).toBeLessThan(0.0056);
});

test('it is symmetric, never negative, at most half way round, and nothing to where one is', () => {
  fc.assert(
    fc.property(point, point, (a, b) => {
      const there = distanceKm(a, b);
      expect(there).toBeGreaterThanOrEqual(0);
      expect(there).toBeLessThanOrEqual(HALF_WAY_ROUND + 1e-9);
      expect(Math.abs(there - distanceKm(b, a))).toBeLessThan(1e-6);
      expect(distanceKm(a, a)).toBeLessThan(1e-6);
    }),
  );
});

test('no detour is shorter', () => {
  fc.assert(
    fc.property(point, point, point, (a, b, c) => {
      expect(distanceKm(a, c)).toBeLessThanOrEqual(distanceKm(a, b) + distanceKm(b, c) + 1e-6);
    }),
  );
});

test('the antimeridian is no border, and a full turn changes nothing', () => {
  const west = { latitude: 0, longitude: 179.9 };
  const east = { latitude: 0, longitude: -179.9 };
  expect(distanceKm(west, east)).toBeCloseTo(22.239, 2);
  fc.assert(
    fc.property(point, point, (a, b) => {
      const turned = { ...b, longitude: b.longitude + 360 };
      expect(Math.abs(distanceKm(a, b) - distanceKm(a, turned))).toBeLessThan(1e-6);
    }),
  );
});

test('at a pole every longitude is the same point, and the other pole is half way round', () => {
  fc.assert(
    fc.property(point, point, (a, b) => {
      const [north, south] = [90, -90].map((latitude) => ({ latitude, longitude: a.longitude }));
      expect(distanceKm(north ?? a, { latitude: 90, longitude: b.longitude })).toBeLessThan(1e-6);
      expect(distanceKm(north ?? a, south ?? b)).toBeCloseTo(HALF_WAY_ROUND, 6);
    }),
  );
});

test('opposite and near points keep their precision', () => {
  const opposite = distanceKm({ latitude: 37, longitude: 40 }, { latitude: -37, longitude: -140 });
  expect(opposite).toBeCloseTo(HALF_WAY_ROUND, 6);
  const metre = distanceKm({ latitude: 0, longitude: 0 }, { latitude: 0, longitude: 1 / 111_195 });
  expect(metre * 1000).toBeCloseTo(1, 4);
});

// Published lengths on the ellipsoid: Vincenty's own test line as Geoscience Australia gives it, the example of
// GeographicLib's manual, a degree of the equator, and the way from a pole to the equator.
test.each([
  [
    'Flinders Peak to Buninyong',
    -37.95103341666667,
    144.42486788888888,
    -37.65282113888889,
    143.92649552777777,
    54.972271,
  ],
  ['JFK to LHR', 40.6, -73.8, 51.6, -0.5, 5551.7594],
  ['a degree of the equator', 0, 10, 0, 11, 111.319491],
  ['from a pole to the equator', 90, 0, 0, 77, 10_001.965729],
])('on the ellipsoid: %s', (_name, latitude, longitude, toLatitude, toLongitude, expected) => {
  const found = geodesicKm({ latitude, longitude }, { latitude: toLatitude, longitude: toLongitude });
  expect(found).toBeCloseTo(expected, 5);
});

test('the ellipsoid and the sphere differ by 0.56 % at most, everywhere', () => {
  fc.assert(
    fc.property(point, point, (a, b) => {
      const [round, exact] = [distanceKm(a, b), geodesicKm(a, b)];
      expect(Math.abs(exact - round)).toBeLessThanOrEqual(0.0057 * round + 1e-6);
      expect(Math.abs(exact - geodesicKm(b, a))).toBeLessThan(1e-5);
    }),
  );
});
