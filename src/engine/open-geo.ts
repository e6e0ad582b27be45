import { openGeo, resolveGeoData, type OpenedGeo } from '#geo/open.ts';
import { rootOf } from './root.ts';

/** Opens the bundled geo data as the engine uses it. @param from folder of the running program's file */
export const openEngineGeo = (from: string, folder?: string, secondOpinion?: string): Promise<OpenedGeo> =>
  openGeo({
    files: resolveGeoData(rootOf(from), folder),
    ...(secondOpinion === undefined ? {} : { mmdb: { path: secondOpinion, use: 'second-opinion' as const } }),
  });
