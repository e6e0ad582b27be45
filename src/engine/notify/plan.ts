import { severityRank, type DetectionName } from '#shared/domain/detection.ts';
import { MINUTE } from '#shared/domain/units.ts';
import type { ChannelConfig } from '#shared/ipc/notify-contract.ts';
import type { Item } from './finding.ts';

/** Shown, and counted toward a person's risk, but no reason to call anybody by themselves (docs/detections.md). */
const QUIET_ALONE: ReadonlySet<DetectionName> = new Set(['new_device', 'unfamiliar_sign_in']);

/** Whether a channel is told of this at all. What a filter silenced or history raised notifies nobody. */
export function wants(config: ChannelConfig, { finding }: Item): boolean {
  const { record, connection } = finding;
  const { minSeverity, detections, connections } = config.subscription;
  if (!config.enabled || record.filtered !== undefined || record.retrospective) return false;
  if (connections !== null && !connections.includes(connection)) return false;
  if (severityRank(record.severity) < severityRank(minSeverity)) return false;
  return detections === null ? !QUIET_ALONE.has(record.detection) : detections.includes(record.detection);
}

export interface WaitingItem {
  readonly key: number;
  readonly rank: number;
  /** Console clock, ms. */
  readonly createdAt: number;
}
export type Plan =
  | { readonly is: 'send'; readonly shape: 'single' | 'digest'; readonly items: readonly WaitingItem[] }
  | { readonly is: 'wait'; readonly until: number | null };

/**
 * What a channel sends next: a message of its own while the limit allows, otherwise one digest of everything when the
 * oldest has waited long enough.
 * @param waiting oldest first
 * @param recent when the messages of the last window were made, in any order
 */
export function plan(
  limits: ChannelConfig['limits'],
  waiting: readonly WaitingItem[],
  recent: readonly number[],
  now: number,
): Plan {
  const [oldest] = waiting;
  if (oldest === undefined) return { is: 'wait', until: null };
  const windowMs = limits.windowMin * MINUTE;
  const used = recent.filter((at) => at > now - windowMs);
  const floor = limits.digestBelow === null ? 0 : severityRank(limits.digestBelow);
  const urgent = waiting.find(({ rank }) => rank >= floor);
  const digestAt = oldest.createdAt + limits.digestMin * MINUTE;
  if (digestAt <= now && waiting.length > 1) return { is: 'send', shape: 'digest', items: waiting };
  if (urgent !== undefined && used.length < limits.messages) {
    return { is: 'send', shape: 'single', items: [urgent] };
  }
  if (digestAt <= now) return { is: 'send', shape: 'digest', items: waiting };
  const freeAt = urgent === undefined ? Infinity : Math.min(...used) + windowMs;
  return { is: 'wait', until: Math.min(digestAt, freeAt) };
}
