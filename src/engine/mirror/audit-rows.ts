import { z } from 'zod';
import { ConnectionId, EventId, SessionId } from '#shared/domain/ids.ts';
import { EpochMs } from '#shared/domain/units.ts';
import type { AuditRow } from '#shared/ipc/views.ts';
import { objectText } from '../ingest/audit-row.ts';
import { segmentOfKey, segmentTable } from './audit-segments.ts';
import type { ReadableDb } from './database.ts';
import { knownEntries, type KnownEntries } from './known-entries.ts';
import { readRows } from './statements.ts';

/** Events of one segment by key, without what their keys stand for: that is shared by many. */
const byKey = (
  table: string,
): string => `SELECT e.key, e.connection, e.id, e.at, e.action, e.outcome, e.reason, e.account,
    e.account_name, h.id AS session_id, e.actor_name, e.object_kind, coalesce(e.object_name, e.object_id) AS object_name,
    e.message, e.address, e.device
  FROM json_each(@keys) j CROSS JOIN ${table} e ON e.key = j.value LEFT JOIN handle h ON h.key = e.session`;

export const OUTCOMES = ['unknown', 'success', 'failure'] as const;

const Row = z.object({
  key: z.int(),
  connection: z.int(),
  id: EventId,
  at: EpochMs,
  action: z.int(),
  outcome: z.int(),
  reason: z.int().nullable(),
  account: z.int().nullable(),
  account_name: z.int().nullable(),
  session_id: SessionId.nullable(),
  actor_name: z.int().nullable(),
  object_kind: z.int().nullable(),
  object_name: z.string().nullable(),
  message: z.string().nullable(),
  address: z.int().nullable(),
  device: z.int().nullable(),
});

function auditRowOf(row: z.infer<typeof Row>, connection: ConnectionId, entries: KnownEntries): AuditRow {
  const address = entries.address(row.address);
  const device = entries.device(row.device);
  const name = entries.word(row.account_name);
  return {
    connection,
    id: row.id,
    at: row.at,
    action: entries.word(row.action) ?? '',
    outcome: OUTCOMES[row.outcome] ?? 'unknown',
    reason: entries.word(row.reason),
    account: name === null ? null : { id: entries.account(row.account)?.id ?? null, name },
    ip: address?.ip ?? null,
    place: address?.place ?? null,
    network: address?.network ?? null,
    device: device?.device ?? null,
    userAgent: device?.userAgent ?? null,
    sessionId: row.session_id,
    actor: entries.word(row.actor_name),
    object: objectText(entries.word(row.object_kind), row.object_name),
    message: row.message,
  };
}

const Connection = z.object({ key: z.int(), id: ConnectionId });

/** Events by key, in the order asked for. One that has gone meanwhile is left out. */
export function auditRows(db: ReadableDb, keys: readonly number[]): readonly AuditRow[] {
  if (keys.length === 0) return [];
  const entries = knownEntries(db);
  const connections = new Map(
    readRows(db, 'SELECT key, id FROM connection').map((raw) => {
      const { key, id } = Connection.parse(raw);
      return [key, id] as const;
    }),
  );
  const bySegment = new Map<number, number[]>();
  for (const key of keys) {
    const segment = segmentOfKey(key);
    const of = bySegment.get(segment);
    if (of === undefined) bySegment.set(segment, [key]);
    else of.push(key);
  }
  const rows = new Map<number, AuditRow>();
  for (const [segment, own] of bySegment) {
    for (const raw of readRows(db, byKey(segmentTable(segment)), { keys: JSON.stringify(own) })) {
      const row = Row.parse(raw);
      const connection = connections.get(row.connection);
      if (connection !== undefined) rows.set(row.key, auditRowOf(row, connection, entries));
    }
  }
  return keys.flatMap((key) => rows.get(key) ?? []);
}
