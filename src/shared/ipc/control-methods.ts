import type { EngineContract } from './engine-contract.ts';
import { MIRROR_METHODS } from './mirror-contract.ts';
import { QUERY_METHODS } from './query-contract.ts';

/** What the command line may ask of a running engine: questions, and what only it can do for its owner. */
export type ControlMethod =
  keyof typeof QUERY_METHODS | keyof typeof MIRROR_METHODS | (typeof OTHERS)[number];

const OTHERS = [
  'about',
  'environments.list',
  'sessions.page',
  'sessions.get',
  'figures',
  'audit.page',
  'respond.operations',
  'detections.list',
  'detections.get',
  'detections.triage',
  'detections.settings',
  'detections.settings.save',
  'risk.calibrate',
  'lists.add',
  'lists.remove',
] as const satisfies readonly (keyof EngineContract)[];

/**
 * The same by name. The command line can call nothing else (its types say so), so that what works on a resting profile
 * works beside a running engine as well.
 */
export const CONTROL_METHODS: readonly string[] = [
  ...Object.keys(QUERY_METHODS),
  ...Object.keys(MIRROR_METHODS),
  ...OTHERS,
];
