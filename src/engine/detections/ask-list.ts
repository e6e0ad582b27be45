import { z } from 'zod';
import { ConnectionId } from '#shared/domain/ids.ts';
import { EpochMs } from '#shared/domain/units.ts';
import type { ParsedOf, ReplyOf } from '#shared/ipc/contract.ts';
import type { DETECTION_METHODS } from '#shared/ipc/detections-contract.ts';
import type { DetectionGroup } from '#shared/ipc/detections-views.ts';
import type { ReadableDb } from '../mirror/database.ts';
import type { Question } from '../mirror/question.ts';
import { detectionCondition } from './filter.ts';
import { DETECTION_FROM, detectionRows, SEVERITIES } from './rows.ts';

type Methods = typeof DETECTION_METHODS;

const Cursor = z.strictObject({ severity: z.int(), at: z.int(), key: z.int() });
type Cursor = z.infer<typeof Cursor>;

const ORDERS = {
  severity: {
    sql: 'd.severity DESC, d.last_at DESC, d.key DESC',
    after: '(d.severity, d.last_at, d.key) < (@afterSeverity, @afterAt, @afterKey)',
  },
  newest: { sql: 'd.last_at DESC, d.key DESC', after: '(d.last_at, d.key) < (@afterAt, @afterKey)' },
  oldest: { sql: 'd.last_at, d.key', after: '(d.last_at, d.key) > (@afterAt, @afterKey)' },
} as const;

/** A cursor comes from a window; anything that is not one of ours starts at the beginning. */
function readCursor(text: string | null): Cursor | null {
  if (text === null) return null;
  try {
    const parsed = Cursor.safeParse(JSON.parse(text));
    return parsed.success ? parsed.data : null;
  } catch {
    return null;
  }
}

/** A page of detections. */
export function* detectionList(
  db: ReadableDb,
  request: ParsedOf<Methods['detections.list']>,
): Question<ReplyOf<Methods['detections.list']>> {
  const { sql, bound } = detectionCondition(request.filter);
  const total = Number(db.prepare(`SELECT count(*) FROM ${DETECTION_FROM} WHERE ${sql}`).pluck().get(bound));
  yield;
  const cursor = readCursor(request.cursor);
  const order = ORDERS[request.sort];
  const rows = db
    .prepare(
      `SELECT d.key, d.severity, d.last_at AS at FROM ${DETECTION_FROM}
       WHERE ${sql} ${cursor === null ? '' : `AND ${order.after}`} ORDER BY ${order.sql} LIMIT @limit`,
    )
    .all({
      ...bound,
      ...(cursor === null
        ? {}
        : {
            ...(request.sort === 'severity' ? { afterSeverity: cursor.severity } : {}),
            afterAt: cursor.at,
            afterKey: cursor.key,
          }),
      limit: request.limit + 1,
    })
    .map((row) => Cursor.parse(row));
  yield;
  const page = rows.slice(0, request.limit);
  const last = page.at(-1);
  return {
    rows: detectionRows(
      db,
      page.map(({ key }) => key),
    ),
    next: rows.length > request.limit && last !== undefined ? JSON.stringify(last) : null,
    total,
  };
}

const MOST_IN_GROUP = 20;
const Group = z.object({
  connection_id: ConnectionId,
  group_key: z.string(),
  worst: z.number(),
  count: z.number(),
  open: z.number(),
  first_at: EpochMs,
  last_at: EpochMs,
});

/** Detections as stories, worst and newest first. One that belongs to none is its own campaign, not its own person. */
export function* detectionGroups(
  db: ReadableDb,
  request: ParsedOf<Methods['detections.groups']>,
): Question<ReplyOf<Methods['detections.groups']>> {
  const { sql, bound } = detectionCondition(request.filter);
  const key = request.by === 'person' ? 'a.id' : 'coalesce(d.campaign, d.id)';
  const where = request.by === 'person' ? `${sql} AND d.account IS NOT NULL` : sql;
  const total = Number(
    db
      .prepare(
        `SELECT count(*) FROM (SELECT 1 FROM ${DETECTION_FROM} WHERE ${where} GROUP BY d.connection, ${key})`,
      )
      .pluck()
      .get(bound),
  );
  yield;
  const found = db
    .prepare(
      `SELECT c.id AS connection_id, ${key} AS group_key, max(d.severity) AS worst, count(*) AS count,
         sum(d.state <> 'closed') AS open, min(d.raised_at) AS first_at, max(d.last_at) AS last_at
       FROM ${DETECTION_FROM} WHERE ${where} GROUP BY d.connection, ${key}
       ORDER BY worst DESC, last_at DESC, group_key LIMIT @limit OFFSET @offset`,
    )
    .all({ ...bound, limit: request.limit, offset: request.offset })
    .map((row) => Group.parse(row));
  yield;
  const members = db
    .prepare(
      `SELECT d.key FROM ${DETECTION_FROM} WHERE ${where} AND c.id = @groupConnection AND ${key} = @group
       ORDER BY d.raised_at, d.key LIMIT ${MOST_IN_GROUP}`,
    )
    .pluck();
  const groups: DetectionGroup[] = [];
  for (const one of found) {
    const keys = members
      .all({ ...bound, groupConnection: one.connection_id, group: one.group_key })
      .map(Number);
    const rows = detectionRows(db, keys);
    const first = rows[0];
    groups.push({
      key: one.group_key,
      connection: one.connection_id,
      label:
        request.by === 'person'
          ? (first?.people.find(({ id }) => id === one.group_key)?.name ?? one.group_key)
          : [...new Set(rows.map(({ title }) => title))].slice(0, 4).join(' → '),
      worst: SEVERITIES[one.worst] ?? 'info',
      count: one.count,
      open: one.open,
      firstAt: one.first_at,
      lastAt: one.last_at,
      rows,
    });
    yield;
  }
  return { groups, total };
}
