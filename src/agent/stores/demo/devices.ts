import type { Random } from './random.ts';
import { weighted } from './random.ts';

export interface Device {
  /** Position among the person's devices; an intruder's begin at 100. */
  readonly index: number;
  readonly form: 'desktop' | 'phone' | 'program';
  readonly userAgent: string;
}

interface Model {
  readonly userAgent: string;
  readonly weight: number;
}

// Shapes as current browsers send them: reduced Chromium versions, frozen system versions.
const WINDOWS = 'Mozilla/5.0 (Windows NT 10.0; Win64; x64)';
const MAC = 'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7)';
const LINUX = 'Mozilla/5.0 (X11; Linux x86_64)';
const chrome = (system: string, version: number): string =>
  `${system} AppleWebKit/537.36 (KHTML, like Gecko) Chrome/${String(version)}.0.0.0 Safari/537.36`;
const edge = (version: number): string => `${chrome(WINDOWS, version)} Edg/${String(version)}.0.0.0`;
const firefox = (system: string, version: number): string =>
  `Mozilla/5.0 (${system}; rv:${String(version)}.0) Gecko/20100101 Firefox/${String(version)}.0`;
const safari = (version: string): string =>
  `${MAC} AppleWebKit/605.1.15 (KHTML, like Gecko) Version/${version} Safari/605.1.15`;
const iphone = (os: string, version: string): string =>
  `Mozilla/5.0 (iPhone; CPU iPhone OS ${os} like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/${version} Mobile/15E148 Safari/604.1`;
const android = (version: number): string =>
  `Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/${String(version)}.0.0.0 Mobile Safari/537.36`;
const samsung = (version: number): string =>
  `Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) SamsungBrowser/${String(version)}.0 Chrome/136.0.0.0 Mobile Safari/537.36`;

const DESKTOPS: readonly Model[] = [
  { userAgent: chrome(WINDOWS, 147), weight: 22 },
  { userAgent: chrome(WINDOWS, 148), weight: 14 },
  { userAgent: edge(147), weight: 13 },
  { userAgent: edge(148), weight: 7 },
  { userAgent: chrome(MAC, 148), weight: 10 },
  { userAgent: safari('26.4'), weight: 9 },
  { userAgent: safari('18.6'), weight: 4 },
  { userAgent: firefox('Windows NT 10.0; Win64; x64', 150), weight: 6 },
  { userAgent: firefox('Macintosh; Intel Mac OS X 10.15', 150), weight: 3 },
  { userAgent: firefox('X11; Linux x86_64', 140), weight: 4 },
  { userAgent: chrome(LINUX, 148), weight: 3 },
];
const PHONES: readonly Model[] = [
  { userAgent: iphone('18_6', '26.4'), weight: 20 },
  { userAgent: iphone('18_7', '26.3'), weight: 14 },
  { userAgent: iphone('17_7', '17.7'), weight: 5 },
  { userAgent: android(148), weight: 24 },
  { userAgent: android(147), weight: 12 },
  { userAgent: samsung(29), weight: 10 },
];
const PROGRAMS: readonly Model[] = [
  { userAgent: 'python-requests/2.33.1', weight: 3 },
  { userAgent: 'okhttp/5.2.1', weight: 2 },
  { userAgent: 'node', weight: 2 },
  { userAgent: 'GuzzleHttp/7', weight: 2 },
];

const MODELS = { desktop: DESKTOPS, phone: PHONES, program: PROGRAMS } as const;

const withoutVersions = (userAgent: string): string => userAgent.replaceAll(/[\d._]+/g, '');

/** A desktop that differs from all of these in more than its version: another browser, or another system. */
export function foreignDesktop(random: Random, index: number, own: readonly Device[]): Device {
  const clients = new Set(own.map(({ userAgent }) => withoutVersions(userAgent)));
  const foreign = DESKTOPS.filter(({ userAgent }) => !clients.has(withoutVersions(userAgent)));
  const model = weighted(random, foreign, (item) => item.weight);
  return {
    index,
    form: 'desktop',
    userAgent: model?.userAgent ?? `watchfloor-demo-device/${String(index)}`,
  };
}

/** A device of this form whose user agent none of the others has: that is how a session finds its device again. */
export function chooseDevice(
  random: Random,
  form: Device['form'],
  index: number,
  others: readonly Device[],
): Device {
  const free = MODELS[form].filter((model) => !others.some((other) => other.userAgent === model.userAgent));
  const model = weighted(random, free, (item) => item.weight);
  return { index, form, userAgent: model?.userAgent ?? `watchfloor-demo-device/${String(index)}` };
}
