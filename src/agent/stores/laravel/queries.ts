import type { SqlAccess } from '../sql/sql-access.ts';
import { EMPTY, list, name, sql, type Sql, type SqlValue } from '../sql/sql-text.ts';
import type { LaravelConfig } from './config.ts';

/** Payloads up to this size come with the listing; of larger ones what they would say stays unknown. */
export const INLINE_BYTES = 32 * 1024;
export const MOST_BYTES = 8 * 1024 * 1024;

export interface Tables {
  readonly sessions: Sql;
  readonly users: Sql;
  readonly roles: Sql;
  readonly hasRoles: Sql;
}
export const tables = ({ prefix, sessionsTable, users }: LaravelConfig): Tables => ({
  sessions: name(prefix + sessionsTable),
  users: name(prefix + users.table),
  roles: name(`${prefix}roles`),
  hasRoles: name(`${prefix}model_has_roles`),
});

type Dialect = SqlAccess['dialect'];
const size = (dialect: Dialect): Sql =>
  dialect === 'sqlite' ? sql`LENGTH(s.payload)` : sql`OCTET_LENGTH(s.payload)`;

/** A blocked account's sessions are refused by the application; NULL counts as not blocked. */
function notBlocked({ users }: LaravelConfig, dialect: Dialect): Sql {
  if (users.blocked === null) return EMPTY;
  const column = sql`u.${name(users.blocked)}`;
  return dialect === 'postgres'
    ? sql` AND ${column}::int IS DISTINCT FROM 1`
    : sql` AND (${column} IS NULL OR ${column} = 0)`;
}

/** Rows with a user whose account exists, not older than the lifetime: what Laravel's own reading accepts. */
const live = (c: LaravelConfig, t: Tables, dialect: Dialect, oldest: number): Sql =>
  sql`FROM ${t.sessions} s JOIN ${t.users} u ON u.${name(c.users.id)} = s.user_id
    WHERE s.user_id IS NOT NULL AND s.last_activity >= ${oldest}${notBlocked(c, dialect)}`;

/** id, user_id, name, ip_address, user_agent, last_activity, payload (small ones), its size */
export function sessionRows(
  c: LaravelConfig,
  t: Tables,
  dialect: Dialect,
  oldest: number,
  only: Sql,
  after: SqlValue,
  limit: number | null,
): Sql {
  const seek = after === null ? EMPTY : sql` AND s.id > ${after}`;
  const cut = limit === null ? EMPTY : sql` ORDER BY s.id LIMIT ${limit}`;
  return sql`SELECT s.id, s.user_id, u.${name(c.users.name)}, s.ip_address, s.user_agent, s.last_activity,
    CASE WHEN ${size(dialect)} <= ${INLINE_BYTES} THEN s.payload END, ${size(dialect)}
    ${live(c, t, dialect, oldest)}${only}${seek}${cut}`;
}
export const changedSince = (since: number): Sql => sql` AND s.last_activity >= ${since}`;
export const withKeys = (keys: readonly string[]): Sql => sql` AND s.id IN ${list(keys)}`;
export const payloadOf = (t: Tables, id: string): Sql =>
  sql`SELECT payload FROM ${t.sessions} WHERE id = ${id}`;

export function keyRows(
  c: LaravelConfig,
  t: Tables,
  dialect: Dialect,
  oldest: number,
  after: SqlValue,
  limit: number | null,
): Sql {
  const seek = after === null ? EMPTY : sql` AND s.id > ${after}`;
  const cut = limit === null ? EMPTY : sql` ORDER BY s.id LIMIT ${limit}`;
  return sql`SELECT s.id ${live(c, t, dialect, oldest)}${seek}${cut}`;
}

/** id, name, email, password, created, blocked, role; NULL for what is not configured */
export function accountRows(
  c: LaravelConfig,
  t: Tables,
  dialect: Dialect,
  after: SqlValue,
  limit: number | null,
): Sql {
  const { users, roles } = c;
  const column = (configured: string | null): Sql =>
    configured === null ? sql`NULL` : sql`u.${name(configured)}`;
  // As text: a driver would take a time without a zone for local time.
  const created =
    dialect === 'postgres' ? sql`CAST(${column(users.createdAt)} AS text)` : column(users.createdAt);
  const id = sql`u.${name(users.id)}`;
  const seek = after === null ? EMPTY : sql` WHERE ${id} > ${after}`;
  const cut = limit === null ? EMPTY : sql` ORDER BY ${id} LIMIT ${limit}`;
  return sql`SELECT ${id}, ${column(users.name)}, ${column(users.email)}, ${column(users.password)}, ${created},
    ${column(users.blocked)}, ${column(typeof roles === 'object' ? roles.column : null)} FROM ${t.users} u${seek}${cut}`;
}

/** model_id, role; by number or text, as the application's keys are */
export const rolesOf = (t: Tables, dialect: Dialect, ids: readonly string[]): Sql => {
  const id = dialect === 'mysql' ? sql`CAST(m.model_id AS CHAR)` : sql`CAST(m.model_id AS text)`;
  return sql`SELECT ${id}, r.name FROM ${t.hasRoles} m JOIN ${t.roles} r ON r.id = m.role_id
    WHERE m.model_type LIKE ${'%User'} AND m.model_id IN ${list(ids.map(asKey))}`;
};

export const namesOf = (c: LaravelConfig, t: Tables, ids: readonly string[]): Sql =>
  sql`SELECT ${name(c.users.id)}, ${name(c.users.name)} FROM ${t.users} WHERE ${name(c.users.id)} IN ${list(ids.map(asKey))}`;

export const takeRememberTokens = (
  c: LaravelConfig,
  t: Tables,
  column: string,
  ids: readonly string[],
): Sql =>
  sql`UPDATE ${t.users} SET ${name(column)} = NULL WHERE ${name(c.users.id)} IN ${list(ids.map(asKey))}`;

export const setBlockedFlag = (c: LaravelConfig, t: Tables, ids: readonly string[], blocked: boolean): Sql =>
  sql`UPDATE ${t.users} SET ${name(c.users.blocked ?? '')} = ${blocked ? '1' : '0'} WHERE ${name(c.users.id)} IN ${list(ids.map(asKey))}`;

/** Ids are numbers or UUIDs; databases compare numbers as numbers. */
const asKey = (id: string): SqlValue => (/^(?:0|[1-9]\d{0,14})$/.test(id) ? Number(id) : id);

/** Sums over columns that indexes hold: rows that come and go, every visit, and whose session it is. */
export function sessionSums(t: Tables, dialect: Dialect, oldest: number): readonly Sql[] {
  const hash = (column: Sql): Sql =>
    dialect === 'postgres' ? sql`hashtextextended(${column}, 0)` : sql`CRC32(${column})`;
  if (dialect === 'postgres') {
    return [
      sql`SELECT COUNT(*), SUM(last_activity), SUM(${hash(sql`CONCAT(id, '|', user_id)`)}) FROM ${t.sessions}
      WHERE user_id IS NOT NULL AND last_activity >= ${oldest}`,
    ];
  }
  return [
    sql`SELECT COUNT(*), SUM(${hash(sql`CONCAT(id, '|', user_id)`)}) FROM ${t.sessions} WHERE user_id IS NOT NULL`,
    sql`SELECT COUNT(*), SUM(last_activity) FROM ${t.sessions} WHERE last_activity >= ${oldest}`,
  ];
}

/** How many are live: all that changes by time alone. */
export const liveCount = (t: Tables, oldest: number): Sql =>
  sql`SELECT COUNT(*) FROM ${t.sessions} WHERE user_id IS NOT NULL AND last_activity >= ${oldest}`;

/** What else a listing depends on. Costs a read of the tables, see `rationed`. */
export function accountSums(
  c: LaravelConfig,
  t: Tables,
  dialect: Dialect,
  columns: readonly string[],
): readonly Sql[] {
  const hash = (part: Sql): Sql =>
    dialect === 'postgres' ? sql`hashtextextended(${part}, 0)` : sql`CRC32(${part})`;
  const [first = c.users.id, ...rest] = columns;
  const all = rest.reduce((so, column) => sql`${so}, ${name(column)}`, name(first));
  return [
    sql`SELECT COUNT(*), SUM(${hash(sql`CONCAT_WS('|', ${all})`)}) FROM ${t.users}`,
    ...(c.roles === 'spatie'
      ? [
          sql`SELECT COUNT(*), SUM(${hash(sql`CONCAT(m.model_id, '|', r.name)`)}) FROM ${t.hasRoles} m JOIN ${t.roles} r ON r.id = m.role_id`,
        ]
      : []),
  ];
}
