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
