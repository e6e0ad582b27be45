import { z } from 'zod';
import { DetectionName, Severity } from '../domain/detection.ts';
import { AccountId, ConnectionId, MAX_ID_LENGTH, SessionId } from '../domain/ids.ts';
import { method } from './contract.ts';
import type {
  BackTestResult,
  DetectionDescription,
  DetectionDetail,
  DetectionFiguresView,
  DetectionGroup,
  DetectionRow,
  DetectSettingsVersion,
  DetectSettingsView,
  SuppressionReach,
  SuppressionView,
  TriageDone,
} from './detections-views.ts';
import { VERDICTS } from './verdicts.ts';

const connections = z.array(ConnectionId).max(100);
const DetectionKey = z.strictObject({ connection: ConnectionId, id: z.string().min(1).max(64) });
const text = z.string().trim().max(4_000);
const when = z.int().min(0);

export const TRIAGE_STATES = ['open', 'acknowledged', 'closed'] as const;
export { VERDICTS };

/** Accounts that are asked about at once. */
const MOST_ACCOUNTS = 500;

export const DetectionFilter = z.strictObject({
  connections: connections.optional(),
  states: z.array(z.enum(TRIAGE_STATES)).max(3).optional(),
  severities: z.array(Severity).max(5).optional(),
  detections: z.array(DetectionName).max(64).optional(),
  /** About one of these: those of a person, say. */
  accounts: z
    .array(z.strictObject({ connection: ConnectionId, id: AccountId }))
    .max(MOST_ACCOUNTS)
    .optional(),
  session: z.strictObject({ connection: ConnectionId, id: SessionId }).optional(),
  /** Exact address (or IPv6 /64) that a detection is about or came from. */
  ip: z.string().max(MAX_ID_LENGTH).optional(),
  campaign: z.strictObject({ connection: ConnectionId, id: z.string().max(64) }).optional(),
  assignee: z.string().max(MAX_ID_LENGTH).nullable().optional(),
  /** Event time of the last event that a detection rests on: from, and up to but not including. */
  since: when.optional(),
  until: when.optional(),
  /** Part of the summary, the person's name or the entity. */
  text: z.string().max(256).optional(),
  /** What is kept but not shown unless asked for. */
  include: z.array(z.enum(['filtered', 'suppressed', 'withdrawn', 'retrospective'])).default([]),
});
export type DetectionFilter = z.input<typeof DetectionFilter>;

const DETECTION_SORTS = ['severity', 'newest', 'oldest'] as const;

/** What a suppression silences: every given part must match; at least one besides the connection must be given. */
export const SuppressionScope = z
  .strictObject({
    connection: ConnectionId.nullable().default(null),
    detection: DetectionName.optional(),
    account: AccountId.optional(),
    /** An address or a CIDR block. */
    ip: z.string().max(64).optional(),
    asn: z.int().min(0).optional(),
    country: z
      .string()
      .regex(/^[A-Z]{2}$/, 'must be two capital letters (ISO 3166-1 alpha-2)')
      .optional(),
    entity: z.string().max(MAX_ID_LENGTH).optional(),
  })
  .refine(
    (scope) =>
      [scope.detection, scope.account, scope.ip, scope.asn, scope.country, scope.entity].some(
        (part) => part !== undefined,
      ),
    { message: 'would silence everything: name a detection, account, address, network, country or entity' },
  )
  .refine((scope) => scope.account === undefined || scope.connection !== null, {
    message: 'an account belongs to an environment: name the connection too',
  });
export type SuppressionScope = z.infer<typeof SuppressionScope>;

/** Detections: the queue, the card, triage, suppressions, figures, settings. */
export const DETECTION_METHODS = {
  'detections.list': method<{
    readonly rows: readonly DetectionRow[];
    readonly next: string | null;
    readonly total: number;
  }>()(() =>
    z.strictObject({
      filter: DetectionFilter,
      sort: z.enum(DETECTION_SORTS).default('severity'),
      cursor: z.string().max(1_024).nullable().default(null),
      limit: z.int().min(1).max(500).default(100),
    }),
  ),
  /** The same detections as stories: by person, or by campaign (what belongs to one attack). Worst first. */
  'detections.groups': method<{ readonly groups: readonly DetectionGroup[]; readonly total: number }>()(() =>
    z.strictObject({
      filter: DetectionFilter,
      by: z.enum(['person', 'campaign']),
      offset: z.int().min(0).max(1_000_000).default(0),
      limit: z.int().min(1).max(200).default(50),
    }),
  ),
  'detections.get': method<DetectionDetail | null>()(() => DetectionKey),
  'detections.triage': method<TriageDone>()(() =>
    z.strictObject({
      detections: z.array(DetectionKey).min(1).max(5_000),
      change: z
        .strictObject({
          state: z.enum(TRIAGE_STATES).optional(),
          /** Needed to close. */
          verdict: z.enum(VERDICTS).optional(),
          /** Null: nobody. */
          assignee: z.string().trim().min(1).max(MAX_ID_LENGTH).nullable().optional(),
          note: text.min(1).optional(),
        })
        .refine((change) => change.state !== 'closed' || change.verdict !== undefined, {
          message: 'say why it is closed: true-positive, benign or false-positive',
        })
        .refine((change) => Object.values(change).some((part) => part !== undefined), {
          message: 'nothing to change',
        }),
    }),
  ),
  /** Takes one triage back where nobody changed the detection after it. */
  'detections.undo': method<TriageDone>()(() => z.strictObject({ undo: z.int().min(1) })),
  'detections.figures': method<DetectionFiguresView>()(() =>
    z.strictObject({ connections: connections.optional() }),
  ),
  /** What the catalogue says about each detection. */
  'detections.catalogue': method<readonly DetectionDescription[]>()(() => z.strictObject({})),
  'suppressions.list': method<readonly SuppressionView[]>()(() => z.strictObject({})),
  /** What a suppression would silence among what is mirrored. */
  'suppressions.preview': method<SuppressionReach>()(() => z.strictObject({ scope: SuppressionScope })),
  'suppressions.add': method<SuppressionView>()(() =>
    z.strictObject({
      scope: SuppressionScope,
      /** Detections raised from then on are heard again (event time). */
      expiresAt: when,
      reason: text.min(1),
      /** Also silence what is open already. */
      existing: z.boolean().default(true),
    }),
  ),
  /** Ends it; what it silenced is shown again. */
  'suppressions.remove': method<{ readonly shown: number }>()(() => z.strictObject({ id: z.int().min(1) })),
  /** `connection` null: the settings of every environment that has none of its own. */
  'detections.settings': method<DetectSettingsView>()(() =>
    z.strictObject({ connection: ConnectionId.nullable() }),
  ),
  /** Settings as in docs/detections.md: absent is the default, null is off. */
  'detections.settings.save': method<DetectSettingsView>()(() =>
    z.strictObject({
      connection: ConnectionId.nullable(),
      settings: z.record(z.string().max(64), z.json()),
      note: text,
    }),
  ),
  /** What fires more and less on the mirrored events with other settings. May take a while; cancel it by its signal. */
  'detections.backTest': method<BackTestResult>()(() =>
    z.strictObject({
      connection: ConnectionId,
      /** As for save. */
      settings: z.record(z.string().max(64), z.json()),
      /** Events before it train silently; all events count when absent. Agent's clock. */
      since: when.optional(),
      until: when.optional(),
    }),
  ),
  'detections.settings.history': method<readonly DetectSettingsVersion[]>()(() =>
    z.strictObject({ connection: ConnectionId.nullable() }),
  ),
  /** Makes an earlier version the current one, as a new version. */
  'detections.settings.rollback': method<DetectSettingsView>()(() =>
    z.strictObject({ connection: ConnectionId.nullable(), version: z.int().min(0), note: text }),
  ),
} as const;
