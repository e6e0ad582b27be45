import { expect, test } from 'vitest';
import { parseAddress } from '#geo/address.ts';
import { mmdbPlaces } from '#geo/mmdb-places.ts';
import { withSecondOpinion } from '#geo/second-opinion.ts';
import type { PlaceProvider } from '#geo/types.ts';
import { prefixBits, writeMmdb, type MmdbValue } from './mmdb-writer.ts';

const berlin: MmdbValue = {
  city: { names: { en: 'Berlin', de: 'Berlin' } },
  country: { iso_code: 'DE', names: { en: 'Germany' } },
  location: { accuracy_radius: 20, latitude: 52.52, longitude: 13.405 },
  subdivisions: [{ iso_code: 'BE', names: { en: 'Land Berlin' } }],
};

function open(bytes: Buffer, name?: string): PlaceProvider {
  const opened = mmdbPlaces(bytes, 'own.mmdb', name);
  if (!opened.ok) throw new Error(opened.error.message);
  return opened.value;
}
const at = (provider: PlaceProvider, ip: string) => {
  const address = parseAddress(ip);
  if (address === null) throw new Error(`${ip} is no address`);
  return provider.find(address);
};

test('the GeoIP2 City layout, with its accuracy radius', () => {
  const provider = open(writeMmdb(6, 'GeoIP2-City', [[prefixBits('81.0.0.0/8', true), berlin]]));
  expect(provider.source).toMatchObject({ name: 'GeoIP2-City', date: '2026-05-28' });
  expect(at(provider, '81.2.3.4')).toEqual({
    country: 'DE',
    region: 'Land Berlin',
    city: 'Berlin',
    latitude: 52.52,
    longitude: 13.405,
    accuracyKm: 20,
    source: 'GeoIP2-City',
    disagrees: false,
  });
  expect(at(provider, '82.0.0.0')).toBeNull();
  expect(at(provider, '80.255.255.255')).toBeNull();
});

test('a country without coordinates, the flat layout, and rows that are of neither', () => {
  const provider = open(
    writeMmdb(4, 'mixed', [
      [prefixBits('81.0.0.0/8'), { country: { iso_code: 'FR' } }],
      [
        prefixBits('82.0.0.0/8'),
        { country_code: 'GB', city: '', state1: 'England', latitude: 51.5, longitude: -0.5 },
      ],
      [prefixBits('83.0.0.0/8'), { country: { iso_code: 'nonsense' } }],
      [
        prefixBits('84.0.0.0/8'),
        { country: { iso_code: 'PL' }, location: { latitude: 123.5, longitude: 0.5 } },
      ],
      [prefixBits('85.0.0.0/8'), 'text'],
    ]),
  );
  expect(at(provider, '81.0.0.1')).toMatchObject({
    country: 'FR',
    latitude: null,
    longitude: null,
    city: null,
  });
  expect(at(provider, '82.0.0.1')).toMatchObject({
    country: 'GB',
    region: 'England',
    city: null,
    latitude: 51.5,
  });
  expect(at(provider, '83.0.0.1')).toBeNull();
  expect(at(provider, '84.0.0.1')).toMatchObject({ country: 'PL', latitude: null });
  expect(at(provider, '85.0.0.1')).toBeNull();
});

test('a file for IPv4 alone says nothing of IPv6', () => {
  // 0x2a02… read as IPv4 would be 42.2.x.x.
  const provider = open(writeMmdb(4, 'four', [[prefixBits('42.0.0.0/8'), berlin]]));
  expect(at(provider, '42.2.0.1')?.country).toBe('DE');
  expect(at(provider, '2a02:8108::1')).toBeNull();
});

test('a second opinion marks another country, and fills in where the first is silent', () => {
  const paris = { country: { iso_code: 'FR' } };
  const first = open(writeMmdb(4, 'first', [[prefixBits('81.0.0.0/8'), berlin]]));
  const second = open(
    writeMmdb(4, 'second', [
      [prefixBits('81.0.0.0/9'), paris],
      [prefixBits('82.0.0.0/8'), paris],
    ]),
  );
  const both = withSecondOpinion(first, second);
  expect(at(both, '81.1.1.1')).toMatchObject({ country: 'DE', source: 'first', disagrees: true });
  expect(at(both, '81.200.1.1')).toMatchObject({ country: 'DE', disagrees: false });
  expect(at(both, '82.1.1.1')).toMatchObject({ country: 'FR', source: 'second', disagrees: false });
  expect(at(both, '83.1.1.1')).toBeNull();
  expect(at(withSecondOpinion(first, first), '81.1.1.1')?.disagrees).toBe(false);
});

test('damaged files are refused by name or answer nothing; they never throw', () => {
  const whole = writeMmdb(4, 'whole', [[prefixBits('81.0.0.0/8'), berlin]]);
  for (const bytes of [Buffer.alloc(0), Buffer.from('not a database'), whole.subarray(0, 60)]) {
    const opened = mmdbPlaces(bytes, 'own.mmdb');
    expect(opened).toMatchObject({ ok: false, error: { code: 'geo-corrupt', path: 'own.mmdb' } });
  }
  for (let position = 0; position < whole.length; position += 1) {
    const damaged = Buffer.from(whole);
    damaged[position] = (damaged[position] ?? 0) ^ 0xff;
    const opened = mmdbPlaces(damaged, 'own.mmdb');
    if (opened.ok) expect(() => at(opened.value, '81.2.3.4')).not.toThrow();
    else expect(opened.error.message).toContain('own.mmdb');
  }
});
