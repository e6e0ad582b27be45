import { expect, test } from 'vitest';
import { findsFor, instantOf } from '#renderer/shell/find-commands.ts';

const NOW = Date.UTC(2026, 10, 21, 12, 0);
const at = (day: number, hour: number, minute: number) => Date.UTC(2026, 10, day, hour, minute);

test.each([
  ['yesterday 03:10', at(20, 3, 10)],
  ['Today 3:10', at(21, 3, 10)],
  ['03:10', at(21, 3, 10)],
  // Later today has not been: the last time it was.
  ['18:00', at(20, 18, 0)],
])('%s is an instant', (text, instant) => {
  expect(instantOf(text, NOW, 'utc')).toBe(instant);
});
test.each(['24:00', '3', '12:60', 'anna', '10.0.0.1'])('%s is none', (text) => {
  expect(instantOf(text, NOW, 'utc')).toBeNull();
});

const names = (text: string) =>
  findsFor(text, { now: NOW, zone: 'utc', shown: (time) => new Date(time).toISOString() }).map(
    ({ name }) => name,
  );
test('what is typed is offered as what it may be', () => {
  expect(names('')).toEqual([]);
  expect(names(' 203.0.113.7 ')[0]).toBe('Everything that 203.0.113.7 touched');
  expect(names('2001:db8::1')[0]).toBe('Everything that 2001:db8::1 touched');
  expect(names('as3320')[0]).toBe('Everything that AS3320 touched');
  expect(names('yesterday 03:10')[0]).toBe('Who was signed in at 2026-11-20T03:10:00.000Z');
  expect(names('anna')).toEqual(['Sessions with “anna”', 'People with “anna”', 'Events with “anna”']);
});
