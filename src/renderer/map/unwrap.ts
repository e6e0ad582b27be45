/** Longitude and latitude in degrees (GeoJSON). */
export type Position = readonly number[];

const POLE = 89.9;

/**
 * A ring on the sphere as a ring on the plane. Neighbouring points never lie more than half the world apart, so a
 * country that crosses the antimeridian goes on beyond ±180°; a ring around a pole (Antarctica) is closed over it.
 */
export function unwrapRing(ring: readonly Position[]): readonly Position[] {
  const plane: Position[] = [];
  let turns = 0;
  let before: number | null = null;
  for (const [longitude = 0, latitude = 0] of ring) {
    if (before !== null && longitude - before > 180) turns -= 1;
    if (before !== null && longitude - before < -180) turns += 1;
    before = longitude;
    plane.push([longitude + turns * 360, latitude]);
  }
  const [first] = plane;
  const last = plane.at(-1);
  if (first === undefined || last === undefined || turns === 0) return plane;
  const pole = (first[1] ?? 0) < 0 ? -POLE : POLE;
  return [...plane, [last[0] ?? 0, pole], [first[0] ?? 0, pole]];
}

/** How far, in whole turns, copies of a ring must be moved so that every part of it shows between ±180°. */
export function turnsNeeded(ring: readonly Position[]): readonly number[] {
  const longitudes = ring.map(([longitude = 0]) => longitude);
  const west = Math.min(...longitudes);
  const east = Math.max(...longitudes);
  return [0, ...(east > 180 ? [-1] : []), ...(west < -180 ? [1] : [])];
}
