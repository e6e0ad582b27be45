import { openGeo, resolveGeoData, type OpenedGeo } from '#geo/open.ts';
import { networkFiles } from './network-lists.ts';
import { rootOf } from './root.ts';

/** Opens the bundled geo data as the engine uses it. With the operator's lists of the profile. @param from folder of the running program's file */
export const openEngineGeo = (
  from: string,
  profile: string,
  folder?: string,
  secondOpinion?: string,
): Promise<OpenedGeo> =>
  openGeo({
    ...networkFiles(profile),
    files: resolveGeoData(rootOf(from), folder),
    whenNeeded: true,
    ...(secondOpinion === undefined ? {} : { mmdb: { path: secondOpinion, use: 'second-opinion' as const } }),
  });
