import { seeded } from '../parts/report.ts';

/** Points around 300 centres, as sessions lie around cities; each at a place of its own, the worst case. */
export function scatter(count: number): {
  readonly latitude: Float64Array;
  readonly longitude: Float64Array;
} {
  const random = seeded(42);
  const centres = Array.from({ length: 300 }, () => [random() * 110 - 45, random() * 320 - 160] as const);
  const latitude = new Float64Array(count);
  const longitude = new Float64Array(count);
  for (let index = 0; index < count; index += 1) {
    const [north, east] = centres[Math.floor(random() * random() * 300)] ?? [0, 0];
    latitude[index] = Math.max(-80, Math.min(80, north + (random() + random() - 1) * 4));
    longitude[index] = east + (random() + random() - 1) * 4;
  }
  return { latitude, longitude };
}
