import { expect, test } from 'vitest';
import { atLocalHour, isAwake, offsetMinutes, weekday } from '#agent/stores/demo/local-time.ts';
import { inventPeople } from '#agent/stores/demo/people.ts';
import { Places, addressIn, distanceKm, hostIn } from '#agent/stores/demo/places.ts';
import { PRESETS, presets } from '#agent/stores/demo/presets.ts';
import { randomFor } from '#agent/stores/demo/random.ts';
import { DAY } from '#shared/domain/units.ts';
import { places } from './recorded-life.ts';

test.each(PRESETS)(
  '%s has its people: unique names, distinct devices, every group, the same for a seed',
  (name) => {
    const preset = presets[name];
    const people = inventPeople(preset, preset.population, places, 5);
    expect(people).toHaveLength(preset.population);
    expect(new Set(people.map((person) => person.login)).size).toBe(people.length);
    expect(new Set(people.map((person) => person.group.id))).toEqual(
      new Set(preset.groups.map((group) => group.id)),
    );
    for (const person of people) {
      expect(person.devices.length).toBeGreaterThan(0);
      expect(new Set(person.devices.map((device) => device.userAgent)).size).toBe(person.devices.length);
      expect(person.login).toMatch(/^([a-z]\.[a-z]+\d*|svc-[a-z0-9]+)$/);
      expect(person.email.endsWith('.example')).toBe(true);
    }
    expect(inventPeople(preset, preset.population, places, 5)).toEqual(people);
    expect(inventPeople(preset, preset.population, places, 6).map((person) => person.login)).not.toEqual(
      people.map((person) => person.login),
    );
  },
);

test('small and large populations can be asked for', () => {
  for (const size of [1, 7, 1_000]) expect(inventPeople(presets.shop, size, places, 1)).toHaveLength(size);
});

test('people live in many countries and some are on phones, VPNs and journeys', () => {
  const people = inventPeople(presets.shop, 400, places, 3);
  expect(new Set(people.map((person) => person.home.country)).size).toBeGreaterThan(15);
  expect(people.some((person) => person.vpnIp !== null)).toBe(true);
  expect(people.some((person) => person.travels)).toBe(true);
  expect(
    people.filter((person) => person.devices.some((device) => device.form === 'phone')).length,
  ).toBeGreaterThan(100);
});

test('addresses come from the networks of the place, of both families', () => {
  const random = randomFor(4);
  const berlin = places.cities.find((place) => place.city === 'Berlin');
  if (berlin === undefined) throw new Error('Berlin is missing');
  for (let i = 0; i < 200; i += 1) {
    const ip = addressIn(berlin, 'residential', random);
    expect(
      berlin.networks.some((network) => network.kind === 'residential' && ip.startsWith(network.prefix)),
    ).toBe(true);
  }
  expect(hostIn({ prefix: '203.0.113' }, random)).toMatch(/^203\.0\.113\.\d{1,3}$/);
  expect(hostIn({ prefix: '2001:db8:1:2' }, random)).toMatch(/^2001:db8:1:2(:[1-9a-f][0-9a-f]{0,3}){4}$/);
});

test('a places file with something else in it is refused, naming the spot', () => {
  const wrong = {
    cities: [
      {
        city: 'X',
        country: 'DE',
        lat: 1,
        lon: 1,
        timeZone: 'UTC',
        weight: 1,
        networks: [{ prefix: '1.2.3.4', kind: null }],
      },
    ],
    anonymous: [],
  };
  const parsed = Places.safeParse(wrong);
  expect(parsed.error?.issues.map((issue) => issue.path.join('.'))).toContain('cities.0.networks.0.prefix');
});

test('clocks: offsets, daylight saving, half hours, weekdays', () => {
  const summer = Date.UTC(2026, 6, 1) / DAY;
  const winter = Date.UTC(2026, 0, 1) / DAY;
  expect(offsetMinutes('Europe/Berlin', summer)).toBe(120);
  expect(offsetMinutes('Europe/Berlin', winter)).toBe(60);
  expect(offsetMinutes('America/New_York', summer)).toBe(-240);
  expect(offsetMinutes('Asia/Kolkata', winter)).toBe(330);
  expect(offsetMinutes('UTC', winter)).toBe(0);
  expect(new Date(atLocalHour('Asia/Kolkata', winter, 9.5)).toISOString()).toBe('2026-01-01T04:00:00.000Z');
  expect(weekday(Date.UTC(2026, 10, 20) / DAY)).toBe(5);
  expect(weekday(Date.UTC(2026, 10, 22) / DAY)).toBe(7);
  expect(isAwake('Asia/Tokyo', Date.UTC(2026, 0, 1, 18))).toBe(false);
  expect(isAwake('America/New_York', Date.UTC(2026, 0, 1, 18))).toBe(true);
});

test('distance: Berlin to New York is 6,385 km, give or take the shape of the Earth', () => {
  expect(distanceKm({ lat: 52.52, lon: 13.405 }, { lat: 40.7128, lon: -74.006 })).toBeCloseTo(6_385, -2);
});
