import { z } from 'zod';
import { DetectionName, type Severity } from '#shared/domain/detection.ts';
import { AccountId, ConnectionId, SessionId } from '#shared/domain/ids.ts';
import { withName } from '#shared/domain/said.ts';
import { EpochMs } from '#shared/domain/units.ts';
import { TRIAGE_STATES, VERDICTS } from '#shared/ipc/detections-contract.ts';
import type { DetectionRow } from '#shared/ipc/detections-views.ts';
import { descriptorOf } from '../detect/catalogue.ts';
import type { ReadableDb } from '../mirror/database.ts';

/** By the number that the mirror keeps. */
export const SEVERITIES = [
  'info',
  'low',
  'medium',
  'high',
  'critical',
] as const satisfies readonly Severity[];

/** Not silenced in any way, not taken back, not found in the past: what somebody has to look at. */
export const HEARD =
  'd.filtered IS NULL AND d.suppression IS NULL AND d.retrospective = 0 AND d.withdrawn_at IS NULL';
/** In the very words of the index `detection_queue`. */
export const QUEUE = `d.state <> 'closed' AND ${HEARD}`;

export const DETECTION_FROM = `detection d JOIN connection c ON c.key = d.connection
  LEFT JOIN account a ON a.key = d.account LEFT JOIN handle h ON h.key = d.session`;
const COLUMNS = `d.key, c.id AS connection_id, c.name AS environment, d.id, d.name, d.severity, d.entity_kind,
  d.entity_id, a.name AS account_name, h.id AS session_id, d.ip, d.country, d.raised_at, d.last_at, d.found_at,
  d.withdrawn_at, d.campaign, d.filtered, d.suppression, d.retrospective, d.state, d.verdict, d.assignee, d.notes,
  d.triaged_at, d.summary, d.events, iif(d.name = 'sigma_rule', d.record ->> '$.evidence.title', NULL) AS own_title,
  (SELECT json_group_array(json_array(j.value, coalesce(u.name, j.value))) FROM json_each(d.users) j
     LEFT JOIN account u ON u.connection = d.connection AND u.id = j.value) AS people`;

const Row = z.object({
  key: z.number(),
  connection_id: ConnectionId,
  environment: z.string(),
  id: z.string(),
  name: DetectionName,
  /** Of an imported rule: what the rule is called. */
  own_title: z.string().nullable(),
  severity: z.number(),
  entity_kind: z.enum(['user', 'ip', 'session', 'environment']),
  entity_id: z.string(),
  account_name: z.string().nullable(),
  session_id: SessionId.nullable(),
  ip: z.string().nullable(),
  country: z.string().nullable(),
  raised_at: EpochMs,
  last_at: EpochMs,
  found_at: EpochMs,
  withdrawn_at: EpochMs.nullable(),
  campaign: z.string().nullable(),
  filtered: z.string().nullable(),
  suppression: z.number().nullable(),
  retrospective: z.number(),
  state: z.enum(TRIAGE_STATES),
  verdict: z.enum(VERDICTS).nullable(),
  assignee: z.string().nullable(),
  notes: z.number(),
  triaged_at: EpochMs.nullable(),
  summary: z.string(),
  events: z.number(),
  people: z.string(),
});
const People = z.array(z.tuple([z.string(), z.string()]));

/** An account that no store knows is held by the name that was typed, behind a mark that no id begins with. */
const TYPED = '~';
export const spoken = (id: string): string => (id.startsWith(TYPED) ? id.slice(1) : id);

function detectionRow(raw: unknown): DetectionRow {
  const row = Row.parse(raw);
  const entityName = ((): string => {
    switch (row.entity_kind) {
      case 'user':
        return row.account_name ?? spoken(row.entity_id);
      case 'session':
        return row.account_name ?? row.entity_id;
      case 'environment':
        return row.environment;
      default:
        return row.entity_id;
    }
  })();
  const people = People.parse(JSON.parse(row.people)).map(([id, name]) => [id, spoken(name)] as const);
  return {
    connection: row.connection_id,
    id: row.id,
    detection: row.name,
    title: row.own_title ?? descriptorOf(row.name).title,
    severity: SEVERITIES[row.severity] ?? 'info',
    entity: { kind: row.entity_kind, id: row.entity_id, name: entityName },
    people: people.map(([id, name]) => ({ id: AccountId.parse(id), name })),
    session: row.session_id,
    ip: row.ip,
    country: row.country,
    raisedAt: row.raised_at,
    lastAt: row.last_at,
    foundAt: row.found_at,
    summary: withName(row.summary, people),
    events: row.events,
    campaign: row.campaign,
    filtered: row.filtered,
    suppressed: row.suppression,
    retrospective: row.retrospective === 1,
    withdrawnAt: row.withdrawn_at,
    state: row.state,
    verdict: row.verdict,
    assignee: row.assignee,
    notes: row.notes,
    triagedAt: row.triaged_at,
  };
}

/** Rows by their keys, in that order. */
export function detectionRows(db: ReadableDb, keys: readonly number[]): readonly DetectionRow[] {
  const one = db.prepare(`SELECT ${COLUMNS} FROM ${DETECTION_FROM} WHERE d.key = ?`);
  return keys.flatMap((key) => {
    const row = one.get(key);
    return row === undefined ? [] : [detectionRow(row)];
  });
}

/** The key of a detection, or null. */
export function detectionKey(db: ReadableDb, connection: ConnectionId, id: string): number | null {
  const key = db
    .prepare(
      'SELECT d.key FROM detection d JOIN connection c ON c.key = d.connection WHERE c.id = ? AND d.id = ?',
    )
    .pluck()
    .get(connection, id);
  return key === undefined ? null : Number(key);
}

/** Open detections that are heard, by severity. */
export function openCounts(db: ReadableDb): Readonly<Record<Severity, number>> {
  const counts: Record<Severity, number> = { info: 0, low: 0, medium: 0, high: 0, critical: 0 };
  const rows = db
    .prepare(`SELECT d.severity, count(*) AS count FROM detection d WHERE ${QUEUE} GROUP BY d.severity`)
    .all();
  for (const raw of rows) {
    const { severity, count } = z.object({ severity: z.number(), count: z.number() }).parse(raw);
    const name = SEVERITIES[severity];
    if (name !== undefined) counts[name] = count;
  }
  return counts;
}
