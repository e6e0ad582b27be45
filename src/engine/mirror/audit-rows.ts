import type { Statement } from 'better-sqlite3';
import { z } from 'zod';
import { AccountId, ConnectionId, EventId, SessionId } from '#shared/domain/ids.ts';
import { EpochMs } from '#shared/domain/units.ts';
import type { AuditRow } from '#shared/ipc/views.ts';
import { objectText } from '../ingest/audit-row.ts';
import { segmentOfKey, segmentTable } from './audit-segments.ts';
import type { ReadableDb } from './database.ts';
import { KNOWN_COLUMNS, KnownRow, knownView } from './known-columns.ts';

/** One segment's events (alias e) with the words, accounts, addresses and devices that they name. */
const auditFrom = (table: string): string => `${table} e
  JOIN connection c ON c.key = e.connection
  JOIN word action ON action.key = e.action
  LEFT JOIN word reason ON reason.key = e.reason
  LEFT JOIN account a ON a.key = e.account
  LEFT JOIN word typed ON typed.key = e.account_name
  LEFT JOIN word actor ON actor.key = e.actor_name
  LEFT JOIN word object ON object.key = e.object_kind
  LEFT JOIN handle h ON h.key = e.session
  LEFT JOIN address p ON p.key = e.address
  LEFT JOIN device d ON d.key = e.device`;

const AUDIT_COLUMNS = `e.key, c.id AS connection_id, e.id, e.at, action.text AS action, e.outcome,
  reason.text AS reason, a.id AS account_id, typed.text AS account_name, h.id AS session_id,
  actor.text AS actor, object.text AS object_kind, coalesce(e.object_name, e.object_id) AS object_name,
  e.message, ${KNOWN_COLUMNS}`;

export const OUTCOMES = ['unknown', 'success', 'failure'] as const;

const Row = KnownRow.extend({
  key: z.number(),
  connection_id: ConnectionId,
  id: EventId,
  at: EpochMs,
  action: z.string(),
  outcome: z.number(),
  reason: z.string().nullable(),
  account_id: AccountId.nullable(),
  account_name: z.string().nullable(),
  session_id: SessionId.nullable(),
  actor: z.string().nullable(),
  object_kind: z.string().nullable(),
  object_name: z.string().nullable(),
  message: z.string().nullable(),
});

function auditRowOf(raw: unknown): AuditRow {
  const row = Row.parse(raw);
  const known = knownView(row);
  return {
    connection: row.connection_id,
    id: row.id,
    at: row.at,
    action: row.action,
    outcome: OUTCOMES[row.outcome] ?? 'unknown',
    reason: row.reason,
    account: row.account_name === null ? null : { id: row.account_id, name: row.account_name },
    ip: known.ip,
    place: known.place,
    network: known.network,
    device: known.device,
    userAgent: known.userAgent,
    sessionId: row.session_id,
    actor: row.actor,
    object: objectText(row.object_kind, row.object_name),
    message: row.message,
  };
}

/** Events by key, in the order asked for. One that has gone meanwhile is left out. */
export function auditRows(db: ReadableDb, keys: readonly number[]): readonly AuditRow[] {
  const statements = new Map<number, Statement>();
  const statement = (segment: number): Statement => {
    const made =
      statements.get(segment) ??
      db.prepare(`SELECT ${AUDIT_COLUMNS} FROM ${auditFrom(segmentTable(segment))} WHERE e.key = ?`);
    statements.set(segment, made);
    return made;
  };
  return keys.flatMap((key) => {
    const row = statement(segmentOfKey(key)).get(key);
    return row === undefined ? [] : [auditRowOf(row)];
  });
}
