import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Reader, type Response } from 'maxmind';
import { beforeAll, expect, test } from 'vitest';
import { DemoPlaces } from '#shared/domain/demo-places.ts';
import { distanceKm } from '#shared/domain/geodesic.ts';
import { ipv4Text, parseAddress } from '#geo/address.ts';
import { openGeo, openNetworks, openPlaces, type OpenedGeo } from '#geo/open.ts';
import type { NetworkProvider, PlaceProvider } from '#geo/types.ts';
import { bundledGeoData } from './geo-data.ts';

const packages = join(process.cwd(), 'node_modules/@ip-location-db');
let places: PlaceProvider;
let networks: NetworkProvider;
let geo: OpenedGeo;

beforeAll(async () => {
  const files = await bundledGeoData();
  const [opened, openedNetworks] = [await openPlaces(files.places), await openNetworks(files.networks)];
  if (!opened.ok || !openedNetworks.ok) throw new Error('the bundled files do not open');
  places = opened.value;
  networks = openedNetworks.value;
  geo = await openGeo({ files });
}, 300_000);

/** Numbers below one, the same in every run (mulberry32). */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

interface Row {
  readonly start: string;
  readonly end: string;
  readonly asn: number;
  readonly organisation: string;
}

/** The table with addresses as text; the build reads the one with numbers. */
function table(version: 4 | 6): Row[] {
  const rows: Row[] = [];
  for (const line of readFileSync(join(packages, `asn/asn-ipv${version}.csv`), 'utf8').split('\n')) {
    const [start, end, asn, ...rest] = line.split(',');
    const organisation = rest.join(',').replaceAll('"', '').trim();
    if (start && end && asn) rows.push({ start, end, asn: Number(asn), organisation });
  }
  return rows;
}

const asnOf = (text: string): number | null => {
  const address = parseAddress(text);
  if (address === null) throw new Error(`${text} is no address`);
  return networks.find(address)?.asn ?? null;
};
const valueOf = (text: string): number | bigint => parseAddress(text)?.value ?? 0;

test('the ends of 4,000 random IPv4 rows, and what lies just outside, are as in the table', () => {
  const rows = table(4);
  const next = random(1);
  for (let run = 0; run < 4000; run += 1) {
    const index = 1 + Math.floor(next() * (rows.length - 2));
    const [before, row, after] = rows.slice(index - 1, index + 2);
    if (!before || !row || !after) throw new Error('out of range');
    if (valueOf(before.end) >= valueOf(row.start) || valueOf(row.end) >= valueOf(after.start)) continue;
    expect([asnOf(row.start), asnOf(row.end)], row.start).toEqual([row.asn, row.asn]);
    const outside = [Number(valueOf(row.start)) - 1, Number(valueOf(row.end)) + 1] as const;
    expect(asnOf(ipv4Text(outside[0])), `before ${row.start}`).toBe(
      valueOf(before.end) === outside[0] ? before.asn : null,
    );
    expect(asnOf(ipv4Text(outside[1])), `after ${row.end}`).toBe(
      valueOf(after.start) === outside[1] ? after.asn : null,
    );
  }
});

test('the ends of 3,000 random IPv6 rows are as in the table', () => {
  const rows = table(6);
  const next = random(2);
  const network = (text: string): bigint => BigInt(valueOf(text)) >> 64n;
  let compared = 0;
  for (let run = 0; run < 3000; run += 1) {
    const index = 1 + Math.floor(next() * (rows.length - 2));
    const [before, row, after] = rows.slice(index - 1, index + 2);
    if (!before || !row || !after) throw new Error('out of range');
    // Rows that meet inside one /64 are told apart by their first row only.
    if (network(before.end) >= network(row.start) || network(row.end) >= network(after.start)) continue;
    compared += 1;
    expect([asnOf(row.start), asnOf(row.end)], row.start).toEqual([row.asn, row.asn]);
  }
  expect(compared).toBeGreaterThan(2800);
});

test('names of networks are as in the table', () => {
  const rows = table(4);
  const next = random(3);
  for (let run = 0; run < 500; run += 1) {
    const row = rows[Math.floor(next() * rows.length)];
    const address = parseAddress(row?.start ?? '');
    if (!row || !address) throw new Error('out of range');
    const found = networks.find(address);
    if (found?.asn === row.asn)
      expect(found.organisation?.replaceAll('"', '')).toBe(row.organisation || null);
  }
});

test.each([4, 6] as const)('20,000 random IPv%i addresses are where the original file says', (version) => {
  const reader = new Reader<Response>(
    readFileSync(join(packages, `dbip-city-mmdb/dbip-city-ipv${version}.mmdb`)),
  );
  const next = random(version);
  const rows = table(version);
  let found = 0;
  for (let run = 0; run < 20_000; run += 1) {
    // IPv6 is nearly empty: start from announced networks.
    const start = valueOf(rows[Math.floor(next() * rows.length)]?.start ?? '');
    const text =
      version === 4
        ? ipv4Text(Math.floor(next() * 2 ** 32))
        : (((BigInt(start) >> 96n) << 32n) | BigInt(Math.floor(next() * 2 ** 32)))
            .toString(16)
            .padStart(16, '0')
            .replace(/(.{4})(?=.)/g, '$1:') + '::';
    const address = parseAddress(text);
    if (address === null) throw new Error(`${text} is no address`);
    if (address.kind !== 'public') continue;
    const record = reader.get(text) as unknown as Record<string, string | number> | null;
    const place = places.find(address);
    if (record === null || record['country_code'] === 'ZZ' || record['country_code'] === '') {
      expect(place, text).toBeNull();
      continue;
    }
    found += 1;
    expect(place, text).toMatchObject({
      country: record['country_code'],
      city: String(record['city']).trim() || null,
      region: String(record['state1']).trim() || null,
      accuracyKm: null,
      source: 'DB-IP City Lite',
    });
    expect(place?.latitude).toBeCloseTo(Number(record['latitude']), 3);
    expect(place?.longitude).toBeCloseTo(Number(record['longitude']), 3);
  }
  expect(found).toBeGreaterThan(5000);
});

test('well-known addresses', () => {
  expect(geo.enricher.locate('8.8.8.8')).toMatchObject({
    place: { country: 'US', city: 'Mountain View' },
    network: {
      asn: 15169,
      organisation: 'Google LLC',
      kind: 'hosting',
      kindList: 'Watchfloor network kinds',
    },
  });
  expect(geo.enricher.locate('::ffff:1.1.1.1').network).toMatchObject({ asn: 13335 });
  expect(geo.enricher.locate('2001:4860:4860::8888').network).toMatchObject({ asn: 15169 });
  expect(geo.problems).toEqual([]);
});

test('special addresses have no place and no network, whatever the data says', () => {
  for (const ip of [
    '10.1.2.3',
    '192.0.2.1',
    '203.0.113.9',
    '127.0.0.1',
    '100.64.0.1',
    '2001:db8::1',
    'fd00::1',
  ]) {
    const { place, network } = geo.enricher.locate(ip);
    expect(place, ip).toBeNull();
    expect(network, ip).toMatchObject({ asn: null, organisation: null });
  }
  expect(geo.enricher.locate('10.1.2.3').network?.kind).toBe('private');
  expect(geo.enricher.locate('192.0.2.1').network?.kind).toBeNull();
});

test('every network of the demo is where its city is, and in the network that is named', () => {
  const demo = DemoPlaces.parse(JSON.parse(readFileSync('resources/demo/places.json', 'utf8')));
  for (const city of demo.cities) {
    for (const { prefix, asn, kind } of city.networks) {
      const first = prefix.split('/')[0] ?? '';
      for (const ip of first.includes(':') ? [first, `${first}abcd`] : [first, first.replace(/0$/, '255')]) {
        const { place, network } = geo.enricher.locate(ip);
        expect(place?.country, ip).toBe(city.country);
        expect(network, ip).toMatchObject({ asn, kind });
        const where = { latitude: place?.latitude ?? 0, longitude: place?.longitude ?? 0 };
        expect(distanceKm(where, { latitude: city.lat, longitude: city.lon }), ip).toBeLessThan(26);
      }
    }
  }
});

test('credits that the licences ask for are there once each', () => {
  const credits = geo.attributions.map((credit) => credit.url);
  expect(credits).toEqual([
    'https://db-ip.com',
    'https://www.routeviews.org',
    'https://www.nro.net',
    'https://db-ip.com',
  ]);
  expect(geo.sources.map((source) => source.date)).toEqual(['2026-06-05', '2026-06-17', '2026-11-21']);
});
