import { expect, test } from 'vitest';
import { comparedName, comparedValue } from '#renderer/format/detection-words.ts';

test('instants are written as times and countries by name, other figures as they are', () => {
  expect(comparedValue('Started at', '1795071524739', 'utc')).toBe('19 Nov 2026, 06:58:44');
  expect(comparedValue('Countries', 'JP', 'utc')).toBe('Japan');
  expect(comparedValue('Age, hours', '52.96', 'utc')).toBe('52.96');
  expect(comparedValue('Speed, km/h', '4674678.6', 'utc')).toBe('4,674,679');
  expect(comparedValue('As number', '4294967295', 'utc')).toBe('4294967295');
});

test('the network and its kind are two things', () => {
  expect(['Network', 'As org', 'Network number'].map(comparedName)).toEqual([
    'Kind of network',
    'Network',
    'Network number',
  ]);
  expect(['network', 'as org', 'ip', 'new country'].map(comparedName)).toEqual([
    'Kind of network',
    'Network',
    'Address',
    'New country',
  ]);
});
