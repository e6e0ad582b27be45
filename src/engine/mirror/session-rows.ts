import { z } from 'zod';
import { ConnectionId, SessionId } from '#shared/domain/ids.ts';
import { sessionStatus } from '#shared/domain/status.ts';
import { EpochMs, epochMs } from '#shared/domain/units.ts';
import type { SessionRow } from '#shared/ipc/views.ts';
import type { ReadableDb } from './database.ts';
import { knownEntries, type KnownAccount, type KnownEntries } from './known-entries.ts';
import { ownAccounts, ownKey, type OwnAccounts } from './own-accounts.ts';
import { readRows } from './statements.ts';

/** Rows by key without what their keys stand for: that is shared by many. */
const BY_KEY = `SELECT s.key, s.connection, h.id, s.account, s.via, s.opened_at, s.last_seen_at, s.expires_at,
    s.ended_at, s.cause, s.marks, coalesce(s.last_address, s.opened_address) AS address,
    coalesce(s.last_device, s.opened_device) AS device, s.last_address IS NOT NULL AS ip_is_last,
    (SELECT r.risk FROM session_risk r WHERE r.session = s.key) AS risk
  FROM json_each(@keys) j CROSS JOIN session s ON s.key = j.value CROSS JOIN handle h ON h.key = s.key`;

const Row = z.object({
  key: z.int(),
  connection: z.int(),
  id: SessionId,
  account: z.int().nullable(),
  via: z.int().nullable(),
  opened_at: EpochMs.nullable(),
  last_seen_at: EpochMs.nullable(),
  expires_at: EpochMs.nullable(),
  ended_at: EpochMs.nullable(),
  cause: z.int().nullable(),
  marks: z.int(),
  address: z.int().nullable(),
  device: z.int().nullable(),
  ip_is_last: z.int(),
  risk: z.int().nullable(),
});
const Connection = z.object({
  key: z.int(),
  id: ConnectionId,
  write_interval_ms: z.number().nullable(),
  skew_ms: z.number(),
});
type Connection = z.infer<typeof Connection>;

/** Sessions by key as rows, in the order of the keys; those that have gone meanwhile are left out. */
export const rowsOf = (db: ReadableDb, keys: readonly number[], now: EpochMs): readonly SessionRow[] =>
  sessionsByKey(db, keys, now).map(([, row]) => row);

/**
 * As `rowsOf`, each with its key.
 * @param now console clock; each agent's skew is added to it
 */
export function sessionsByKey(
  db: ReadableDb,
  keys: readonly number[],
  now: EpochMs,
): readonly (readonly [number, SessionRow])[] {
  if (keys.length === 0) return [];
  const entries = knownEntries(db);
  const own = ownAccounts(db);
  const connections = new Map(
    readRows(db, 'SELECT key, id, write_interval_ms, coalesce(skew_ms, 0) AS skew_ms FROM connection').map(
      (raw) => {
        const connection = Connection.parse(raw);
        return [connection.key, connection] as const;
      },
    ),
  );
  const rows = new Map<number, SessionRow>();
  for (const raw of readRows(db, BY_KEY, { keys: JSON.stringify(keys) })) {
    const row = Row.parse(raw);
    const connection = connections.get(row.connection);
    if (connection !== undefined) rows.set(row.key, sessionRow(row, connection, entries, own, now));
  }
  return keys.flatMap((key) => {
    const row = rows.get(key);
    return row === undefined ? [] : [[key, row] as const];
  });
}

function sessionRow(
  row: z.infer<typeof Row>,
  connection: Connection,
  entries: KnownEntries,
  own: OwnAccounts,
  now: number,
): SessionRow {
  const account = entries.account(row.account);
  const via = entries.account(row.via);
  const address = entries.address(row.address);
  const device = entries.device(row.device);
  const marks = entries.marks(row.marks);
  const isOwn = (one: KnownAccount | null): boolean => one !== null && own.has(ownKey(connection.id, one.id));
  return {
    connection: connection.id,
    id: row.id,
    account: account === null ? null : { id: account.id, name: account.name },
    roles: account?.roles ?? [],
    privileged: account?.privileged === true || marks.includes('privileged'),
    service: account?.service === true || marks.includes('service'),
    // A session that somebody runs as another account is that somebody's own.
    own: own.size > 0 && (isOwn(account) || isOwn(via)),
    status: sessionStatus(
      { endedAt: row.ended_at, lastSeenAt: row.last_seen_at },
      connection.write_interval_ms,
      epochMs(now + connection.skew_ms),
    ),
    cause: entries.word(row.cause),
    openedAt: row.opened_at,
    lastSeenAt: row.last_seen_at,
    endedAt: row.ended_at,
    expiresAt: row.expires_at,
    ip: address?.ip ?? null,
    ipOf: address === null ? null : row.ip_is_last === 1 ? 'last' : 'opened',
    userAgent: device?.userAgent ?? null,
    place: address?.place ?? null,
    network: address?.network ?? null,
    device: device?.device ?? null,
    marks,
    via: via === null ? null : { id: via.id, name: via.name },
    risk: row.risk,
  };
}
