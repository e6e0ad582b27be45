import { failure, success, type Result } from '#shared/domain/result.ts';
import type { Place } from '#shared/domain/place.ts';
import { readGeoFile, sourceOf, type GeoFile } from './geo-file.ts';
import { geoProblem, type GeoProblem } from './problems.ts';
import { readLater } from './read-later.ts';
import { rangeTable } from './range-table.ts';
import { stringTable } from './string-table.ts';
import type { PlaceProvider } from './types.ts';

/**
 * Places from the compiled file that the build makes of DB-IP City Lite. It names no accuracy radius.
 * @param path only named in errors
 */
export function compiledPlaces(bytes: Uint8Array, path: string): Result<PlaceProvider, GeoProblem> {
  const file = readGeoFile(bytes, 'places', path);
  if (!file.ok) return file;
  try {
    return success(provider(file.value));
  } catch (error) {
    return failure(geoProblem('corrupt', path, error instanceof Error ? error.message : 'unknown fault'));
  }
}

/**
 * The same, read when the first address is looked up.
 * @param onProblem told once, when the file turns out to be damaged; from then on no address has a place
 */
export function placesWhenNeeded(
  path: string,
  onProblem: (problem: GeoProblem) => void,
): Result<PlaceProvider, GeoProblem> {
  const later = readLater(path, 'places', compiledPlaces, onProblem);
  if (!later.ok) return later;
  const { header, get } = later.value;
  return success({ source: sourceOf(header), find: (address) => get()?.find(address) ?? null });
}

function provider(file: GeoFile): PlaceProvider {
  const table = rangeTable(file);
  const text = stringTable(file);
  const lats = file.column('lats', 'Float32Array');
  const lons = file.column('lons', 'Float32Array');
  const countries = file.column('countries', 'Uint16Array');
  const regions = file.column('regions', 'Uint32Array');
  const cities = file.column('cities', 'Uint32Array');
  const { source } = file.header;
  return {
    source: sourceOf(file.header),
    find(address): Place | null {
      const id = table.find(address);
      if (id === 0) return null;
      const country = countries[id] ?? 0;
      return {
        country: String.fromCharCode(country >>> 8, country & 255),
        region: text(regions[id] ?? 0) || null,
        city: text(cities[id] ?? 0) || null,
        latitude: degrees(lats[id] ?? 0),
        longitude: degrees(lons[id] ?? 0),
        accuracyKm: null,
        source,
        disagrees: false,
      };
    },
  };
}

/** The file holds 32-bit floats; four decimals are eleven metres, far below what the data can claim. */
const degrees = (value: number): number => Math.round(value * 1e4) / 1e4;
