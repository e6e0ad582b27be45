import { z } from 'zod';
import type { DeviceSeen, NetworkSeen, PlaceSeen } from '#shared/ipc/people-views.ts';
import { DEVICE_CLASSES, NetworkKind } from '#shared/domain/place.ts';
import type { ReadableDb } from '../mirror/database.ts';

const Address = z.object({
  ip: z.string(),
  country: z.string().nullable(),
  city: z.string().nullable(),
  latitude: z.number().nullable(),
  longitude: z.number().nullable(),
  asn: z.number().nullable(),
  organisation: z.string().nullable(),
  kind: NetworkKind.nullable().catch(null),
});
const DeviceRow = z.object({
  browser: z.string().nullable(),
  system: z.string().nullable(),
  class: z.enum(DEVICE_CLASSES).nullable().catch(null),
  type_key: z.string().nullable(),
});

type Named<T> = { readonly key: string; readonly what: T } | null;

/** What the dictionaries say of keys, each looked up once. */
export function dictionaryFacts(db: ReadableDb): {
  readonly ip: (key: number) => Named<string>;
  readonly place: (key: number) => Named<PlaceSeen>;
  readonly network: (key: number) => Named<NetworkSeen>;
  readonly device: (key: number) => Named<DeviceSeen>;
} {
  const findAddress = db.prepare(
    'SELECT ip, country, city, latitude, longitude, asn, organisation, kind FROM address WHERE key = ?',
  );
  const findDevice = db.prepare('SELECT browser, system, class, type_key FROM device WHERE key = ?');
  const addresses = new Map<number, z.infer<typeof Address> | null>();
  const address = (key: number): z.infer<typeof Address> | null => {
    const held = addresses.get(key);
    if (held !== undefined) return held;
    const row = findAddress.get(key);
    const found = row === undefined ? null : Address.parse(row);
    addresses.set(key, found);
    return found;
  };
  return {
    ip: (key) => {
      const found = address(key);
      return found === null ? null : { key: found.ip, what: found.ip };
    },
    place: (key) => {
      const found = address(key);
      if (found === null || found.country === null) return null;
      const { country, city, latitude, longitude } = found;
      return { key: `${country} ${city ?? ''}`, what: { country, city, latitude, longitude } };
    },
    network: (key) => {
      const found = address(key);
      if (found === null || (found.asn === null && found.organisation === null)) return null;
      const { asn, organisation, kind } = found;
      return { key: asn === null ? (organisation ?? '') : String(asn), what: { asn, organisation, kind } };
    },
    device: (key) => {
      const row = findDevice.get(key);
      if (row === undefined) return null;
      const { browser, system, class: deviceClass, type_key } = DeviceRow.parse(row);
      return type_key === null
        ? null
        : { key: type_key, what: { key: type_key, browser, system, deviceClass } };
    },
  };
}
