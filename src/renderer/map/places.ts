import type { MapPoints } from '#shared/ipc/views.ts';
import { placeKey } from '../store/session-filter.ts';

/** Sessions that share coordinates, with their position in the unit square of the Mercator projection. */
export interface PlaceCount {
  readonly key: string;
  readonly label: string;
  readonly x: number;
  readonly y: number;
  readonly count: number;
}

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

/** Counts sessions by place: city data has few coordinates, so what is drawn is thousands even of 100,000 sessions. */
export function countPlaces(points: MapPoints): readonly PlaceCount[] {
  const slots = new Map<number, number>();
  const counts: number[] = [];
  const firsts: number[] = [];
  for (let index = 0; index < points.latitude.length; index += 1) {
    // Both coordinates in one exact integer, in thousandths of a degree.
    const row = Math.round(((points.latitude[index] ?? 0) + 90) * 1_000);
    const column = Math.round(((points.longitude[index] ?? 0) + 180) * 1_000);
    const cell = row * 400_000 + column;
    const slot = slots.get(cell);
    if (slot === undefined) {
      slots.set(cell, counts.length);
      counts.push(1);
      firsts.push(index);
    } else {
      counts[slot] = (counts[slot] ?? 0) + 1;
    }
  }
  return counts.map((count, slot) => {
    const first = firsts[slot] ?? 0;
    const latitude = points.latitude[first] ?? 0;
    const longitude = points.longitude[first] ?? 0;
    return {
      key: placeKey(latitude, longitude),
      label: points.place[first] ?? '',
      x: unitX(longitude),
      y: unitY(latitude),
      count,
    };
  });
}
