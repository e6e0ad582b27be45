import { z } from 'zod';
import { DEVICE_CLASSES, NetworkKind, type Device, type Network, type Place } from '#shared/domain/place.ts';

/** Columns of an address (alias `p`) and a device (alias `d`), for every query that shows them. */
export const KNOWN_COLUMNS = `p.ip, p.country, p.region, p.city, p.latitude, p.longitude, p.accuracy_km,
  p.place_source, p.disagrees, p.readable, p.asn, p.organisation, p.kind, p.trusted,
  d.user_agent, d.browser, d.browser_version, d.system, d.system_version, d.class, d.type_key`;

export const KnownRow = z.object({
  ip: z.string().nullable(),
  country: z.string().nullable(),
  region: z.string().nullable(),
  city: z.string().nullable(),
  latitude: z.number().nullable(),
  longitude: z.number().nullable(),
  accuracy_km: z.number().nullable(),
  place_source: z.string().nullable(),
  disagrees: z.number().nullable(),
  readable: z.number().nullable(),
  asn: z.number().nullable(),
  organisation: z.string().nullable(),
  kind: NetworkKind.nullable().catch(null),
  trusted: z.number().nullable(),
  user_agent: z.string().nullable(),
  browser: z.string().nullable(),
  browser_version: z.string().nullable(),
  system: z.string().nullable(),
  system_version: z.string().nullable(),
  class: z.enum(DEVICE_CLASSES).nullable().catch(null),
  type_key: z.string().nullable(),
});
export type KnownRow = z.infer<typeof KnownRow>;

export interface KnownView {
  readonly ip: string | null;
  readonly userAgent: string | null;
  readonly place: Place | null;
  readonly network: Network | null;
  readonly device: Device | null;
}

/** What the mirror knows of an address and a user agent, as the window shows it. */
export function knownView(row: KnownRow): KnownView {
  const place =
    row.country === null
      ? null
      : {
          country: row.country,
          region: row.region,
          city: row.city,
          latitude: row.latitude,
          longitude: row.longitude,
          accuracyKm: row.accuracy_km,
          source: row.place_source ?? '',
          disagrees: row.disagrees === 1,
        };
  const network =
    row.readable !== 1
      ? null
      : { asn: row.asn, organisation: row.organisation, kind: row.kind, trusted: row.trusted === 1 };
  const device =
    row.type_key === null
      ? null
      : {
          browser: row.browser === null ? null : { name: row.browser, version: row.browser_version },
          system: row.system === null ? null : { name: row.system, version: row.system_version },
          deviceClass: row.class,
          key: row.type_key,
        };
  return { ip: row.ip, userAgent: row.user_agent, place, network, device };
}
