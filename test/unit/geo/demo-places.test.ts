import { readFileSync } from 'node:fs';
import { test, expect } from 'vitest';
import { DemoPlaces } from '#shared/domain/demo-places.ts';

const places = DemoPlaces.parse(JSON.parse(readFileSync('resources/demo/places.json', 'utf8')));

test('the demo has cities on every inhabited continent, each with homes to choose from', () => {
  expect(places.cities.length).toBeGreaterThanOrEqual(60);
  for (const region of ['Europe/', 'America/', 'Asia/', 'Africa/', 'Australia/']) {
    expect(places.cities.some((city) => city.timeZone.startsWith(region))).toBe(true);
  }
  for (const city of places.cities) {
    const homes = city.networks.filter((network) => network.kind === 'residential' || network.kind === null);
    expect(homes.length, city.id).toBeGreaterThanOrEqual(4);
    expect(() => new Intl.DateTimeFormat('en', { timeZone: city.timeZone })).not.toThrow();
  }
});

test('prefixes are distinct and city names are unique', () => {
  const prefixes = places.cities.flatMap((city) => city.networks.map((network) => network.prefix));
  expect(new Set(prefixes).size).toBe(prefixes.length);
  expect(new Set(places.cities.map((city) => city.id)).size).toBe(places.cities.length);
  expect(places.anonymous.filter((network) => network.kind === 'vpn').length).toBeGreaterThanOrEqual(5);
});
