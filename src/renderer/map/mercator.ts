/** Where the Mercator square ends; beyond it the projection runs to infinity. */
const MAX_LATITUDE = 85.0511287798;

/** Longitude in degrees to 0 … 1 from the antimeridian eastwards. */
export const unitX = (longitude: number): number => (longitude + 180) / 360;
/** Latitude in degrees to 0 (north) … 1 (south), spherical Mercator (EPSG:3857). */
export function unitY(latitude: number): number {
  const clamped = Math.max(-MAX_LATITUDE, Math.min(MAX_LATITUDE, latitude));
  const sine = Math.sin((clamped * Math.PI) / 180);
  return 0.5 - Math.log((1 + sine) / (1 - sine)) / (4 * Math.PI);
}
/** The inverse of `unitY`, in degrees. */
export const unitLatitude = (y: number): number =>
  (Math.atan(Math.sinh(Math.PI * (1 - 2 * y))) * 180) / Math.PI;
