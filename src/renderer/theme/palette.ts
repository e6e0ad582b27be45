import type { PaletteOptions } from '@mui/material/styles';
import type {} from '@mui/material/themeCssVarsAugmentation';
import { ENVIRONMENT_DARK, ENVIRONMENT_LIGHT, type Tokens } from './tokens.ts';

interface Own {
  severity: Tokens['severity'];
  surface: { plain: string; raised: string; selected: string; hover: string };
  map: { land: string; border: string; sea: string };
  accent: { text: string };
  danger: { text: string };
  live: { main: string };
  faint: { main: string };
  environment: Readonly<Record<`c${number}`, string>>;
}
declare module '@mui/material/styles' {
  interface Palette {
    severity: Own['severity'];
    surface: Own['surface'];
    map: Own['map'];
    accent: Own['accent'];
    danger: Own['danger'];
    live: Own['live'];
    faint: Own['faint'];
    environment: Own['environment'];
  }
  interface PaletteOptions {
    severity?: Own['severity'];
    surface?: Own['surface'];
    map?: Own['map'];
    accent?: Own['accent'];
    danger?: Own['danger'];
    live?: Own['live'];
    faint?: Own['faint'];
    environment?: Own['environment'];
  }
}

const byIndex = (colours: readonly string[]): Own['environment'] =>
  Object.fromEntries(colours.map((colour, index) => [`c${String(index)}`, colour]));

/** Key of an environment's colour in the palette; indexes beyond the list begin again. */
export const environmentKey = (index: number): `c${number}` => `c${index % ENVIRONMENT_DARK.length}`;

/** A MUI palette from the tokens, with the product's own colours beside MUI's. */
export function paletteOf(tokens: Tokens, mode: 'dark' | 'light'): PaletteOptions {
  return {
    mode,
    background: { default: tokens.ground, paper: tokens.surface },
    text: { primary: tokens.text, secondary: tokens.textSoft, disabled: tokens.textFaint },
    divider: tokens.line,
    primary: { main: tokens.accent, contrastText: tokens.onAccent },
    secondary: { main: tokens.textSoft, contrastText: tokens.surface },
    // A derived darker shade under the pointer would take the text below 4.5:1.
    error: { main: tokens.danger, dark: tokens.danger, contrastText: tokens.onDanger },
    warning: { main: tokens.severity.medium, contrastText: tokens.ground },
    info: { main: tokens.accent, contrastText: tokens.onAccent },
    success: { main: tokens.live, contrastText: tokens.ground },
    action: { hover: tokens.hover, selected: tokens.selected },
    severity: tokens.severity,
    surface: {
      plain: tokens.surface,
      raised: tokens.raised,
      selected: tokens.selected,
      hover: tokens.hover,
    },
    map: { land: tokens.land, border: tokens.border, sea: tokens.ground },
    accent: { text: tokens.accentText },
    danger: { text: tokens.dangerText },
    live: { main: tokens.live },
    faint: { main: tokens.textFaint },
    environment: byIndex(mode === 'dark' ? ENVIRONMENT_DARK : ENVIRONMENT_LIGHT),
  };
}
