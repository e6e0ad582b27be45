import { Reader, type Response } from 'maxmind';
import { z } from 'zod';
import { failure, success, type Result } from '#shared/domain/result.ts';
import type { Place } from '#shared/domain/place.ts';
import type { Address } from './address.ts';
import { geoProblem, type GeoProblem } from './problems.ts';
import type { PlaceProvider } from './types.ts';

const latitude = z.number().min(-90).max(90);
const longitude = z.number().min(-180).max(180);
const country = z.string().regex(/^[A-Z]{2}$/);
const names = z.object({ en: z.string().optional() }).optional();

/** GeoIP2 and GeoLite2 City or Country, and what follows their layout. */
const GeoIp2Row = z.object({
  country: z.object({ iso_code: country }),
  subdivisions: z.array(z.object({ names })).optional(),
  city: z.object({ names }).optional(),
  location: z
    .object({ latitude, longitude, accuracy_radius: z.number().positive().optional() })
    .optional()
    .catch(undefined),
});
/** The flat layout of ip-location-db files. */
const FlatRow = z.object({
  country_code: country,
  state1: z.string().optional(),
  city: z.string().optional(),
  latitude: latitude.optional(),
  longitude: longitude.optional(),
});

const Metadata = z.object({
  databaseType: z.string().max(200),
  buildEpoch: z.date(),
  ipVersion: z.union([z.literal(4), z.literal(6)]),
  searchTreeSize: z.number().positive(),
});

/**
 * Places from a MaxMind DB file of the operator's (GeoIP2 or GeoLite2 City or Country layout, or ip-location-db's).
 * @param path only named in errors
 * @param name what to call it as a source; its own database type when absent
 */
export function mmdbPlaces(bytes: Buffer, path: string, name?: string): Result<PlaceProvider, GeoProblem> {
  let reader: Reader<Response>;
  try {
    reader = new Reader<Response>(bytes);
  } catch (error) {
    return failure(
      geoProblem('corrupt', path, error instanceof Error ? error.message : 'it is no MaxMind DB'),
    );
  }
  const metadata = Metadata.safeParse(reader.metadata);
  if (!metadata.success) return failure(geoProblem('corrupt', path, 'its metadata cannot be read'));
  const { databaseType, buildEpoch, ipVersion, searchTreeSize } = metadata.data;
  // The reader checks the end of the file only: a file that was cut in front would answer nonsense.
  if (searchTreeSize >= bytes.length) return failure(geoProblem('corrupt', path, 'it is cut off'));
  const source = name ?? databaseType;
  return success({
    source: { name: source, date: buildEpoch.toISOString().slice(0, 10), licence: null, attribution: [] },
    // A file for IPv4 alone would take the first bits of an IPv6 address for one of its own.
    find: (address) =>
      address.family === 6 && ipVersion === 4 ? null : placeOf(look(reader, address), source),
  });
}

function look(reader: Reader<Response>, address: Address): unknown {
  try {
    return reader.get(address.text);
  } catch {
    return null; // A damaged record: nothing is known of this address.
  }
}

function placeOf(record: unknown, source: string): Place | null {
  const geoIp2 = GeoIp2Row.safeParse(record);
  if (geoIp2.success) {
    const { country, subdivisions, city, location } = geoIp2.data;
    return {
      country: country.iso_code,
      region: subdivisions?.[0]?.names?.en ?? null,
      city: city?.names?.en ?? null,
      latitude: location?.latitude ?? null,
      longitude: location?.longitude ?? null,
      accuracyKm: location?.accuracy_radius ?? null,
      source,
      disagrees: false,
    };
  }
  const flat = FlatRow.safeParse(record);
  if (!flat.success) return null;
  const { country_code, state1, city, latitude, longitude } = flat.data;
  const located = latitude !== undefined && longitude !== undefined;
  return {
    country: country_code,
    region: state1 || null,
    city: city || null,
    latitude: located ? latitude : null,
    longitude: located ? longitude : null,
    accuracyKm: null,
    source,
    disagrees: false,
  };
}
