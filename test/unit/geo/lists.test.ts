import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseAddress } from '#geo/address.ts';
import { kindProvider, parseKindList, type KindList } from '#geo/kind-list.ts';
import { parseOverrides } from '#geo/overrides.ts';

function list(text: string, path = 'own.txt'): KindList {
  const parsed = parseKindList(text, path);
  if (!parsed.ok) throw new Error(parsed.error.message);
  return parsed.value;
}
function address(ip: string) {
  const parsed = parseAddress(ip);
  if (parsed === null) throw new Error(`${ip} is no address`);
  return parsed;
}

test('a list of addresses, blocks and AS numbers with its head', () => {
  const own = list(
    '# Name: Our VPNs\r\n# kind: vpn\r\n# date: 2026-11-01\r\n\r\n8.8.8.0/24\r\n2a02:8108::/32\r\nAS64500\r\n64501,tor,"a, b"\r\n',
  );
  expect(own).toMatchObject({ name: 'Our VPNs', date: '2026-11-01', licence: null });
  const kinds = kindProvider([own]);
  expect(kinds.find(address('8.8.8.255'), null)).toEqual({
    kind: 'vpn',
    list: 'Our VPNs',
    listDate: '2026-11-01',
  });
  expect(kinds.find(address('8.8.9.0'), null)).toBeNull();
  expect(kinds.find(address('2a02:8108:ffff::1'), 64501)?.kind).toBe('vpn');
  expect(kinds.find(address('9.9.9.9'), 64500)?.kind).toBe('vpn');
  expect(kinds.find(address('9.9.9.9'), 64501)?.kind).toBe('tor');
  expect(kinds.find(address('9.9.9.9'), 64502)).toBeNull();
});

test('blocks say more than AS numbers, narrow blocks more than wide ones, later lists more than earlier ones', () => {
  const bundled = list('# name: bundled\n64500,hosting\n8.8.0.0/16,hosting\n');
  const own = list('# name: own\n64500,vpn\n8.8.0.0/16,proxy\n8.8.8.8,tor\n');
  const kinds = kindProvider([bundled, own]);
  expect(kinds.find(address('8.8.8.8'), 64500)).toMatchObject({ kind: 'tor', list: 'own' });
  expect(kinds.find(address('8.8.8.9'), 64500)).toMatchObject({ kind: 'proxy', list: 'own' });
  expect(kinds.find(address('8.9.0.0'), 64500)).toMatchObject({ kind: 'vpn', list: 'own' });
});

test.each([
  ['8.8.8.0/24', 'line 1: no kind given'],
  ['# kind: vnp\n8.8.8.0/24', 'line 2: no kind given'],
  ['8.8.8.0/24,hostng', 'line 1: "hostng" is no kind of network'],
  ['# kind: vpn\n8.8.8.0/33', 'line 2: "8.8.8.0/33" is no CIDR, address or AS number'],
  ['# kind: vpn\nAS0', 'line 2: "AS0"'],
  ['# kind: vpn\n4294967296', 'line 2: "4294967296"'],
  ['<html>', 'line 1'],
  [Array.from({ length: 9 }, (_, at) => `x${at}`).join('\n'), 'and 4 more'],
])('a faulty list is refused whole: %j', (text, message) => {
  const parsed = parseKindList(text, 'own.txt');
  expect(parsed).toMatchObject({ ok: false, error: { code: 'geo-invalid', path: 'own.txt' } });
  if (!parsed.ok) expect(parsed.error.message).toContain(message);
});

test('the bundled list reads, and names known networks', () => {
  const bundled = list(readFileSync('resources/geo/network-kinds.csv', 'utf8'));
  expect(bundled).toMatchObject({
    name: 'Watchfloor network kinds',
    date: '2026-11-21',
    licence: expect.stringContaining('Apache-2.0') as string,
  });
  expect(new Set(bundled.asns.map(([asn]) => asn)).size).toBe(bundled.asns.length);
  const kinds = kindProvider([bundled]);
  const kindOf = (asn: number) => kinds.find(address('8.8.8.8'), asn)?.kind ?? null;
  expect([16509, 21928, 7922, 14593, 216025, 208323, 36183, 8220, 3320].map(kindOf)).toEqual([
    'hosting',
    'mobile',
    'residential',
    'satellite',
    'vpn',
    'tor',
    'relay',
    'business',
    null, // Deutsche Telekom: fixed lines, mobile and business in one
  ]);
});

test('an override table in YAML: absent is looked up, null is unknown, the narrowest block decides alone', () => {
  const parsed = parseOverrides(
    `name: Example Ltd
date: 2026-11-01
networks:
  - cidr: 203.0.113.0/24
    place: { country: DE, city: Berlin, latitude: 52.52, longitude: 13.405 }
    kind: business
    trusted: true
  - cidr: 203.0.113.128/25
    place: null
`,
    'own.yaml',
  );
  if (!parsed.ok) throw new Error(parsed.error.message);
  expect(parsed.value).toMatchObject({ name: 'Example Ltd', date: '2026-11-01', size: 2 });
  expect(parsed.value.find(address('203.0.113.1'))).toMatchObject({ kind: 'business', trusted: true });
  expect(parsed.value.find(address('203.0.113.200'))).toEqual({ place: null });
  expect(parsed.value.find(address('203.0.114.0'))).toBeNull();
});

test.each([
  ['networks: [{ cidr: 1.2.3 }]', 'networks.0.cidr: "1.2.3" is no CIDR'],
  ['networks: [{ cidr: 1.2.3.4, place: { country: Germany } }]', 'networks.0.place.country'],
  ['networks: [{ cidr: 1.2.3.4, place: { country: DE, latitude: 91 } }]', 'networks.0.place.latitude'],
  ['networks: [{ cidr: 1.2.3.4, kind: office }]', 'networks.0.kind'],
  ['networks: [{ cidr: 1.2.3.4, trustd: true }]', 'trustd'],
  ['networks: 5', 'networks'],
  ['', 'file'],
  ['networks: [', 'own.yaml'],
  ['a: &a [1]\nnetworks: [*a, *a]', 'own.yaml'],
])('a faulty table is refused with the place of the fault: %j', (text, message) => {
  const parsed = parseOverrides(text, 'own.yaml');
  expect(parsed).toMatchObject({ ok: false, error: { code: 'geo-invalid', path: 'own.yaml' } });
  if (!parsed.ok) expect(parsed.error.message).toContain(message);
});

test('no text makes either reader throw', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (text) => {
      parseKindList(text, 'x');
      parseOverrides(text, 'x');
    }),
    { numRuns: 500 },
  );
});
