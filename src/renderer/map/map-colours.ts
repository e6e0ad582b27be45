import { DARK, LIGHT } from '../theme/tokens.ts';
import type { ClusterColours } from './cluster-layer.ts';
import type { LandColours } from './land-layer.ts';
import type { TravelColours } from './travel-layer.ts';

const FONT = "600 11px 'Inter Variable', sans-serif";

/** Colours for what is drawn on canvases, where no CSS variable reaches. */
export function coloursOf(mode: 'dark' | 'light'): {
  readonly land: LandColours;
  readonly clusters: ClusterColours;
  readonly travel: TravelColours;
} {
  const tokens = mode === 'light' ? LIGHT : DARK;
  const { low, medium, high, critical } = tokens.severity;
  return {
    land: { land: tokens.land, border: tokens.border, shade: tokens.accent },
    clusters: {
      fill: [tokens.accent, low, medium, high, critical],
      text: tokens.onAccent,
      ring: tokens.text,
      font: FONT,
    },
    travel: { line: tokens.text, halo: tokens.ground, text: tokens.ground, font: FONT },
  };
}
