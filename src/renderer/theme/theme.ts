import { createTheme, type Theme } from '@mui/material/styles';
import { overrides } from './overrides.ts';
import { paletteOf } from './palette.ts';
import { SIZE } from './size.ts';
import { DARK, LIGHT } from './tokens.ts';
import { variablesText } from './variables-text.ts';

export type Density = 'compact' | 'comfortable';

declare module '@mui/material/styles' {
  interface Theme {
    readonly row: number;
    readonly mono: string;
  }
  interface ThemeOptions {
    row?: number;
    mono?: string;
  }
  interface TypographyVariants {
    label: React.CSSProperties;
    figure: React.CSSProperties;
    mono: React.CSSProperties;
  }
  interface TypographyVariantsOptions {
    label?: React.CSSProperties;
    figure?: React.CSSProperties;
    mono?: React.CSSProperties;
  }
}
declare module '@mui/material/Typography' {
  interface TypographyPropsVariantOverrides {
    label: true;
    figure: true;
    mono: true;
    h4: false;
    h5: false;
    h6: false;
  }
}

const SANS = "'Inter Variable', 'Inter', system-ui, sans-serif";
const MONO = "'JetBrains Mono Variable', 'JetBrains Mono', ui-monospace, monospace";
const rem = (px: number): string => `${String(px / 16)}rem`;
const body = { fontSize: rem(12.5), lineHeight: 18 / 12.5 };

/** The theme of the whole window; colours are CSS variables, so that switching dark and light renders nothing again. */
export function makeTheme(density: Density): Theme {
  return createTheme({
    cssVariables: { colorSchemeSelector: 'data-theme', cssVarPrefix: 'wf' },
    colorSchemes: {
      dark: { palette: paletteOf(DARK, 'dark') },
      light: { palette: paletteOf(LIGHT, 'light') },
    },
    defaultColorScheme: 'dark',
    spacing: 4,
    shape: { borderRadius: 6 },
    row: density === 'compact' ? SIZE.rowCompact : SIZE.rowComfortable,
    mono: MONO,
    typography: {
      fontFamily: SANS,
      fontSize: 12.5,
      fontWeightMedium: 500,
      fontWeightBold: 600,
      h1: { fontSize: rem(15), lineHeight: 20 / 15, fontWeight: 600 },
      h2: { fontSize: rem(13), lineHeight: 18 / 13, fontWeight: 600 },
      h3: { fontSize: rem(12.5), lineHeight: 18 / 12.5, fontWeight: 600 },
      body1: body,
      body2: { ...body, fontSize: rem(12) },
      button: { ...body, textTransform: 'none', fontWeight: 500 },
      caption: { fontSize: rem(11.5), lineHeight: 16 / 11.5 },
      label: { fontSize: rem(11.5), lineHeight: 16 / 11.5, fontWeight: 500, fontFamily: SANS },
      figure: {
        fontSize: rem(19),
        lineHeight: 24 / 19,
        fontWeight: 600,
        fontFamily: SANS,
        fontVariantNumeric: 'tabular-nums',
      },
      mono: { fontFamily: MONO, fontSize: rem(11.5), lineHeight: 18 / 11.5 },
    },
    transitions: { create: () => 'none' },
    components: overrides(density),
  });
}

/** The variables of a theme as a style sheet. */
export const themeVariables = (theme: Theme): string => variablesText(theme.generateStyleSheets());
