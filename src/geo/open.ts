import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { failure, type Result } from '#shared/domain/result.ts';
import { createEnricher, type Enricher } from './enrich.ts';
import { kindProvider, parseKindList, type KindList } from './kind-list.ts';
import { mmdbPlaces, withSecondOpinion } from './mmdb-places.ts';
import { compiledNetworks } from './networks.ts';
import { parseOverrides, type Overrides } from './overrides.ts';
import { compiledPlaces, placesWhenNeeded } from './places.ts';
import { geoProblem, type GeoProblem } from './problems.ts';
import type { Attribution, DataSource, NetworkProvider, PlaceProvider } from './types.ts';
import { userAgentReader } from './user-agent.ts';

/** Files that the build makes. */
export interface GeoDataFiles {
  readonly places: string;
  readonly networks: string;
  readonly kinds: string;
}

/**
 * Names the bundled files.
 * @param root folder that holds `out` (a checkout, or the packaged app's folder)
 * @param folder where the files are instead, when a setting says so
 */
export function resolveGeoData(root: string, folder = join(root, 'out', 'geo')): GeoDataFiles {
  return {
    places: join(folder, 'places.bin'),
    networks: join(folder, 'networks.bin'),
    kinds: join(folder, 'network-kinds.csv'),
  };
}

/** What to open; everything of the operator's is optional. */
export interface GeoOptions {
  readonly files: GeoDataFiles;
  /** An `.mmdb` of the operator's, and whether it stands in for the bundled places or beside them. */
  readonly mmdb?: { readonly path: string; readonly use: 'instead' | 'second-opinion' } | undefined;
  readonly kindLists?: readonly string[] | undefined;
  readonly overrides?: string | undefined;
  readonly cacheSize?: number | undefined;
  /** Reads the places when the first address is looked up, and not before. */
  readonly placesWhenNeeded?: boolean;
}

/** An enricher with what could be opened, and what could not. */
export interface OpenedGeo {
  readonly enricher: Enricher;
  readonly sources: readonly DataSource[];
  /** Credits that the window shows, each once. */
  readonly attributions: readonly Attribution[];
  /** One more is added when a file that is read later turns out to be damaged. */
  readonly problems: readonly GeoProblem[];
}

/** Opens everything there is. A file that is missing or damaged is reported, and its part stays unknown. */
export async function openGeo(options: GeoOptions): Promise<OpenedGeo> {
  const problems: GeoProblem[] = [];
  const keep = <T>(result: Result<T, GeoProblem>): T | null => {
    if (result.ok) return result.value;
    problems.push(result.error);
    return null;
  };
  const { mmdb, files } = options;
  const own = mmdb ? keep(await openMmdb(mmdb.path)) : null;
  // When the operator's file cannot be used, the bundled one still can.
  const bundled =
    own !== null && mmdb?.use === 'instead'
      ? null
      : keep(
          options.placesWhenNeeded === true
            ? openPlacesLater(files.places, (problem) => problems.push(problem))
            : await openPlaces(files.places),
        );
  const places = own !== null && bundled !== null ? withSecondOpinion(bundled, own) : (own ?? bundled);
  const networks = keep(await openNetworks(files.networks));
  const lists: KindList[] = [];
  for (const path of [files.kinds, ...(options.kindLists ?? [])]) {
    const list = keep(await openKindList(path));
    if (list !== null) lists.push(list);
  }
  const overrides = options.overrides === undefined ? null : keep(await openOverrides(options.overrides));
  const kinds = kindProvider(lists);
  const sources = [bundled?.source, own?.source, networks?.source, ...kinds.sources].filter(
    (one) => one !== undefined,
  );
  const enricher = createEnricher({
    places,
    networks,
    kinds,
    overrides,
    userAgents: userAgentReader(),
    cacheSize: options.cacheSize,
  });
  const credits = new Map(sources.flatMap((one) => one.attribution).map((credit) => [credit.text, credit]));
  return { enricher, sources, attributions: [...credits.values()], problems };
}

function openPlacesLater(
  path: string,
  onProblem: (problem: GeoProblem) => void,
): Result<PlaceProvider, GeoProblem> {
  try {
    return placesWhenNeeded(path, onProblem);
  } catch (error) {
    return failure(fileProblem(path, error));
  }
}
export const openPlaces = (path: string): Promise<Result<PlaceProvider, GeoProblem>> =>
  open(path, (bytes) => compiledPlaces(bytes, path));
export const openNetworks = (path: string): Promise<Result<NetworkProvider, GeoProblem>> =>
  open(path, (bytes) => compiledNetworks(bytes, path));
export const openMmdb = (path: string): Promise<Result<PlaceProvider, GeoProblem>> =>
  open(path, (bytes) => mmdbPlaces(bytes, path));
const openKindList = (path: string): Promise<Result<KindList, GeoProblem>> =>
  open(path, (bytes) => parseKindList(bytes.toString('utf8'), path));
const openOverrides = (path: string): Promise<Result<Overrides, GeoProblem>> =>
  open(path, (bytes) => parseOverrides(bytes.toString('utf8'), path));

async function open<T>(
  path: string,
  read: (bytes: Buffer) => Result<T, GeoProblem>,
): Promise<Result<T, GeoProblem>> {
  let bytes: Buffer;
  try {
    bytes = await readFile(path);
  } catch (error) {
    return failure(fileProblem(path, error));
  }
  return read(bytes);
}

function fileProblem(path: string, error: unknown): GeoProblem {
  const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown fault';
  return code === 'ENOENT'
    ? geoProblem('missing', path, 'nothing is there')
    : geoProblem('unreadable', path, code);
}
