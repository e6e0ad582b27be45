import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { boundedCache } from '#geo/bounded-cache.ts';
import { createEnricher, type EnricherParts } from '#geo/enrich.ts';
import { kindProvider, parseKindList } from '#geo/kind-list.ts';
import { openGeo, resolveGeoData } from '#geo/open.ts';
import { parseOverrides } from '#geo/overrides.ts';
import type { NetworkProvider, PlaceProvider } from '#geo/types.ts';
import { userAgentReader } from '#geo/user-agent.ts';
import { prefixBits, writeMmdb } from './mmdb-writer.ts';

const folder = mkdtempSync(join(tmpdir(), 'enrich-'));
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

const source = { name: 'fixed', date: null, licence: null, attribution: [] };
let asked: string[] = [];
/** Answers every address alike and remembers who was asked for. */
const places: PlaceProvider = {
  source,
  find: (address) => {
    asked.push(address.text);
    return {
      country: 'FR',
      region: null,
      city: 'Paris',
      latitude: 48.86,
      longitude: 2.35,
      accuracyKm: null,
      source: 'fixed',
      disagrees: false,
    };
  },
};
const networks: NetworkProvider = { source, find: () => ({ asn: 64500, organisation: 'Carrier' }) };

function parts(more: Partial<EnricherParts> = {}): EnricherParts {
  const list = parseKindList('# name: list\n# date: 2026-01-01\n64500,hosting\n64501,mobile', 'list');
  if (!list.ok) throw new Error(list.error.message);
  return {
    places,
    networks,
    kinds: kindProvider([list.value]),
    userAgents: userAgentReader(),
    cacheSize: 10,
    ...more,
  };
}
function overrides(text: string) {
  const parsed = parseOverrides(text, 'own.yaml');
  if (!parsed.ok) throw new Error(parsed.error.message);
  return parsed.value;
}

test('address, place, network with the reason for its kind, and device', () => {
  expect(createEnricher(parts()).enrich('8.8.8.8', 'curl/8.6.0')).toMatchObject({
    address: { text: '8.8.8.8', kind: 'public' },
    place: { country: 'FR', city: 'Paris' },
    network: {
      asn: 64500,
      organisation: 'Carrier',
      kind: 'hosting',
      trusted: false,
      kindList: 'list',
      kindListDate: '2026-01-01',
    },
    device: { key: '-|curl|other' },
  });
});

test('what is absent or cannot be read is unknown', () => {
  const { enrich } = createEnricher(parts());
  expect(enrich(null, null)).toEqual({ address: null, place: null, network: null, device: null });
  expect(enrich('nonsense', '  ')).toEqual({ address: null, place: null, network: null, device: null });
  expect(createEnricher({}).enrich('8.8.8.8', 'curl/8')).toMatchObject({
    place: null,
    network: { asn: null, organisation: null, kind: null, trusted: false },
    device: null,
  });
});

test('special addresses are never looked up; private ones are a private network', () => {
  asked = [];
  const { enrich } = createEnricher(parts());
  for (const ip of [
    '10.0.0.1',
    '100.64.0.1',
    '127.0.0.1',
    '169.254.0.1',
    'fd00::1',
    '::1',
    '::ffff:192.168.1.1',
  ]) {
    expect(enrich(ip, null), ip).toMatchObject({ place: null, network: { asn: null, kind: 'private' } });
  }
  for (const ip of ['192.0.2.1', '2001:db8::1', '224.0.0.1', '2002::1']) {
    expect(enrich(ip, null), ip).toMatchObject({ place: null, network: { asn: null, kind: null } });
  }
  expect(asked).toEqual([]);
});

test('an override wins part by part: absent is looked up, null is unknown', () => {
  const { enrich } = createEnricher(
    parts({
      overrides: overrides(`name: own
date: 2026-02-02
networks:
  - { cidr: 203.0.113.0/24, place: { country: DE, city: Berlin, latitude: 52.5, longitude: 13.4 }, asn: 64501 }
  - { cidr: 8.8.8.0/24, place: null, asn: null, organisation: null, kind: null }
  - { cidr: 9.9.9.0/24, trusted: true }
  - { cidr: 10.1.0.0/16, place: { country: AT }, kind: business, trusted: true, organisation: Office }
`),
    }),
  );
  expect(enrich('203.0.113.5', null)).toMatchObject({
    place: { country: 'DE', city: 'Berlin', source: 'own', region: null },
    network: { asn: 64501, organisation: null, kind: 'mobile', kindList: 'list' },
  });
  expect(enrich('8.8.8.8', null)).toMatchObject({
    place: null,
    network: { asn: null, organisation: null, kind: null, kindList: null, trusted: false },
  });
  expect(enrich('9.9.9.9', null)).toMatchObject({
    place: { country: 'FR' },
    network: { asn: 64500, kind: 'hosting', trusted: true },
  });
  expect(enrich('10.1.2.3', null)).toMatchObject({
    place: { country: 'AT', latitude: null },
    network: {
      asn: null,
      organisation: 'Office',
      kind: 'business',
      trusted: true,
      kindList: 'own',
      kindListDate: '2026-02-02',
    },
  });
});

test('results are frozen, and the same parts are shared', () => {
  const { enrich } = createEnricher(parts());
  const [first, second] = [enrich('8.8.8.8', 'curl/8.6.0'), enrich('8.8.8.8', 'curl/8.6.0')];
  expect(first).toEqual(second);
  expect(first.place).toBe(second.place);
  for (const part of [first, first.address, first.place, first.network, first.device])
    expect(Object.isFrozen(part)).toBe(true);
});

test('the memory asks once for what is in use and never grows beyond its size', () => {
  asked = [];
  const { enrich } = createEnricher(parts({ cacheSize: 10 }));
  for (let run = 0; run < 100; run += 1) {
    enrich('8.8.8.8', null);
    enrich(`9.9.9.${run}`, null);
  }
  expect(asked.filter((ip) => ip === '8.8.8.8')).toHaveLength(1);
  expect(asked).toHaveLength(101);

  const cache = boundedCache<number>(10);
  for (let run = 0; run < 1000; run += 1) {
    expect(cache.get(String(run % 37), Number)).toBe(run % 37);
    expect(cache.size).toBeLessThanOrEqual(10);
  }
  cache.clear();
  expect(cache.size).toBe(0);
});

test('missing, unreadable and damaged files are named with what to do; the rest goes on', async () => {
  const files = resolveGeoData(folder);
  expect(files.places).toBe(join(folder, 'out', 'geo', 'places.bin'));
  mkdirSync(files.networks, { recursive: true }); // a folder where a file should be
  writeFileSync(files.kinds, 'garbage\n');
  const own = join(folder, 'own.mmdb');
  writeFileSync(own, 'garbage');
  const geo = await openGeo({
    files,
    mmdb: { path: own, use: 'instead' },
    overrides: join(folder, 'none.yaml'),
  });
  expect(geo.problems.map(({ code, path }) => [code, path])).toEqual([
    ['geo-corrupt', own],
    ['geo-missing', files.places],
    ['geo-unreadable', files.networks],
    ['geo-invalid', files.kinds],
    ['geo-missing', join(folder, 'none.yaml')],
  ]);
  for (const problem of geo.problems) {
    expect(problem.message).toContain(problem.path);
    expect(problem.advice).toBeTruthy();
  }
  expect(geo.enricher.enrich('8.8.8.8', 'curl/8.6.0')).toMatchObject({
    place: null,
    device: { key: '-|curl|other' },
  });
});

test("an operator's database stands in for the bundled one without opening it", async () => {
  const own = join(folder, 'good.mmdb');
  writeFileSync(own, writeMmdb(4, 'Own', [[prefixBits('8.0.0.0/8'), { country: { iso_code: 'NZ' } }]]));
  const geo = await openGeo({
    files: resolveGeoData(folder, join(folder, 'nowhere')),
    mmdb: { path: own, use: 'instead' },
  });
  expect(geo.enricher.locate('8.8.8.8').place).toMatchObject({ country: 'NZ', source: 'Own' });
  expect(geo.problems.map(({ path }) => path.split(/[\\/]/).at(-1))).toEqual([
    'networks.bin',
    'network-kinds.csv',
  ]);
});
