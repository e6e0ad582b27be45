import { z } from 'zod';
import { ConnectionId, type EventId, type SessionId } from '#shared/domain/ids.ts';
import { epochMs } from '#shared/domain/units.ts';
import type { AuditRow } from '#shared/ipc/views.ts';
import { objectText } from '../ingest/audit-row.ts';
import { segmentOfKey, segmentTable } from './audit-segments.ts';
import { integer, integerOrNull, text, textOrNull } from './columns.ts';
import type { ReadableDb } from './database.ts';
import { knownEntries, type KnownEntries } from './known-entries.ts';
import { readRows, readTuples } from './statements.ts';

/** Events of one segment by key, without what their keys stand for: that is shared by many. */
const byKey = (
  table: string,
): string => `SELECT e.key, e.connection, e.id, e.at, e.action, e.outcome, e.reason, e.account,
    e.account_name, h.id AS session_id, e.actor_name, e.object_kind, coalesce(e.object_name, e.object_id) AS object_name,
    e.message, e.address, e.device
  FROM json_each(@keys) j CROSS JOIN ${table} e ON e.key = j.value LEFT JOIN handle h ON h.key = e.session`;

export const OUTCOMES = ['unknown', 'success', 'failure'] as const;

function auditRowOf(row: readonly unknown[], connection: ConnectionId, entries: KnownEntries): AuditRow {
  const [
    ,
    ,
    id,
    at,
    action,
    outcome,
    reason,
    account,
    typed,
    session,
    actor,
    kind,
    object,
    message,
    ip,
    from,
  ] = row;
  const address = entries.address(integerOrNull(ip));
  const device = entries.device(integerOrNull(from));
  const word = (key: unknown): string | null => entries.word(integerOrNull(key));
  const name = word(typed);
  return {
    connection,
    id: text(id) as EventId,
    at: epochMs(integer(at)),
    action: word(action) ?? '',
    outcome: OUTCOMES[integer(outcome)] ?? 'unknown',
    reason: word(reason),
    account: name === null ? null : { id: entries.account(integerOrNull(account))?.id ?? null, name },
    ip: address?.ip ?? null,
    place: address?.place ?? null,
    network: address?.network ?? null,
    device: device?.device ?? null,
    userAgent: device?.userAgent ?? null,
    sessionId: textOrNull(session) as SessionId | null,
    actor: word(actor),
    object: objectText(word(kind), textOrNull(object)),
    message: textOrNull(message),
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
    for (const row of readTuples(db, byKey(segmentTable(segment)), { keys: JSON.stringify(own) })) {
      const connection = connections.get(integer(row[1]));
      if (connection !== undefined) rows.set(integer(row[0]), auditRowOf(row, connection, entries));
    }
  }
  return keys.flatMap((key) => rows.get(key) ?? []);
}
