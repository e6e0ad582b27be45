import { join } from 'node:path';
import { generate } from '../../../scripts/generate/networks.mjs';
import type { GeoDataFiles } from '#geo/open.ts';

/** The bundled look-up files, made on first use and kept in the cache folder that the build uses too. */
export const bundledGeoData = (): Promise<GeoDataFiles> => {
  const root = process.cwd();
  const cacheDir = join(root, '.cache', 'geo');
  return generate({ root, outDir: cacheDir, cacheDir });
};
