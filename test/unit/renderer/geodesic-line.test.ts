import fc from 'fast-check';
import { expect, test } from 'vitest';
import { distanceKm } from '#shared/domain/geodesic.ts';
import { geodesicLine } from '#renderer/map/geodesic-line.ts';

const place = fc.record({
  latitude: fc.double({ min: -85, max: 85, noNaN: true }),
  longitude: fc.double({ min: -180, max: 180, noNaN: true }),
});

test('a way is as long as the distance, in equal steps, and never jumps', () => {
  fc.assert(
    fc.property(place, place, (from, to) => {
      const whole = distanceKm(from, to);
      fc.pre(whole > 1 && whole < 19_900);
      const line = geodesicLine(from, to, 32);
      const steps = line.slice(1).map((point, index) => distanceKm(line[index]!, point));
      for (const step of steps) expect(step).toBeCloseTo(whole / 32, 3);
      expect(distanceKm(line.at(-1)!, to)).toBeLessThan(0.001);
      line.slice(1).forEach((point, index) => {
        expect(Math.abs(point.longitude - line[index]!.longitude)).toBeLessThanOrEqual(180);
      });
    }),
    { numRuns: 300 },
  );
});

test('Tokyo to San Francisco goes over the Pacific, not across Asia', () => {
  const line = geodesicLine({ latitude: 35.7, longitude: 139.7 }, { latitude: 37.8, longitude: -122.4 });
  expect(line.at(-1)?.longitude).toBeCloseTo(237.6, 6);
  expect(Math.max(...line.map(({ latitude }) => latitude))).toBeGreaterThan(45);
});
