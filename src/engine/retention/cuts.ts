import { z } from 'zod';
import {
  RETENTION_KINDS,
  type RetentionForecast,
  type RetentionKind,
  type RetentionPolicy,
} from '#shared/ipc/mirror-contract.ts';
import { ConnectionId } from '#shared/domain/ids.ts';
import { DAY, epochMs } from '#shared/domain/units.ts';
import { QUEUE } from '../detections/rows.ts';
import { auditSegments, type AuditSegment } from '../mirror/audit-segments.ts';
import type { ReadableDb } from '../mirror/database.ts';

/** What of one environment is too old. */
export interface Cut {
  readonly connection: number;
  readonly id: ConnectionId;
  readonly name: string;
  readonly kind: RetentionKind;
  /** Agent's clock; what happened before it goes. */
  readonly before: number;
}

const Named = z.object({ key: z.number(), id: ConnectionId, name: z.string() });

/** The rule of an environment itself goes before the one of all. Removed environments whose data was kept count too. */
export function cutsOf(db: ReadableDb, policy: RetentionPolicy, now: number): readonly Cut[] {
  const connections = db
    .prepare('SELECT key, id, name FROM connection ORDER BY key')
    .all()
    .map((row) => Named.parse(row));
  return connections.flatMap(({ key, id, name }) =>
    RETENTION_KINDS.flatMap((kind): Cut[] => {
      const rules = policy.rules.filter((rule) => rule.kind === kind);
      const rule =
        rules.find(({ connection }) => connection === id) ??
        rules.find(({ connection }) => connection === null);
      if (rule?.days === undefined || rule.days === null) return [];
      return [{ connection: key, id, name, kind, before: now - rule.days * DAY }];
    }),
  );
}

/** Bytes that the mirror uses, without free pages. */
export function mirrorBytes(db: ReadableDb): { readonly used: number; readonly free: number } {
  const page = Number(db.pragma('page_size', { simple: true }));
  const pages = Number(db.pragma('page_count', { simple: true }));
  const free = Number(db.pragma('freelist_count', { simple: true }));
  return { used: (pages - free) * page, free: free * page };
}

/** The segment with the oldest events that is not being written. */
export function oldestSegment(db: ReadableDb): AuditSegment | null {
  return auditSegments(db)
    .filter(({ state }) => state !== 'hot')
    .reduce<AuditSegment | null>(
      (oldest, one) => (oldest === null || one.to < oldest.to ? one : oldest),
      null,
    );
}

/** What a policy would delete at this moment. Whole segments are not counted row by row. */
export function forecast(db: ReadableDb, policy: RetentionPolicy, now: number): RetentionForecast {
  const items = cutsOf(db, policy, now)
    .map(({ connection, id, name, kind, before }) => ({
      connection: id,
      name,
      kind,
      before: epochMs(before),
      rows: BEFORE[kind](db, connection, before),
    }))
    .filter(({ rows }) => rows > 0);
  const { used } = mirrorBytes(db);
  const tooMuch = policy.mostMegabytes === null ? 0 : used - policy.mostMegabytes * 1e6;
  const all = auditSegments(db).reduce((sum, { events }) => sum + events, 0);
  return {
    items,
    forSize: tooMuch <= 0 ? 0 : Math.min(all, Math.round((all * tooMuch) / Math.max(1, used))),
  };
}

function eventsBefore(db: ReadableDb, connection: number, before: number): number {
  return auditSegments(db, { until: before, connections: [connection] }).reduce(
    (sum, { table, to, events }) =>
      sum +
      (to < before
        ? events
        : Number(
            db
              .prepare(`SELECT count(*) FROM ${table} WHERE at < ? AND connection = ?`)
              .pluck()
              .get(before, connection),
          )),
    0,
  );
}

const sessionsBefore = (db: ReadableDb, connection: number, before: number): number =>
  Number(
    db
      .prepare('SELECT count(*) FROM session WHERE ended_at < ? AND connection = ?')
      .pluck()
      .get(before, connection),
  );

const detectionsBefore = (db: ReadableDb, connection: number, before: number): number =>
  Number(
    db
      .prepare(`SELECT count(*) FROM detection d WHERE last_at < ? AND connection = ? AND NOT (${QUEUE})`)
      .pluck()
      .get(before, connection),
  );

const BEFORE = { events: eventsBefore, sessions: sessionsBefore, detections: detectionsBefore } as const;
