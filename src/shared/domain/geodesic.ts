/** A point in degrees, WGS 84. */
export interface Point {
  readonly latitude: number;
  readonly longitude: number;
}

/** Mean radius of the Earth, km (IUGG: (2a + b) / 3 of WGS 84). */
export const EARTH_RADIUS_KM = 6371.0088;
const RADIANS = Math.PI / 180;

/**
 * Length of the shortest way between two points, km, on a sphere of the mean radius.
 *
 * Formula: the angle between two directions as atan2(|a × b|, a · b) in its spherical form (the special case of
 * Vincenty's formula for a sphere, 1975). Unlike the law of cosines it is exact for near points, unlike the haversine
 * also for opposite ones. Against the WGS 84 ellipsoid a sphere is wrong by at most 0.56 %, less than any place of an
 * address is known. Longitudes may be given beyond ±180, so the antimeridian needs no care.
 */
export function distanceKm(from: Point, to: Point): number {
  const lat1 = from.latitude * RADIANS;
  const lat2 = to.latitude * RADIANS;
  const turn = (to.longitude - from.longitude) * RADIANS;
  const [sin1, cos1, sin2, cos2] = [Math.sin(lat1), Math.cos(lat1), Math.sin(lat2), Math.cos(lat2)];
  const across = Math.hypot(cos2 * Math.sin(turn), cos1 * sin2 - sin1 * cos2 * Math.cos(turn));
  const along = sin1 * sin2 + cos1 * cos2 * Math.cos(turn);
  return EARTH_RADIUS_KM * Math.atan2(across, along);
}

/** WGS 84: equatorial radius in km, flattening. */
const EQUATOR_KM = 6378.137;
const FLATTENING = 1 / 298.257223563;
const POLE_KM = EQUATOR_KM * (1 - FLATTENING);
const ROUNDS = 60;

/**
 * Length of the shortest way between two points on the WGS 84 ellipsoid, km.
 *
 * Formula: T. Vincenty, Direct and inverse solutions of geodesics on the ellipsoid (Survey Review XXIII, 176, 1975),
 * exact to a millimetre. It does not converge for nearly opposite points; those get the length on the sphere, at most
 * 0.56 % wrong at 20,000 km.
 */
export function geodesicKm(from: Point, to: Point): number {
  if (from.latitude === to.latitude && from.longitude === to.longitude) return 0;
  const turn = (((((to.longitude - from.longitude) % 360) + 540) % 360) - 180) * RADIANS;
  const reduced = (latitude: number): number => Math.atan((1 - FLATTENING) * Math.tan(latitude * RADIANS));
  const [u1, u2] = [reduced(from.latitude), reduced(to.latitude)];
  const [sin1, cos1, sin2, cos2] = [Math.sin(u1), Math.cos(u1), Math.sin(u2), Math.cos(u2)];
  let lambda = turn;
  for (let round = 0; round < ROUNDS; round += 1) {
    const sinSigma = Math.hypot(cos2 * Math.sin(lambda), cos1 * sin2 - sin1 * cos2 * Math.cos(lambda));
    if (sinSigma === 0) return 0;
    const cosSigma = sin1 * sin2 + cos1 * cos2 * Math.cos(lambda);
    const sigma = Math.atan2(sinSigma, cosSigma);
    const sinAlpha = (cos1 * cos2 * Math.sin(lambda)) / sinSigma;
    const cos2Alpha = 1 - sinAlpha * sinAlpha;
    // On the equator there is no middle latitude.
    const middle = cos2Alpha < 1e-15 ? 0 : cosSigma - (2 * sin1 * sin2) / cos2Alpha;
    const c = (FLATTENING / 16) * cos2Alpha * (4 + FLATTENING * (4 - 3 * cos2Alpha));
    const before = lambda;
    const bend = middle + c * cosSigma * (2 * middle * middle - 1);
    lambda = turn + (1 - c) * FLATTENING * sinAlpha * (sigma + c * sinSigma * bend);
    if (Math.abs(lambda) > Math.PI) break;
    if (Math.abs(lambda - before) > 1e-12) continue;
    const u = (cos2Alpha * (EQUATOR_KM ** 2 - POLE_KM ** 2)) / POLE_KM ** 2;
    const a = 1 + (u / 16_384) * (4096 + u * (-768 + u * (320 - 175 * u)));
    const b = (u / 1024) * (256 + u * (-128 + u * (74 - 47 * u)));
    const inner =
      cosSigma * (2 * middle * middle - 1) -
      (b / 6) * middle * (4 * sinSigma * sinSigma - 3) * (4 * middle * middle - 3);
    const delta = b * sinSigma * (middle + (b / 4) * inner);
    return POLE_KM * a * (sigma - delta);
  }
  return distanceKm(from, to);
}
