import { join } from 'node:path';
import { generate } from '../../../scripts/generate/networks.mjs';
import type { GeoDataFiles } from '#geo/open.ts';

/** The bundled look-up files: those of the build when they are current, made here otherwise. */
export const bundledGeoData = (): Promise<GeoDataFiles> => {
  const root = process.cwd();
  return generate({ root, outDir: join(root, 'out'), cacheDir: join(root, '.cache', 'geo') });
};
