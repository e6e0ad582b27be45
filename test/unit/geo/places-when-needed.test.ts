import {
  copyFileSync,
  mkdtempSync,
  openSync,
  closeSync,
  readSync,
  rmSync,
  truncateSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openGeo, type GeoDataFiles } from '#geo/open.ts';
import { bundledGeoData } from './geo-data.ts';

const folder = mkdtempSync(join(tmpdir(), 'geo-later-'));
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});
let files: GeoDataFiles;
beforeAll(async () => {
  files = await bundledGeoData();
}, 300_000);

const copied = (name: string): string => {
  const path = join(folder, name);
  copyFileSync(files.places, path);
  return path;
};

test('places that are read when they are needed say the same', async () => {
  const [now, later] = [await openGeo({ files }), await openGeo({ files, placesWhenNeeded: true })];
  expect(later.attributions).toEqual(now.attributions);
  expect(later.sources).toEqual(now.sources);
  for (const ip of ['8.8.8.8', '193.99.144.80', '2001:4860:4860::8888', '10.0.0.1']) {
    expect(later.enricher.locate(ip)).toEqual(now.enricher.locate(ip));
  }
  expect(later.enricher.locate('193.99.144.80').place).toMatchObject({ country: 'DE' });
  expect(later.problems).toEqual([]);
});

test('a file that is missing or cut off is named at once, a damaged one when it is read', async () => {
  const missing = join(folder, 'missing.bin');
  const cut = copied('cut.bin');
  truncateSync(cut, 1_000_000);
  for (const [path, code] of [
    [missing, 'geo-missing'],
    [cut, 'geo-corrupt'],
  ] as const) {
    const { problems } = await openGeo({ files: { ...files, places: path }, placesWhenNeeded: true });
    expect(problems.map((one) => [one.code, one.path])).toEqual([[code, path]]);
  }

  const damaged = copied('damaged.bin');
  const handle = openSync(damaged, 'r+');
  const byte = Buffer.alloc(1);
  readSync(handle, byte, 0, 1, 5_000_000);
  byte[0] = (byte[0] ?? 0) ^ 0x10;
  writeSync(handle, byte, 0, 1, 5_000_000);
  closeSync(handle);
  const geo = await openGeo({ files: { ...files, places: damaged }, placesWhenNeeded: true });
  expect(geo.problems).toEqual([]);
  expect(geo.enricher.locate('193.99.144.80').place).toBeNull();
  expect(geo.enricher.locate('8.8.8.8').place).toBeNull();
  expect(geo.problems.map((one) => [one.code, one.path])).toEqual([['geo-corrupt', damaged]]);
});
