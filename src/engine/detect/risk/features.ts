import type { PreparedEvent } from '../prepare.ts';

/**
 * The two features of the score and their levels, from the exact value to the coarsest, with the weights of
 * the reference implementation (Freeman et al., NDSS 2016, as implemented by Wiefling et al.).
 */
export const FEATURES = {
  ip: [
    { level: 'ip', weight: 0.6 },
    { level: 'asn', weight: 0.3 },
    { level: 'country', weight: 0.1 },
  ],
  ua: [
    { level: 'userAgent', weight: 0.53866538 },
    { level: 'browser', weight: 0.26804515 },
    { level: 'os', weight: 0.18818295 },
    { level: 'device', weight: 0.00510652 },
  ],
} as const;
export type FeatureName = keyof typeof FEATURES;
export const FEATURE_NAMES: readonly FeatureName[] = ['ip', 'ua'];

const named = (name: string | null, version: string | null): string | null =>
  name === null ? null : version === null ? name : `${name} ${version}`;

/** The values of a login at every level of a feature; null where it is not known. */
export const levelsOf = (event: PreparedEvent, feature: FeatureName): (string | null)[] =>
  feature === 'ip'
    ? [event.ip, event.asn === null ? null : String(event.asn), event.country]
    : [
        event.agent,
        named(event.browser, event.browserVersion),
        named(event.os, event.osVersion),
        event.device,
      ];
