import { expect, test } from 'vitest';
import { makeTheme, themeVariables } from '#renderer/theme/theme.ts';
import { variablesText } from '#renderer/theme/variables-text.ts';

test.each(['compact', 'comfortable'] as const)(
  'the theme’s variables are plain declarations (%s)',
  (density) => {
    const text = themeVariables(makeTheme(density));
    expect(text).toMatch(/^:root, \[data-theme="dark"\]\{color-scheme:dark;/m);
    expect(text).toMatch(/^\[data-theme="light"\]\{color-scheme:light;/m);
    expect(text).toMatch(/--wf-palette-background-default:#[0-9a-f]{6}/i);
    expect(text).not.toMatch(/\[object|undefined|NaN/);
  },
);

test('properties are written as style sheets write them, and anything nested is refused', () => {
  expect(variablesText([{ ':root': { colorScheme: 'dark', '--wf-Aa': 1 } }])).toBe(
    ':root{color-scheme:dark;--wf-Aa:1}',
  );
  expect(() => variablesText([{ '@media print': { ':root': { '--a': '1' } } }])).toThrow('plain');
});
