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

const copied = (name: string, of: 'places' | 'networks' = 'places'): string => {
  const path = join(folder, name);
  copyFileSync(files[of], path);
  return path;
};
/** One bit of it is another. */
function damage(path: string, at: number): void {
  const handle = openSync(path, 'r+');
  const byte = Buffer.alloc(1);
  readSync(handle, byte, 0, 1, at);
  byte[0] = (byte[0] ?? 0) ^ 0x10;
  writeSync(handle, byte, 0, 1, at);
  closeSync(handle);
}

test('places and networks that are read when they are needed say the same', async () => {
  const [now, later] = [await openGeo({ files }), await openGeo({ files, whenNeeded: true })];
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
    const { problems } = await openGeo({ files: { ...files, places: path }, whenNeeded: true });
    expect(problems.map((one) => [one.code, one.path])).toEqual([[code, path]]);
  }
  const { problems } = await openGeo({ files: { ...files, networks: missing }, whenNeeded: true });
  expect(problems.map((one) => [one.code, one.path])).toEqual([['geo-missing', missing]]);

  const damaged = copied('damaged.bin');
  damage(damaged, 5_000_000);
  const networks = copied('networks.bin', 'networks');
  damage(networks, 2_000_000);
  const geo = await openGeo({ files: { ...files, places: damaged, networks }, whenNeeded: true });
  expect(geo.problems).toEqual([]);
  expect(geo.enricher.locate('193.99.144.80')).toMatchObject({ place: null, network: { asn: null } });
  expect(geo.enricher.locate('8.8.8.8')).toMatchObject({ place: null, network: { asn: null } });
  expect(geo.problems.map((one) => [one.code, one.path]).toSorted()).toEqual(
    [
      ['geo-corrupt', damaged],
      ['geo-corrupt', networks],
    ].toSorted(),
  );
});
