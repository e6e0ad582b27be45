import { existsSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createEnricher } from '#geo/enrich.ts';
import { openMmdb, openPlaces, resolveGeoData } from '#geo/open.ts';
import type { Log } from '#shared/domain/log.ts';
import type { PlaceFinder } from './context.ts';

const CACHED = 10_000;

/**
 * Opens where addresses are: the operator's `.mmdb`, or the data that the build compiles (72 MB of memory). Null, and
 * a line in the log, when there is neither: every place is then unknown.
 */
export async function openRulePlaces(
  { folder, mmdb }: { readonly folder?: string | undefined; readonly mmdb?: string | undefined },
  baseDir: string,
  log: Log,
): Promise<PlaceFinder | null> {
  const root = rootOf(dirname(fileURLToPath(import.meta.url)));
  const files = resolveGeoData(root, folder === undefined ? undefined : resolve(baseDir, folder));
  const opened = mmdb === undefined ? await openPlaces(files.places) : await openMmdb(resolve(baseDir, mmdb));
  if (!opened.ok) {
    log.warn('rules about countries have no places to look up', { problem: opened.error.message });
    return null;
  }
  const { locate } = createEnricher({ places: opened.value, cacheSize: CACHED });
  log.info('places opened for rules', { source: opened.value.source.name, date: opened.value.source.date });
  return (ip) => locate(ip).place;
}

function rootOf(from: string): string {
  for (let folder = from; ; folder = dirname(folder)) {
    if (existsSync(join(folder, 'package.json'))) return folder;
    if (dirname(folder) === folder) return from;
  }
}
