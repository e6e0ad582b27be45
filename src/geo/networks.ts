import { failure, success, type Result } from '#shared/domain/result.ts';
import { readGeoFile, sourceOf, type GeoFile } from './geo-file.ts';
import { geoProblem, type GeoProblem } from './problems.ts';
import { readLater } from './read-later.ts';
import { rangeTable } from './range-table.ts';
import { stringTable } from './string-table.ts';
import type { NetworkProvider } from './types.ts';

/**
 * Autonomous systems from the compiled file that the build makes of the ASN tables.
 * @param path only named in errors
 */
export function compiledNetworks(bytes: Uint8Array, path: string): Result<NetworkProvider, GeoProblem> {
  const file = readGeoFile(bytes, 'networks', path);
  if (!file.ok) return file;
  try {
    return success(provider(file.value));
  } catch (error) {
    return failure(geoProblem('corrupt', path, error instanceof Error ? error.message : 'unknown fault'));
  }
}

/**
 * The same, read when the first address is looked up.
 * @param onProblem told once, when the file turns out to be damaged; from then on no address has a network
 */
export function networksWhenNeeded(
  path: string,
  onProblem: (problem: GeoProblem) => void,
): Result<NetworkProvider, GeoProblem> {
  const later = readLater(path, 'networks', compiledNetworks, onProblem);
  if (!later.ok) return later;
  const { header, get } = later.value;
  return success({ source: sourceOf(header), find: (address) => get()?.find(address) ?? null });
}

function provider(file: GeoFile): NetworkProvider {
  const table = rangeTable(file);
  const text = stringTable(file);
  const asns = file.column('asns', 'Uint32Array');
  const orgs = file.column('orgs', 'Uint32Array');
  return {
    source: sourceOf(file.header),
    find(address) {
      const id = table.find(address);
      if (id === 0) return null;
      return { asn: asns[id] ?? 0, organisation: text(orgs[id] ?? 0) || null };
    },
  };
}
