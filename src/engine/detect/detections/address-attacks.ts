import { HOUR, MINUTE } from '#shared/domain/units.ts';
import type { AddressAttack, AddressFailures } from '../address-state.ts';
import type { Hit } from '../attack-run.ts';
import type { Descriptor } from '../descriptor.ts';
import type { PreparedEvent } from '../prepare.ts';
import type { DetectSettings } from '../settings.ts';

/** One pattern of many accounts attacked from one address. */
export interface AddressPattern {
  readonly descriptor: Descriptor & { readonly name: AddressAttack };
  /** Length of the sliding window, ms; null when switched off. */
  windowMs(settings: DetectSettings): number | null;
  /** Whether the failures in the window, which end with this event, make the pattern. */
  matches(
    failures: AddressFailures,
    successes: readonly Hit[],
    event: PreparedEvent,
    settings: DetectSettings,
  ): boolean;
}

/** Filters of all three. */
export const ATTACK_FILTERS = [
  'ignored_ip',
  'ignored_asn',
  'trusted_egress',
  'allow_list',
  'established_users',
  'success_ratio',
] as const;

export const hours = (value: number): number => value * HOUR;
export const minutes = (value: number): number => value * MINUTE;
