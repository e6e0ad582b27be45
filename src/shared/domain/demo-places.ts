import { z } from 'zod';
import { NetworkKind } from './place.ts';

/** One real network of a city: an IPv4 /24 or an IPv6 /64 that the bundled data places there. */
const DemoNetwork = z.strictObject({
  prefix: z.string().regex(/^(\d+\.\d+\.\d+\.0\/24|[0-9a-f:]+::\/64)$/),
  asn: z.int().positive(),
  org: z.string(),
  /** null: a carrier of mixed kind (fixed lines, mobile and business under one number). */
  kind: NetworkKind.nullable(),
});
export type DemoNetwork = z.infer<typeof DemoNetwork>;

/** One city for the demo population. Coordinates are of its centre, in degrees (WGS 84). */
const DemoCity = z.strictObject({
  id: z.string(),
  city: z.string(),
  country: z.string().length(2),
  lat: z.number().min(-90).max(90),
  lon: z.number().min(-180).max(180),
  /** IANA name, for example `Europe/Berlin`. */
  timeZone: z.string(),
  /** Share of the population; any unit, only ratios count. */
  weight: z.number().positive(),
  networks: z.array(DemoNetwork).min(1),
});
export type DemoCity = z.infer<typeof DemoCity>;

/** Networks that hide who is behind them, with the place the bundled data gives them. */
const DemoAnonymousNetwork = DemoNetwork.extend({
  city: z.string(),
  country: z.string().length(2),
  lat: z.number().min(-90).max(90),
  lon: z.number().min(-180).max(180),
});
export type DemoAnonymousNetwork = z.infer<typeof DemoAnonymousNetwork>;

/** Shape of `resources/demo/places.json`, made by `scripts/generate-demo-places.mjs`. */
export const DemoPlaces = z.strictObject({
  date: z.iso.date(),
  attribution: z.array(z.string()),
  cities: z.array(DemoCity).min(1),
  anonymous: z.array(DemoAnonymousNetwork).min(1),
});
export type DemoPlaces = z.infer<typeof DemoPlaces>;
