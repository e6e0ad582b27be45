import type { DetectionRecord } from '#shared/domain/detection.ts';
import { DAY } from '#shared/domain/units.ts';

/** Findings that go on while a state lasts are updated at every event of it; a week to be sure. The others last for a day. */
const LASTING: ReadonlySet<string> = new Set([
  'concurrent_sessions',
  'brute_force',
  'brute_force_success',
  'fails_elsewhere_after_success',
]);
/** The longest `settledMs`. */
export const SETTLED_MOST = 7 * DAY;

/** Time (ms) after which a finding does not change any more. */
export const settledMs = ({ detection }: DetectionRecord): number =>
  LASTING.has(detection) ? SETTLED_MOST : DAY;

/** Of what several producers say about one finding, the version of the first by name. */
export const shown = (held: ReadonlyMap<string, DetectionRecord>): DetectionRecord | undefined => {
  let first: string | undefined;
  for (const producer of held.keys()) if (first === undefined || producer < first) first = producer;
  return first === undefined ? undefined : held.get(first);
};
