import { expect, test } from 'vitest';
import type { Command } from '#renderer/shell/commands.ts';
import { findsFor } from '#renderer/shell/find-commands.ts';
import { paletteList } from '#renderer/shell/palette-list.ts';

const nothing = (): void => undefined;
const command = (group: Command['group'], name: string): Command => ({ group, name, run: nothing });
const COMMANDS = [
  command('Go to', 'Watch'),
  command('Go to', 'Sessions'),
  command('Do', 'Open the saved view The odd address'),
  command('Do', 'Show this time yesterday'),
  command('Look', 'Light theme'),
];
const list = (text: string) =>
  paletteList(
    text,
    COMMANDS,
    findsFor(text, {
      now: Date.UTC(2026, 10, 21, 12),
      zone: 'utc',
      shown: (at) => new Date(at).toISOString(),
    }),
  );
const first = (text: string) => list(text)[0]?.items[0]?.name;

test('without a text everything that can be done is there, in its usual order', () => {
  expect(list('').map(({ heading }) => heading)).toEqual(['Go to', 'Do', 'Look']);
  expect(list('').flatMap(({ items }) => items)).toHaveLength(COMMANDS.length);
});

test('what a text surely is comes before what is merely called so', () => {
  expect(first('yesterday 03:10')).toBe('Who was signed in at 2026-11-20T03:10:00.000Z');
  expect(first('203.0.113.7')).toBe('Everything that 203.0.113.7 touched');
  expect(first('yesterday')).toBe('Show this time yesterday');
});

test('the best name comes first, and looking for the text last', () => {
  expect(first('odd address')).toBe('Open the saved view The odd address');
  expect(first('sess')).toBe('Sessions');
  expect(list('sess').at(-1)?.heading).toBe('Find');
  expect(list('zzzz').map(({ heading }) => heading)).toEqual(['Find']);
});
