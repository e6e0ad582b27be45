// Makes resources/demo/places.json: cities with real addresses, for the demo store's population simulator.
// Run by hand (`node scripts/generate-demo-places.mjs`) when the geo packages are renewed; the result is committed.
// Shape: src/shared/domain/demo-places.ts. Deterministic: the same packages give the same file.
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { addressText, asnRows, cityFile, cityRow } from './generate/geo-inputs.mjs';
import { walkTree } from './generate/mmdb-ranges.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');

/** Networks per city: address family, kind (`?` = carriers of mixed kind), at most. */
const WANTED = /** @type {const} */ ([
  [4, 'residential', 6],
  [4, 'mobile', 4],
  [4, 'business', 3],
  [4, 'hosting', 3],
  [4, '?', 4],
  [6, 'residential', 2],
  [6, 'mobile', 2],
  [6, '?', 2],
]);
const ANONYMOUS = /** @type {const} */ ({ vpn: 8, hosting: 8, tor: 3 });
const NEAR_KM = 25;

/** @param {string} text @returns {string[][]} rows of a comma-separated file without quoted fields */
const rowsOf = (text) =>
  text
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => line.split(','));

const kinds = new Map(
  rowsOf(readFileSync(join(root, 'resources/geo/network-kinds.csv'), 'utf8')).map(([asn, kind]) => [
    Number(asn),
    kind ?? '',
  ]),
);
const cities = rowsOf(readFileSync(join(root, 'resources/demo/cities.csv'), 'utf8')).map(
  ([city = '', country = '', lat = '', lon = '', timeZone = '', weight = '']) => ({
    id: city
      .normalize('NFKD')
      .toLowerCase()
      .replace(/[^a-z]+/g, '-'),
    city,
    country,
    lat: Number(lat),
    lon: Number(lon),
    timeZone,
    weight: Number(weight),
  }),
);

/** Great-circle distance in km (haversine, mean radius 6371.0088 km).
 * @param {{ lat: number, lon: number }} a @param {{ lat: number, lon: number }} b */
function km(a, b) {
  const rad = Math.PI / 180;
  const h =
    Math.sin(((b.lat - a.lat) * rad) / 2) ** 2 +
    Math.cos(a.lat * rad) * Math.cos(b.lat * rad) * Math.sin(((b.lon - a.lon) * rad) / 2) ** 2;
  return 2 * 6371.0088 * Math.asin(Math.sqrt(Math.min(1, h)));
}

/** @param {string} text */
const mixed = (text) => createHash('sha256').update(text).digest('hex');

/** @typedef {{ prefix: string, family: 4 | 6, asn: number, org: string, kind: string | null, city: string, country: string, lat: number, lon: number }} Candidate */
/** @type {Map<string, Candidate[]>} */
const perCity = new Map();
/** @type {Candidate[]} */
const anonymous = [];

for (const version of /** @type {const} */ ([4, 6])) {
  const { tree, reader } = cityFile(root, version);
  /** @type {{ start: number, end: number, data: number }[]} whole blocks of /24 (IPv4) or /48 (IPv6) */
  const ranges = [];
  // Rounded in whole numbers: a 64-bit address divided would lose its last bits.
  /** @param {number} high @param {number} low @param {'ceil' | 'floor'} round */
  const unit = (high, low, round) =>
    version === 4 ? Math[round](high / 256) : high * 65536 + Math[round](low / 65536);
  let previous = { high: 0, low: 0, data: 0 };
  walkTree(tree, (high, low, data) => {
    if (data === previous.data) return;
    const [start, end] = [unit(previous.high, previous.low, 'ceil'), unit(high, low, 'floor')];
    if (previous.data !== 0 && start < end) ranges.push({ start, end, data: previous.data });
    previous = { high, low, data };
  });
  /** @type {Map<number, { row: import('./generate/geo-inputs.mjs').CityRow, id: string | null } | null>} */
  const known = new Map();
  const asns = asnRows(root, version);
  let index = 0;
  for (const { start: from, end: to, data } of ranges) {
    const [high, low] = version === 4 ? [from * 256, 0] : [Math.floor(from / 65536), (from % 65536) * 65536];
    let place = known.get(data);
    if (place === undefined) {
      const row = cityRow(reader.get(addressText(high, low, version)));
      place = row && {
        row,
        id: cities.find((c) => c.country === row.country && km(c, row) <= NEAR_KM)?.id ?? null,
      };
      known.set(data, place);
    }
    if (!place) continue;
    while (index < asns.length && unitEnd(asns[index]) <= from) index += 1;
    for (let next = index; next < asns.length; next += 1) {
      const asn = asns[next];
      if (!asn) break;
      const first = Math.max(from, unit(asn.startHigh, asn.startLow, 'ceil'));
      if (first >= to) break;
      if (first + 1 > unitEnd(asn)) continue;
      const kind = kinds.get(asn.asn) ?? null;
      if (place.id === null && kind !== 'vpn' && kind !== 'tor') continue;
      const prefix =
        version === 4
          ? `${addressText(first * 256, 0, 4)}/24`
          : `${addressText(Math.floor(first / 65536), (first % 65536) * 65536 + 1, 6)}/64`;
      const { country, city, lat, lon } = place.row;
      const round = (/** @type {number} */ n) => Math.round(n * 1e4) / 1e4;
      const candidate = {
        prefix,
        family: version,
        asn: asn.asn,
        org: asn.org,
        kind,
        city,
        country,
        lat: round(lat),
        lon: round(lon),
      };
      if (version === 4 && (kind === 'vpn' || kind === 'tor' || kind === 'hosting'))
        anonymous.push(candidate);
      if (place.id !== null) {
        const list = perCity.get(place.id) ?? [];
        list.push(candidate);
        perCity.set(place.id, list);
      }
    }
  }

  /** @param {import('./generate/geo-inputs.mjs').AsnRow | undefined} row the end, exclusive, in whole units */
  function unitEnd(row) {
    if (!row) return 0;
    if (version === 4) return unit(row.endHigh + 1, 0, 'floor');
    return unit(row.endHigh, row.endLow + 1, 'floor');
  }
}

/** Different networks first, then more of the same; the order among equals comes from a hash.
 * @param {Candidate[]} candidates @param {number} count */
function pick(candidates, count) {
  /** @type {Map<number, Candidate[]>} */
  const byAsn = new Map();
  const ordered = candidates
    .map((one) => ({ one, key: mixed(one.prefix) }))
    .sort((a, b) => (a.key < b.key ? -1 : 1));
  for (const { one } of ordered) {
    const list = byAsn.get(one.asn);
    if (list) list.push(one);
    else byAsn.set(one.asn, [one]);
  }
  // Big networks first: that is where most people of a city are.
  const queues = [...byAsn.values()].sort((a, b) => b.length - a.length).map((list) => list.slice(0, count));
  /** @type {Candidate[]} */
  const picked = [];
  for (let round = 0; picked.length < count && queues.some((queue) => queue[round]); round += 1) {
    for (const queue of queues) {
      const one = queue[round];
      if (one && picked.length < count) picked.push(one);
    }
  }
  return picked;
}

const result = {
  date: '2026-11-21',
  attribution: [
    'IP Geolocation by DB-IP (https://db-ip.com), CC BY 4.0',
    'ASN data by RouteViews, NRO and DB-IP, CC BY 4.0',
  ],
  cities: cities.map((city) => {
    const all = perCity.get(city.id) ?? [];
    const networks = WANTED.flatMap(([family, kind, count]) =>
      pick(
        all.filter((one) => one.family === family && (one.kind ?? '?') === kind),
        count,
      ).map(({ prefix, asn, org, kind }) => ({ prefix, asn, org, kind })),
    );
    return { ...city, networks };
  }),
  anonymous: Object.entries(ANONYMOUS).flatMap(([kind, count]) =>
    pick(
      anonymous.filter((one) => one.kind === kind),
      count,
    ).map(({ prefix, asn, org, kind, city, country, lat, lon }) => ({
      prefix,
      asn,
      org,
      kind,
      city,
      country,
      lat,
      lon,
    })),
  ),
};

for (const city of result.cities) {
  const figures = WANTED.map(
    ([family, kind]) =>
      `${kind}${family}=${city.networks.filter((n) => (n.kind ?? '?') === kind && n.prefix.includes(':') === (family === 6)).length}`,
  );
  console.log(city.id.padEnd(16), figures.join(' '));
}
mkdirSync(join(root, 'resources/demo'), { recursive: true });
const body = JSON.stringify(result, null, 1).replace(
  /\{\s+"prefix": ([^}]+?)\s+\}/g,
  (_, inner) => `{ "prefix": ${inner.replace(/\s*\n\s*/g, ' ')} }`,
);
writeFileSync(join(root, 'resources/demo/places.json'), `${body}\n`);
