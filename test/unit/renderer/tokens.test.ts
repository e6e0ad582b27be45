import { expect, test } from 'vitest';
import { DARK, LIGHT, ENVIRONMENT_DARK, ENVIRONMENT_LIGHT, type Tokens } from '#renderer/theme/tokens.ts';

/** WCAG 2.2 relative luminance of #rrggbb. */
function luminance(hex: string): number {
  const channel = (at: number) => {
    const value = Number.parseInt(hex.slice(at, at + 2), 16) / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  };
  return 0.2126 * channel(1) + 0.7152 * channel(3) + 0.0722 * channel(5);
}
function contrast(a: string, b: string): number {
  const [dark = 0, light = 0] = [luminance(a), luminance(b)].sort((x, y) => x - y);
  return (light + 0.05) / (dark + 0.05);
}

const grounds = (tokens: Tokens) => [
  tokens.ground,
  tokens.surface,
  tokens.raised,
  tokens.selected,
  tokens.hover,
];

test.each([
  ['dark', DARK],
  ['light', LIGHT],
] as const)('%s: every text colour reaches 4.5:1 on every surface it can stand on', (_name, tokens) => {
  const texts = {
    text: tokens.text,
    soft: tokens.textSoft,
    faint: tokens.textFaint,
    accent: tokens.accentText,
    danger: tokens.dangerText,
    live: tokens.live,
    ...tokens.severity,
  };
  const tooPale = Object.entries(texts).flatMap(([name, colour]) =>
    grounds(tokens)
      .filter((ground) => contrast(colour, ground) < 4.5)
      .map((ground) => `${name} on ${ground}: ${contrast(colour, ground).toFixed(2)}`),
  );
  expect(tooPale).toEqual([]);
});

test.each([
  ['dark', DARK],
  ['light', LIGHT],
] as const)('%s: words on filled buttons reach 4.5:1', (_name, tokens) => {
  expect(contrast(tokens.onAccent, tokens.accent)).toBeGreaterThanOrEqual(4.5);
  expect(contrast(tokens.onDanger, tokens.danger)).toBeGreaterThanOrEqual(4.5);
});

test('environment squares stand out 3:1 and are as many in both themes', () => {
  expect(ENVIRONMENT_LIGHT).toHaveLength(ENVIRONMENT_DARK.length);
  expect(new Set([...ENVIRONMENT_DARK, ...Object.values(DARK.severity)]).size).toBe(
    ENVIRONMENT_DARK.length + 4,
  );
  for (const colour of ENVIRONMENT_DARK) expect(contrast(colour, DARK.surface)).toBeGreaterThanOrEqual(3);
  for (const colour of ENVIRONMENT_LIGHT) expect(contrast(colour, LIGHT.surface)).toBeGreaterThanOrEqual(3);
});
