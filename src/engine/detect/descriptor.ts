import type { DetectionName, Severity } from '#shared/domain/detection.ts';
import type { SettingName } from './settings.ts';

/** What the catalogue says about one detection; docs/detections.md is made from it. */
export interface Descriptor {
  readonly name: DetectionName;
  readonly setting: SettingName;
  readonly title: string;
  /** What fires, in words, with the defaults. */
  readonly logic: string;
  /** Where the numbers come from; "ours" where no public source exists. */
  readonly sources: string;
  /** MITRE ATT&CK technique ids. */
  readonly techniques: readonly string[];
  readonly severity: string;
  readonly entity: 'user' | 'ip' | 'session' | 'environment';
  /** Names of the filters that can silence it. */
  readonly filters: readonly string[];
  /** What an analyst does next. */
  readonly nextStep: string;
  /** Whether it counts toward the person's risk level. */
  readonly countsForRisk: boolean;
  /** With `userRisk.onlyTelling` it counts from this severity on; absent: always. */
  readonly countsFrom?: Severity;
}

/** Filters that every detection about a person's sign-in considers. */
export const STANDARD_FILTERS = [
  'ignored_user',
  'ignored_ip',
  'ignored_asn',
  'trusted_egress',
  'service_account',
  'allow_list',
] as const;
