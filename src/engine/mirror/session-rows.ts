import { z } from 'zod';
import { ConnectionId, type SessionId } from '#shared/domain/ids.ts';
import { sessionStatus } from '#shared/domain/status.ts';
import { epochMs, type EpochMs } from '#shared/domain/units.ts';
import type { SessionRow } from '#shared/ipc/views.ts';
import { integer, integerOrNull, text } from './columns.ts';
import type { ReadableDb } from './database.ts';
import { knownEntries, type KnownAccount, type KnownEntries } from './known-entries.ts';
import { ownAccounts, ownKey, type OwnAccounts } from './own-accounts.ts';
import { readRows, readTuples } from './statements.ts';

/** Rows by key without what their keys stand for: that is shared by many. */
const BY_KEY = `SELECT s.key, s.connection, h.id, s.account, s.via, s.opened_at, s.last_seen_at, s.expires_at,
    s.ended_at, s.cause, s.marks, coalesce(s.last_address, s.opened_address) AS address,
    coalesce(s.last_device, s.opened_device) AS device, s.last_address IS NOT NULL AS ip_is_last,
    (SELECT r.risk FROM session_risk r WHERE r.session = s.key) AS risk
  FROM json_each(@keys) j CROSS JOIN session s ON s.key = j.value CROSS JOIN handle h ON h.key = s.key`;

type Columns = readonly unknown[];
const Connection = z.object({
  key: z.int(),
  id: ConnectionId,
  write_interval_ms: z.number().nullable(),
  skew_ms: z.number(),
});
type Connection = z.infer<typeof Connection>;
/** There are few of them: compiling their schema would take longer than it saves. */
const FEW = { jitless: true } as const;

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
        const connection = Connection.parse(raw, FEW);
        return [connection.key, connection] as const;
      },
    ),
  );
  const rows = new Map<number, SessionRow>();
  for (const row of readTuples(db, BY_KEY, { keys: JSON.stringify(keys) })) {
    const connection = connections.get(integer(row[1]));
    if (connection !== undefined) rows.set(integer(row[0]), sessionRow(row, connection, entries, own, now));
  }
  return keys.flatMap((key) => {
    const row = rows.get(key);
    return row === undefined ? [] : [[key, row] as const];
  });
}

const instant = (value: unknown): EpochMs | null => (value === null ? null : epochMs(integer(value)));

function sessionRow(
  [
    ,
    ,
    id,
    ofAccount,
    ofVia,
    openedAt,
    lastSeenAt,
    expiresAt,
    endedAt,
    cause,
    ofMarks,
    at,
    from,
    ipIsLast,
    risk,
  ]: Columns,
  connection: Connection,
  entries: KnownEntries,
  own: OwnAccounts,
  now: number,
): SessionRow {
  const account = entries.account(integerOrNull(ofAccount));
  const via = entries.account(integerOrNull(ofVia));
  const address = entries.address(integerOrNull(at));
  const device = entries.device(integerOrNull(from));
  const marks = entries.marks(integer(ofMarks));
  const times = { endedAt: instant(endedAt), lastSeenAt: instant(lastSeenAt) };
  const isOwn = (one: KnownAccount | null): boolean => one !== null && own.has(ownKey(connection.id, one.id));
  return {
    connection: connection.id,
    id: text(id) as SessionId,
    account: account === null ? null : { id: account.id, name: account.name },
    roles: account?.roles ?? [],
    privileged: account?.privileged === true || marks.includes('privileged'),
    service: account?.service === true || marks.includes('service'),
    // A session that somebody runs as another account is that somebody's own.
    own: own.size > 0 && (isOwn(account) || isOwn(via)),
    status: sessionStatus(times, connection.write_interval_ms, epochMs(now + connection.skew_ms)),
    cause: entries.word(integerOrNull(cause)),
    openedAt: instant(openedAt),
    ...times,
    expiresAt: instant(expiresAt),
    ip: address?.ip ?? null,
    ipOf: address === null ? null : ipIsLast === 1 ? 'last' : 'opened',
    userAgent: device?.userAgent ?? null,
    place: address?.place ?? null,
    network: address?.network ?? null,
    device: device?.device ?? null,
    marks,
    via: via === null ? null : { id: via.id, name: via.name },
    risk: integerOrNull(risk),
  };
}
