import { z } from 'zod';
import { DEVICE_CLASSES, NetworkKind, type Device, type Network, type Place } from '#shared/domain/place.ts';

/** Columns of an address (alias `p`) and a device (alias `d`), for every query that shows them. */
export const KNOWN_COLUMNS = `p.ip, p.country, p.region, p.city, p.latitude, p.longitude, p.accuracy_km,
  p.place_source, p.disagrees, p.readable, p.asn, p.organisation, p.kind, p.trusted,
  d.user_agent, d.browser, d.browser_version, d.system, d.system_version, d.class, d.type_key`;

export const AddressColumns = z.object({
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
});
export const DeviceColumns = z.object({
  user_agent: z.string().nullable(),
  browser: z.string().nullable(),
  browser_version: z.string().nullable(),
  system: z.string().nullable(),
  system_version: z.string().nullable(),
  class: z.enum(DEVICE_CLASSES).nullable().catch(null),
  type_key: z.string().nullable(),
});
export const KnownRow = AddressColumns.extend(DeviceColumns.shape);
export type KnownRow = z.infer<typeof KnownRow>;
/** A column that holds a JSON array of texts. */
export const Texts = z.string().transform((text) => z.array(z.string()).parse(JSON.parse(text)));

interface AddressView {
  readonly ip: string | null;
  readonly place: Place | null;
  readonly network: Network | null;
}
interface DeviceView {
  readonly userAgent: string | null;
  readonly device: Device | null;
}
export interface KnownView extends AddressView, DeviceView {}

/** What the mirror knows of an address, as the window shows it. */
export function addressView(row: z.infer<typeof AddressColumns>): AddressView {
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
  return { ip: row.ip, place, network };
}

/** What the mirror knows of a user agent. */
export function deviceView(row: z.infer<typeof DeviceColumns>): DeviceView {
  const device =
    row.type_key === null
      ? null
      : {
          browser: row.browser === null ? null : { name: row.browser, version: row.browser_version },
          system: row.system === null ? null : { name: row.system, version: row.system_version },
          deviceClass: row.class,
          key: row.type_key,
        };
  return { userAgent: row.user_agent, device };
}

export const knownView = (row: KnownRow): KnownView => ({ ...addressView(row), ...deviceView(row) });
