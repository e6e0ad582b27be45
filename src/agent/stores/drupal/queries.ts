import type { SqlAccess } from '../sql/sql-access.ts';
import { EMPTY, isOneOf, list, name, sql, type Sql, type SqlValue } from '../sql/sql-text.ts';

/** Session data up to this size comes with the listing; larger ones are fetched one by one. */
const INLINE_BYTES = 32 * 1024;
/** Larger ones are not read: what they would say stays unknown. */
export const MOST_BYTES = 8 * 1024 * 1024;

export interface Tables {
  readonly sessions: Sql;
  readonly users: Sql;
  readonly roles: Sql;
  readonly log: Sql;
  readonly flood: Sql;
  readonly cache: Sql;
}

export const tables = (prefix: string): Tables => ({
  sessions: name(`${prefix}sessions`),
  users: name(`${prefix}users_field_data`),
  roles: name(`${prefix}user__roles`),
  log: name(`${prefix}watchdog`),
  flood: name(`${prefix}flood`),
  cache: name(`${prefix}cache_entity`),
});

/** Sessions that Drupal would accept: of people (not guests), whose account is not blocked. */
const live = (t: Tables): Sql => sql`FROM ${t.sessions} s
  JOIN ${t.users} u ON u.uid = s.uid AND u.default_langcode = 1 WHERE s.uid > 0 AND u.status = 1`;

const stamp = sql`s.${name('timestamp')}`;

/** sid, uid, hostname, timestamp, data (small ones), size of large ones; of any account (see `ownersOf`) */
export function sessionRows(
  t: Tables,
  dialect: SqlAccess['dialect'],
  only: Sql,
  after: SqlValue,
  limit: number | null,
): Sql {
  const data = dialect === 'sqlite' ? sql`CAST(s.session AS BLOB)` : sql`s.session`;
  const size = dialect === 'sqlite' ? sql`LENGTH(CAST(s.session AS BLOB))` : sql`OCTET_LENGTH(s.session)`;
  const seek = after === null ? EMPTY : sql` AND s.sid > ${after}`;
  const cut = limit === null ? EMPTY : sql` ORDER BY s.sid LIMIT ${limit}`;
  return sql`SELECT s.sid, s.uid, s.hostname, ${stamp},
    CASE WHEN ${size} <= ${INLINE_BYTES} THEN ${data} END, CASE WHEN ${size} > ${INLINE_BYTES} THEN ${size} END
    FROM ${t.sessions} s WHERE s.uid > 0${only}${seek}${cut}`;
}

export const changedSince = (since: number): Sql => sql` AND ${stamp} >= ${since}`;
export const withKeys = (keys: readonly string[]): Sql => sql` AND s.sid IN ${list(keys)}`;

export const sessionData = (t: Tables, sid: string): Sql =>
  sql`SELECT session FROM ${t.sessions} WHERE sid = ${sid}`;

export function keyRows(t: Tables, after: SqlValue, limit: number | null): Sql {
  const seek = after === null ? EMPTY : sql` AND s.sid > ${after}`;
  const cut = limit === null ? EMPTY : sql` ORDER BY s.sid LIMIT ${limit}`;
  return sql`SELECT s.sid ${live(t)}${seek}${cut}`;
}

/** uid, name, mail, pass, status, created, login; by rising uid */
export function accountRows(t: Tables, after: SqlValue, limit: number | null): Sql {
  const seek = after === null ? EMPTY : sql` AND u.uid > ${after}`;
  const cut = limit === null ? EMPTY : sql` ORDER BY u.uid LIMIT ${limit}`;
  return sql`SELECT u.uid, u.name, u.mail, u.pass, u.status, u.created, u.login FROM ${t.users} u
    WHERE u.uid > 0 AND u.default_langcode = 1${seek}${cut}`;
}

export const rolesOf = (t: Tables, uids: readonly string[]): Sql =>
  sql`SELECT entity_id, roles_target_id FROM ${t.roles} WHERE deleted = 0 AND entity_id${isOneOf(uids.map(Number))}`;

/** uid, name of those whose sessions Drupal would accept: an account that is blocked has none. */
export const ownersOf = (t: Tables, uids: readonly string[]): Sql =>
  sql`SELECT uid, name FROM ${t.users} WHERE default_langcode = 1 AND status = 1 AND uid${isOneOf(uids.map(Number))}`;

export const namesOf = (t: Tables, uids: readonly string[]): Sql =>
  sql`SELECT uid, name FROM ${t.users} WHERE default_langcode = 1 AND uid${isOneOf(uids.map(Number))}`;

/** SQLite has no NOCASE_UTF8 here, the column's own collation: another one has to be named. */
export function accountsNamed(t: Tables, dialect: SqlAccess['dialect'], names: readonly string[]): Sql {
  const column = dialect === 'sqlite' ? sql`name COLLATE NOCASE` : sql`name`;
  return sql`SELECT uid, name FROM ${t.users} WHERE default_langcode = 1 AND ${column} IN ${list(names)}`;
}

/**
 * Sums over columns that an index holds, so that no session data is read. A sum of hashes notices rows that come and
 * go, the sum of times every later write. MariaDB reads one index once (of times, which holds the keys as well);
 * guests' rows are in it too.
 */
export function sessionSums(t: Tables, dialect: SqlAccess['dialect']): Sql {
  const count = sql`SELECT COUNT(*), SUM(${name('timestamp')})`;
  return dialect === 'postgres'
    ? sql`${count}, SUM(hashtextextended(sid, 0)) FROM ${t.sessions} WHERE uid > 0`
    : sql`${count}, SUM(CRC32(sid)) FROM ${t.sessions}`;
}

/** The part of a listing that comes from accounts. Costs a read of the table, see `rationed`. */
export function accountSums(t: Tables, dialect: SqlAccess['dialect']): readonly Sql[] {
  const hash = (columns: Sql): Sql =>
    dialect === 'postgres'
      ? sql`hashtextextended(CONCAT_WS('|', ${columns}), 0)`
      : sql`CRC32(CONCAT_WS('|', ${columns}))`;
  return [
    sql`SELECT COUNT(*), SUM(${hash(sql`uid, name, mail, pass, status, login, default_langcode`)}) FROM ${t.users}`,
    sql`SELECT COUNT(*), SUM(${hash(sql`entity_id, roles_target_id, deleted`)}) FROM ${t.roles}`,
  ];
}
