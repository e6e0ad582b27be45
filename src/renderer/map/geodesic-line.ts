import { distanceKm, EARTH_RADIUS_KM, type Point } from '#shared/domain/geodesic.ts';

const RADIANS = Math.PI / 180;

/**
 * Points along the shortest way between two places on a sphere, both ends included. Longitudes go on beyond ±180°
 * where the way crosses the antimeridian, so that it can be drawn in one stroke.
 *
 * Formula: spherical linear interpolation between the two directions (Shoemake 1985, with two unit vectors).
 * Between exactly opposite places every way is the shortest; the one over the mean of both is drawn.
 */
export function geodesicLine(from: Point, to: Point, steps = 48): readonly Point[] {
  const angle = distanceKm(from, to) / EARTH_RADIUS_KM;
  if (angle < 1e-9) return [from];
  const a = vectorOf(from);
  const b = vectorOf(to);
  const sine = Math.sin(angle);
  const line: Point[] = [];
  let before = from.longitude;
  for (let step = 0; step <= steps; step += 1) {
    const t = step / steps;
    const [wa, wb] =
      sine < 1e-9 ? [1 - t, t] : [Math.sin((1 - t) * angle) / sine, Math.sin(t * angle) / sine];
    const [x, y, z] = [0, 1, 2].map((axis) => wa * (a[axis] ?? 0) + wb * (b[axis] ?? 0)) as [
      number,
      number,
      number,
    ];
    let longitude = Math.atan2(y, x) / RADIANS;
    while (longitude - before > 180) longitude -= 360;
    while (longitude - before < -180) longitude += 360;
    before = longitude;
    line.push({ latitude: Math.atan2(z, Math.hypot(x, y)) / RADIANS, longitude });
  }
  return line;
}

function vectorOf({ latitude, longitude }: Point): readonly [number, number, number] {
  const [phi, lambda] = [latitude * RADIANS, longitude * RADIANS];
  return [Math.cos(phi) * Math.cos(lambda), Math.cos(phi) * Math.sin(lambda), Math.sin(phi)];
}
