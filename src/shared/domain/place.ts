import { z } from 'zod';
import { DEVICE_CLASSES } from './device-classes.ts';

/** Where an address is, as far as a database says. */
export const Place = z.object({
  /** ISO 3166-1 alpha-2. */
  country: z.string().length(2),
  region: z.string().nullable(),
  city: z.string().nullable(),
  /** Degrees, WGS 84; null when the database names a country only. */
  latitude: z.number().min(-90).max(90).nullable(),
  longitude: z.number().min(-180).max(180).nullable(),
  /** Radius that the database claims, km; null when it claims none. */
  accuracyKm: z.number().nullable(),
  /** Name of the database that said so. */
  source: z.string(),
  /** A second database names another country. */
  disagrees: z.boolean(),
});
export type Place = z.infer<typeof Place>;

export const NETWORK_KINDS = [
  'residential',
  'business',
  'mobile',
  'hosting',
  'vpn',
  'tor',
  'proxy',
  'satellite',
  'relay',
  'private',
] as const;
export const NetworkKind = z.enum(NETWORK_KINDS);
export type NetworkKind = z.infer<typeof NetworkKind>;

/** The network an address belongs to. */
export const Network = z.object({
  asn: z.int().nullable(),
  organisation: z.string().nullable(),
  /** Null where no data says; never guessed. */
  kind: NetworkKind.nullable(),
  /** The organisation's own list names it as trusted. */
  trusted: z.boolean(),
});
export type Network = z.infer<typeof Network>;

const Named = z.object({ name: z.string(), version: z.string().nullable() });
export { DEVICE_CLASSES };

/** What a user agent string says. Each part is null when it does not say. */
export const Device = z.object({
  browser: Named.nullable(),
  system: Named.nullable(),
  deviceClass: z.enum(DEVICE_CLASSES).nullable(),
  /** System family, browser family and device class; versions ignored. Equal keys are "the same device type". */
  key: z.string(),
});
export type Device = z.infer<typeof Device>;
