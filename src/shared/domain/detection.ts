import { z } from 'zod';
import { SEVERITIES } from './severity.ts';

/** Every detection of the catalogue, by the name that files, windows and messages use. */
export const DETECTION_NAMES = [
  'impossible_travel',
  'new_country',
  'atypical_country',
  'new_device',
  'anonymous_ip',
  'hosting_ip',
  'unfamiliar_sign_in',
  'risky_sign_in',
  'brute_force',
  'brute_force_success',
  'password_spray',
  'password_spray_slow',
  'password_spray_distributed',
  'password_spray_success',
  'credential_stuffing',
  'credential_stuffing_success',
  'success_after_attack',
  'fails_elsewhere_after_success',
  'session_hijack',
  'session_came_back',
  'concurrent_sessions',
  'concurrent_countries',
  'idle_session',
  'overlong_session',
  'dormant_account',
  'off_hours',
  'geofence',
  'privileged_role_after_risky_login',
  'user_risk',
  'clock_skew',
  'sigma_rule',
] as const;
export const DetectionName = z.enum(DETECTION_NAMES);
export type DetectionName = z.infer<typeof DetectionName>;

export { severityRank } from './severity.ts';
export const Severity = z.enum(SEVERITIES);
export type Severity = z.infer<typeof Severity>;

const ENTITY_KINDS = ['user', 'ip', 'session', 'environment'] as const;
const DetectionEntity = z.object({ kind: z.enum(ENTITY_KINDS), id: z.string() });
export type DetectionEntity = z.infer<typeof DetectionEntity>;

/** One filter that was looked at, whether it silenced the detection, and why. */
export const FilterConsidered = z.object({ filter: z.string(), applied: z.boolean(), reason: z.string() });
export type FilterConsidered = z.infer<typeof FilterConsidered>;

/**
 * What a card needs to stand on its own. The common parts are typed; each detection adds its own figures
 * (docs/detections.md lists them), all JSON.
 */
export const DetectionEvidence = z
  .object({
    title: z.string(),
    /** One sentence with the figures in it. */
    summary: z.string(),
    techniques: z.array(z.string()),
    nextStep: z.string(),
    filtersConsidered: z.array(FilterConsidered),
  })
  .catchall(z.json());
export type DetectionEvidence = z.infer<typeof DetectionEvidence>;

/** One finding. The id is a hash of what was found, so two consoles name the same thing alike. */
export const DetectionRecord = z.object({
  id: z.string(),
  detection: DetectionName,
  /** Id of the event that raised it. */
  at: z.string(),
  /** Event time of `at`, ms since the epoch. */
  raisedAt: z.number(),
  /** Event time of the last event that it rests on, ms since the epoch. */
  lastAt: z.number(),
  /** Ids of the events it rests on, in event time; capped, `evidence` holds the full counts. */
  events: z.array(z.string()),
  entity: DetectionEntity,
  /** Accounts whose risk it raises; the targets of an attack are not among them. */
  users: z.array(z.string()),
  severity: Severity,
  /** The filter that silenced it. Kept, shown, not notified. */
  filtered: z.string().optional(),
  /** Raised by events that were read after the fact; notifies nobody. */
  retrospective: z.boolean(),
  evidence: DetectionEvidence,
});
export type DetectionRecord = z.infer<typeof DetectionRecord>;

/** How the set of detections changed: a record appeared or changed, or a late event took its ground away. */
export type DetectionDelta =
  | { readonly kind: 'upsert'; readonly record: DetectionRecord }
  | { readonly kind: 'withdraw'; readonly id: string };

/** Live figures of one detection, so that its silence can be trusted. */
export const DetectionFigures = z.object({
  evaluated: z.number(),
  /** Count by reason, such as "no place". */
  notEvaluable: z.record(z.string(), z.number()),
  /** Count by filter. */
  filtered: z.record(z.string(), z.number()),
  fired: z.number(),
});
export type DetectionFigures = z.infer<typeof DetectionFigures>;
