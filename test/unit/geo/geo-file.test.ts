import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, expect, test } from 'vitest';
import { RangeColumns, StringTable, writeGeoFile, type Column } from '../../../scripts/generate/geo-file.mjs';
import { fromIpv4, parseAddress } from '#geo/address.ts';
import { readGeoFile } from '#geo/geo-file.ts';
import { compiledNetworks } from '#geo/networks.ts';
import { compiledPlaces } from '#geo/places.ts';
import { rangeTable } from '#geo/range-table.ts';

const folder = mkdtempSync(join(tmpdir(), 'geo-file-'));
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

const about = {
  content: 'networks',
  builtAt: '2026-11-21T00:00:00.000Z',
  source: 'test',
  licence: 'none',
  attribution: [],
};

function write(columns: Record<string, Column>): Buffer {
  const path = join(folder, 'table.bin');
  writeGeoFile(path, about, columns);
  return readFileSync(path);
}

interface Boundary {
  readonly high: number;
  readonly low: number;
  readonly id: number;
}

function table(v4: readonly Boundary[], v6: readonly Boundary[]) {
  const [four, six] = [new RangeColumns('v4'), new RangeColumns('v6')];
  for (const { high, low, id } of v4) four.add(high, low, id);
  for (const { high, low, id } of v6) six.add(high, low, id);
  const file = readGeoFile(write({ ...four.columns(), ...six.columns() }), 'networks', 'table.bin');
  if (!file.ok) throw new Error(file.error.message);
  return rangeTable(file.value);
}

// Values around the limits of a group, so that groups meet, are skipped and start in the middle.
const edge = fc.oneof(
  fc.constantFrom(0, 1, 0xffff, 0x10000, 0x10001, 0x20000, 0xfffffffe, 0xffffffff),
  fc.nat(0x30000),
);
const id = fc.oneof(fc.constantFrom(0, 1, 0xffff, 0x10000, 0xffffff), fc.nat(5));
const order = (a: Boundary, b: Boundary) => a.high - b.high || a.low - b.low;

/** What a plain scan says: the last boundary that is not above. */
function scan(boundaries: readonly Boundary[], high: number, low: number): number {
  let found = 0;
  for (const one of boundaries) if (one.high < high || (one.high === high && one.low <= low)) found = one.id;
  return found;
}

test('any ranges read back as a plain scan finds them', () => {
  const v4 = fc.array(fc.record({ high: edge, low: fc.constant(0), id }), { maxLength: 40 });
  const v6 = fc.array(fc.record({ high: edge, low: edge, id }), { maxLength: 40 });
  fc.assert(
    fc.property(v4, v6, fc.array(fc.tuple(edge, edge), { maxLength: 20 }), (fours, sixes, probes) => {
      const [four, six] = [fours.toSorted(order), sixes.toSorted(order)];
      const ranges = table(four, six);
      const all = [...probes, ...four.map((one) => [one.high, 0]), ...six.map((one) => [one.high, one.low])];
      for (const [high = 0, low = 0] of all) {
        expect(ranges.find(fromIpv4(high))).toBe(scan(four, high, 0));
        const address = parseAddress('::1');
        if (address === null) throw new Error('no address');
        expect(ranges.find({ ...address, high, low })).toBe(scan(six, high, low));
      }
    }),
    { numRuns: 150 },
  );
});

test('ranges out of order are refused when the file is made', () => {
  const columns = new RangeColumns('v4');
  columns.add(0x20000, 0, 1);
  expect(() => {
    columns.add(0x10000, 0, 2);
  }).toThrow('order');
});

function networksFile(): Buffer {
  const strings = new StringTable();
  const [four, six] = [new RangeColumns('v4'), new RangeColumns('v6')];
  four.add(0x08000000, 0, 1);
  four.add(0x09000000, 0, 0);
  six.add(0x2a020000, 0, 1);
  return write({
    ...four.columns(),
    ...six.columns(),
    asns: Uint32Array.of(0, 64500),
    orgs: Uint32Array.of(0, strings.id('Bücher & Söhne 株式会社')),
    ...strings.columns(),
  });
}

test('names keep every character', () => {
  const opened = compiledNetworks(networksFile(), 'networks.bin');
  if (!opened.ok) throw new Error(opened.error.message);
  expect(opened.value.find(fromIpv4(0x08080808))).toEqual({
    asn: 64500,
    organisation: 'Bücher & Söhne 株式会社',
  });
  expect(opened.value.find(fromIpv4(0x07ffffff))).toBeNull();
  expect(opened.value.find(fromIpv4(0x09000000))).toBeNull();
});

test('a file that was cut off or changed anywhere is refused, with its name and what to do', () => {
  const whole = networksFile();
  for (let length = 0; length < whole.length; length += 7) {
    expect(compiledNetworks(whole.subarray(0, length), 'networks.bin').ok, `${length} bytes`).toBe(false);
  }
  const bodyAt = 12 + whole.readUInt32LE(8);
  for (let position = bodyAt; position < whole.length; position += 3) {
    const damaged = Buffer.from(whole);
    damaged[position] = (damaged[position] ?? 0) ^ 0x10;
    const opened = compiledNetworks(damaged, 'networks.bin');
    expect(opened).toMatchObject({ ok: false, error: { code: 'geo-corrupt', path: 'networks.bin' } });
    if (!opened.ok) expect(opened.error.message).toContain('networks.bin');
    if (!opened.ok) expect(opened.error.advice).toMatch(/Replace it/);
  }
});

test('a file of another content, and one without a column, are refused', () => {
  expect(compiledPlaces(networksFile(), 'x.bin')).toMatchObject({
    ok: false,
    error: { code: 'geo-corrupt' },
  });
  const bare = write({ ...new RangeColumns('v4').columns(), ...new RangeColumns('v6').columns() });
  const opened = compiledNetworks(bare, 'x.bin');
  expect(opened).toMatchObject({
    ok: false,
    error: { message: expect.stringContaining('no column') as string },
  });
});
