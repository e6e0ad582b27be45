import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { failure, type Result } from '#shared/domain/result.ts';
import { createEnricher, type Enricher } from './enrich.ts';
import { kindProvider, parseKindList, type KindList } from './kind-list.ts';
import { compiledNetworks, networksWhenNeeded } from './networks.ts';
import { parseOverrides, type Overrides } from './overrides.ts';
import { compiledPlaces, placesWhenNeeded } from './places.ts';
import { geoProblem, type GeoProblem } from './problems.ts';
import { withSecondOpinion } from './second-opinion.ts';
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

/** Lists of networks by kind, and a table of own networks, of the operator's. */
export interface OwnListFiles {
  readonly kindLists?: readonly string[] | undefined;
  readonly overrides?: string | undefined;
}

/** What to open; everything of the operator's is optional. */
export interface GeoOptions extends OwnListFiles {
  readonly files: GeoDataFiles;
  /** An `.mmdb` of the operator's, and whether it stands in for the bundled places or beside them. */
  readonly mmdb?: { readonly path: string; readonly use: 'instead' | 'second-opinion' } | undefined;
  readonly cacheSize?: number | undefined;
  /** Reads places and networks when the first address is looked up, and not before. */
  readonly whenNeeded?: boolean;
}

/** An enricher with what could be opened, and what could not. */
export interface OpenedGeo {
  readonly enricher: Enricher;
  readonly sources: readonly DataSource[];
  /** Credits that the window shows, each once. */
  readonly attributions: readonly Attribution[];
  /** One more is added when a file that is read later turns out to be damaged. */
  readonly problems: readonly GeoProblem[];
  /** Reads the operator's files anew; from then on the enricher looks into those. */
  readonly relist: (files: OwnListFiles) => Promise<void>;
}

/** Opens everything there is. A file that is missing or damaged is reported, and its part stays unknown. */
export async function openGeo(options: GeoOptions): Promise<OpenedGeo> {
  const problems: GeoProblem[] = [];
  const keep = <T>(result: Result<T, GeoProblem>): T | null => {
    if (result.ok) return result.value;
    problems.push(result.error);
    return null;
  };
  const { mmdb, files, whenNeeded: later = false } = options;
  const found = (problem: GeoProblem): void => {
    problems.push(problem);
  };
  const own = mmdb ? keep(await openMmdb(mmdb.path)) : null;
  // When the operator's file cannot be used, the bundled one still can.
  const bundled =
    own !== null && mmdb?.use === 'instead'
      ? null
      : keep(
          later
            ? openLater(files.places, (path) => placesWhenNeeded(path, found))
            : await openPlaces(files.places),
        );
  const places = own !== null && bundled !== null ? withSecondOpinion(bundled, own) : (own ?? bundled);
  const networks = keep(
    later
      ? openLater(files.networks, (path) => networksWhenNeeded(path, found))
      : await openNetworks(files.networks),
  );
  let lists = await openLists(files.kinds, options);
  const enricher = createEnricher({
    places,
    networks,
    kinds: lists.kinds,
    overrides: lists.overrides,
    userAgents: userAgentReader(),
    cacheSize: options.cacheSize,
  });
  const sources = (): readonly DataSource[] =>
    [bundled?.source, own?.source, networks?.source, ...lists.kinds.sources].filter(
      (one) => one !== undefined,
    );
  return {
    enricher,
    get sources() {
      return sources();
    },
    get attributions() {
      const credits = sources().flatMap((one) => one.attribution);
      return [...new Map(credits.map((credit) => [credit.text, credit])).values()];
    },
    get problems() {
      return [...problems, ...lists.problems];
    },
    relist: async (changed) => {
      lists = await openLists(files.kinds, changed);
      enricher.relist(lists);
    },
  };
}

/** The bundled list and the operator's; one that cannot be used is reported. */
async function openLists(bundled: string, own: OwnListFiles) {
  const problems: GeoProblem[] = [];
  const opened = await Promise.all([bundled, ...(own.kindLists ?? [])].map(openKindList));
  const overrides = own.overrides === undefined ? null : await openOverrides(own.overrides);
  for (const one of [...opened, overrides]) if (one?.ok === false) problems.push(one.error);
  return {
    kinds: kindProvider(opened.flatMap((one) => (one.ok ? [one.value] : []))),
    overrides: overrides?.ok === true ? overrides.value : null,
    problems,
  };
}

function openLater<T>(path: string, openIt: (path: string) => Result<T, GeoProblem>): Result<T, GeoProblem> {
  try {
    return openIt(path);
  } catch (error) {
    return failure(fileProblem(path, error));
  }
}
export const openPlaces = (path: string): Promise<Result<PlaceProvider, GeoProblem>> =>
  open(path, (bytes) => compiledPlaces(bytes, path));
export const openNetworks = (path: string): Promise<Result<NetworkProvider, GeoProblem>> =>
  open(path, (bytes) => compiledNetworks(bytes, path));
/** Few have a file of their own: what reads it is read then, and not at every start. */
export const openMmdb = async (path: string): Promise<Result<PlaceProvider, GeoProblem>> => {
  const { mmdbPlaces } = await import('./mmdb-places.ts');
  return open(path, (bytes) => mmdbPlaces(bytes, path));
};
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
