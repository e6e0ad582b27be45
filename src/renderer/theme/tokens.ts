/** The only place where colours are written. Each text colour reaches 4.5:1 on both surfaces and the ground (test/unit/renderer/tokens). */
export interface Tokens {
  readonly ground: string;
  readonly surface: string;
  readonly raised: string;
  readonly line: string;
  readonly text: string;
  readonly textSoft: string;
  readonly textFaint: string;
  readonly accent: string;
  readonly onAccent: string;
  /** Text and icons in the accent's colour. */
  readonly accentText: string;
  readonly selected: string;
  readonly hover: string;
  readonly land: string;
  readonly border: string;
  readonly live: string;
  readonly danger: string;
  readonly onDanger: string;
  readonly dangerText: string;
  readonly severity: {
    readonly critical: string;
    readonly high: string;
    readonly medium: string;
    readonly low: string;
  };
}

export const DARK: Tokens = {
  ground: '#0c1015',
  surface: '#11161d',
  raised: '#171e27',
  line: '#222b36',
  text: '#e7ebf0',
  textSoft: '#9ba7b4',
  textFaint: '#8390a0',
  accent: '#4cc2d0',
  onAccent: '#06181b',
  accentText: '#5fcbd8',
  selected: '#152a31',
  hover: '#182029',
  land: '#1a222c',
  border: '#0c1015',
  live: '#3ddc84',
  danger: '#ff5a6a',
  onDanger: '#21050a',
  dangerText: '#ff7482',
  severity: { critical: '#ff6a9f', high: '#ff7a45', medium: '#f0b429', low: '#5aa7ff' },
};

export const LIGHT: Tokens = {
  ground: '#eef1f4',
  surface: '#ffffff',
  raised: '#f5f7f9',
  line: '#d9dfe6',
  text: '#16202b',
  textSoft: '#4b5967',
  textFaint: '#5a6774',
  accent: '#0b7a8a',
  onAccent: '#ffffff',
  accentText: '#086a78',
  selected: '#e0eff1',
  hover: '#eef3f6',
  land: '#d3dbe3',
  border: '#eef1f4',
  live: '#0f7438',
  danger: '#c4203b',
  onDanger: '#ffffff',
  dangerText: '#b01831',
  severity: { critical: '#b8124f', high: '#a83c08', medium: '#7d5300', low: '#1759ab' },
};

/** Environments, chosen by index; never a severity's hue at a severity's strength. */
export const ENVIRONMENT_NAMES = [
  'lime',
  'violet',
  'sand',
  'rose',
  'steel',
  'mint',
  'plum',
  'olive',
  'sky',
  'clay',
  'lilac',
  'slate',
] as const;
export const ENVIRONMENT_DARK: readonly string[] = [
  '#8bd450',
  '#b48cff',
  '#d9b382',
  '#e8a0b4',
  '#8fa9c4',
  '#74d3ae',
  '#b77fb0',
  '#a9b665',
  '#9fd0e6',
  '#b98d7a',
  '#cdb8ee',
  '#7f8c9a',
];
export const ENVIRONMENT_LIGHT: readonly string[] = [
  '#4f8f1b',
  '#7d4fd6',
  '#9a7440',
  '#b35f78',
  '#56728f',
  '#23896a',
  '#8a4a83',
  '#6f7a2c',
  '#3d86a6',
  '#8d5f4b',
  '#8a6fc0',
  '#5c6874',
];
