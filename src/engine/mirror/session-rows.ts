import { z } from 'zod';
import { AccountId, ConnectionId, SessionId } from '#shared/domain/ids.ts';
import { sessionStatus } from '#shared/domain/status.ts';
import { EpochMs, epochMs } from '#shared/domain/units.ts';
import type { SessionRow } from '#shared/ipc/views.ts';
import { KNOWN_COLUMNS, KnownRow, knownView } from './known-columns.ts';

/** Session `s` with everything that a row shows; filters and orders may use these aliases. */
export const SESSION_FROM = `session s
  JOIN handle h ON h.key = s.key
  JOIN connection c ON c.key = s.connection
  JOIN word m ON m.key = s.marks
  LEFT JOIN account a ON a.key = s.account
  LEFT JOIN account v ON v.key = s.via
  LEFT JOIN address p ON p.key = coalesce(s.last_address, s.opened_address)
  LEFT JOIN device d ON d.key = coalesce(s.last_device, s.opened_device)
  LEFT JOIN word w ON w.key = s.cause`;

export const SESSION_COLUMNS = `c.id AS connection_id, h.id AS session_id, a.id AS account_id, a.name AS account_name,
  a.roles, a.privileged, a.service, v.id AS via_id, v.name AS via_name, s.opened_at, s.last_seen_at, s.expires_at,
  s.ended_at, w.text AS cause, m.text AS marks, c.write_interval_ms, coalesce(c.skew_ms, 0) AS skew_ms,
  s.last_address IS NOT NULL AS ip_is_last, ${KNOWN_COLUMNS}`;

const Texts = z.string().transform((text) => z.array(z.string()).parse(JSON.parse(text)));
const Row = KnownRow.extend({
  connection_id: ConnectionId,
  session_id: SessionId,
  account_id: AccountId.nullable(),
  account_name: z.string().nullable(),
  roles: Texts.nullable(),
  privileged: z.number().nullable(),
  service: z.number().nullable(),
  via_id: AccountId.nullable(),
  via_name: z.string().nullable(),
  opened_at: EpochMs.nullable(),
  last_seen_at: EpochMs.nullable(),
  expires_at: EpochMs.nullable(),
  ended_at: EpochMs.nullable(),
  cause: z.string().nullable(),
  marks: Texts,
  write_interval_ms: z.number().nullable(),
  skew_ms: z.number(),
  ip_is_last: z.number(),
});

/** The operator's own accounts, as `connection account`. */
export type OwnAccounts = ReadonlySet<string>;
export const ownKey = (connection: string, account: string): string => `${connection} ${account}`;

/** @param now console clock; each agent's skew is added to it */
export function sessionRow(raw: unknown, own: OwnAccounts, now: number): SessionRow {
  const row = Row.parse(raw);
  const { ip, ...known } = knownView(row);
  const account = row.account_id === null ? null : { id: row.account_id, name: row.account_name ?? '' };
  const via = row.via_id === null ? null : { id: row.via_id, name: row.via_name ?? '' };
  const isOwn = (one: { readonly id: string } | null): boolean =>
    one !== null && own.has(ownKey(row.connection_id, one.id));
  return {
    connection: row.connection_id,
    id: row.session_id,
    account,
    roles: row.roles ?? [],
    privileged: row.privileged === 1 || row.marks.includes('privileged'),
    service: row.service === 1 || row.marks.includes('service'),
    // A session that somebody runs as another account is that somebody's own.
    own: isOwn(account) || isOwn(via),
    status: sessionStatus(
      { endedAt: row.ended_at, lastSeenAt: row.last_seen_at },
      row.write_interval_ms,
      epochMs(now + row.skew_ms),
    ),
    cause: row.cause,
    openedAt: row.opened_at,
    lastSeenAt: row.last_seen_at,
    endedAt: row.ended_at,
    expiresAt: row.expires_at,
    ip,
    ipOf: ip === null ? null : row.ip_is_last === 1 ? 'last' : 'opened',
    userAgent: known.userAgent,
    place: known.place,
    network: known.network,
    device: known.device,
    marks: row.marks,
    via,
  };
}
