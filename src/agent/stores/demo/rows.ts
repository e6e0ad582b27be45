import { z } from 'zod';
import { AccountId } from '#shared/domain/ids.ts';
import { EpochMs } from '#shared/domain/units.ts';
import type { Mark } from '#shared/protocol/records.ts';
import type { StoredAccount, StoredEvent, StoredSession } from '../store-adapter.ts';
import { storeKey } from '../store-adapter.ts';

const accountId = z.int().transform((id) => AccountId.parse(String(id)));
const Key = z.string().min(1).transform(storeKey);
const text = z.string().nullable();

export const KeyRow = z.object({ id: Key });

const SessionTuple = z.object({
  id: Key,
  user_id: accountId,
  user_name: z.string(),
  created_at: EpochMs,
  last_seen_at: EpochMs,
  expires_at: EpochMs,
  opened_ip: z.string(),
  opened_user_agent: z.string(),
  last_ip: z.string(),
  last_user_agent: z.string(),
  remember: z.int(),
  mfa: z.int(),
  one_time: z.int(),
  masquerade_by: accountId.nullable(),
  masquerade_name: text,
  replaces: Key.nullable(),
  revision: z.int(),
});

/** Live sessions: not expired, and of an account that may sign in. `:now` is bound by name. */
export const LIVE_SESSIONS = `
SELECT s.*, u.name AS user_name, m.name AS masquerade_name FROM sessions s
  JOIN users u ON u.id = s.user_id AND u.status = 'active' LEFT JOIN users m ON m.id = s.masquerade_by
  WHERE s.expires_at > :now`;

export interface SessionRead {
  readonly session: StoredSession;
  readonly revision: number;
}

/** A row of LIVE_SESSIONS as the agent's core wants it. Throws ZodError for a row that is none. */
export function readSession(row: unknown): SessionRead {
  const s = SessionTuple.parse(row);
  const marks: Mark[] = [];
  if (s.remember !== 0) marks.push('remember-me');
  if (s.mfa !== 0) marks.push('mfa');
  if (s.one_time !== 0) marks.push('one-time-login');
  if (s.masquerade_by !== null) marks.push('masquerade');
  const session: StoredSession = {
    key: s.id,
    account: { id: s.user_id, name: s.user_name },
    opened: { at: s.created_at, ip: s.opened_ip, userAgent: s.opened_user_agent },
    last: { at: s.last_seen_at, ip: s.last_ip, userAgent: s.last_user_agent },
    expiresAt: s.expires_at,
    marks,
    ...(s.masquerade_by === null
      ? {}
      : { via: { account: { id: s.masquerade_by, name: s.masquerade_name ?? s.masquerade_by } } }),
    ...(s.replaces === null ? {} : { replaces: s.replaces }),
  };
  return { session, revision: s.revision };
}

const AccountTuple = z.object({
  id: accountId,
  name: z.string(),
  email: z.string(),
  password_hash: z.string(),
  status: z.enum(['active', 'blocked']),
  created_at: EpochMs,
  last_login_at: EpochMs.nullable(),
  roles: text,
});

export const ACCOUNTS = `
SELECT u.id, u.name, u.email, u.password_hash, u.status, u.created_at, u.last_login_at,
  (SELECT group_concat(r.role, char(10)) FROM user_roles r WHERE r.user_id = u.id) AS roles
  FROM users u WHERE u.id > ? ORDER BY u.id LIMIT ?`;

export function readAccount(row: unknown): StoredAccount {
  const a = AccountTuple.parse(row);
  return {
    id: a.id,
    name: a.name,
    roles: a.roles === null ? [] : a.roles.split('\n'),
    status: a.status,
    email: a.email,
    createdAt: a.created_at,
    ...(a.last_login_at === null ? {} : { lastLoginAt: a.last_login_at }),
    credential: a.password_hash,
  };
}

const EventTuple = z.object({
  id: z.int(),
  at: EpochMs,
  action: z.string(),
  outcome: z.enum(['success', 'failure']),
  reason: text,
  user_id: accountId.nullable(),
  user_name: text,
  ip: text,
  user_agent: text,
  session_id: Key.nullable(),
  actor_id: z.int().nullable(),
  actor_name: text,
  object_kind: text,
  object_id: text,
  object_name: text,
  verb: text,
  message: text,
});

export interface EventRead {
  readonly rowId: number;
  readonly at: number;
  readonly event: StoredEvent;
}

/** What a verb means depends on the action: how somebody signed in, or what was done. */
function attributesOf(row: z.infer<typeof EventTuple>): Record<string, string> {
  const attributes: Record<string, string> = {};
  if (row.verb !== null) attributes[row.action === 'login' ? 'method' : 'verb'] = row.verb;
  if (row.verb === 'session-ended' && row.reason !== null) attributes['cause'] = row.reason;
  return attributes;
}

/**
 * A row of the application's log. The event's id joins the row's number and time, so that a log that was emptied
 * and numbered anew does not repeat ids.
 */
export function readEvent(row: unknown): EventRead {
  const e = EventTuple.parse(row);
  const attributes = attributesOf(e);
  const event: StoredEvent = {
    id: `${String(e.id)}-${e.at.toString(36)}`,
    at: e.at,
    action: e.action,
    outcome: e.outcome,
    account:
      e.user_name === null ? null : { ...(e.user_id === null ? {} : { id: e.user_id }), name: e.user_name },
    ...(e.reason === null || e.outcome === 'success' ? {} : { reason: e.reason }),
    ...(e.ip === null ? {} : { ip: e.ip }),
    ...(e.user_agent === null ? {} : { userAgent: e.user_agent }),
    ...(e.session_id === null ? {} : { sessionKey: e.session_id }),
    ...(e.actor_name === null
      ? {}
      : { actor: { ...(e.actor_id === null ? {} : { id: String(e.actor_id) }), name: e.actor_name } }),
    ...(e.object_kind === null
      ? {}
      : {
          object: {
            kind: e.object_kind,
            ...(e.object_id === null ? {} : { id: e.object_id }),
            ...(e.object_name === null ? {} : { name: e.object_name }),
          },
        }),
    ...(e.message === null ? {} : { message: e.message }),
    ...(Object.keys(attributes).length === 0 ? {} : { attributes }),
  };
  return { rowId: e.id, at: e.at, event };
}
