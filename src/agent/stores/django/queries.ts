import type { SqlAccess } from '../sql/sql-access.ts';
import { EMPTY, list, name, sql, type Sql, type SqlValue } from '../sql/sql-text.ts';
import { toWall } from '../sql/zoned-time.ts';
import type { DjangoConfig } from './config.ts';

/** Session data up to this size comes with the listing; larger ones are fetched one by one. */
export const INLINE_BYTES = 32 * 1024;
export const MOST_BYTES = 8 * 1024 * 1024;

type Dialect = SqlAccess['dialect'];
export interface Tables {
  readonly sessions: Sql;
  readonly users: Sql;
  readonly groups: Sql;
  readonly members: Sql;
}
export const tables = ({ sessionsTable, users, groups }: DjangoConfig): Tables => ({
  sessions: name(sessionsTable),
  users: name(users.table),
  groups: name(groups?.table ?? ''),
  members: name(groups?.members ?? ''),
});

/** How the database keeps times: PostgreSQL with USE_TZ as moments, everything else as a wall in a zone. */
export interface Times {
  readonly zone: string;
  /** PostgreSQL: the column is `timestamp with time zone`. */
  readonly moments: boolean;
}
export const expireTypeByCatalogue = (table: string): Sql =>
  sql`SELECT format_type(atttypid, NULL) FROM pg_attribute WHERE attrelid = to_regclass(quote_ident(${table})) AND attname = 'expire_date'`;

/** A column of times as text that `fromWall` reads: UTC for moments. */
function wall(column: Sql, dialect: Dialect, times: Times): Sql {
  if (dialect !== 'postgres') return column;
  return times.moments ? sql`CAST(${column} AT TIME ZONE 'UTC' AS text)` : sql`CAST(${column} AS text)`;
}

/** `expire_date > now`, which is what Django asks. */
function alive(dialect: Dialect, times: Times, now: number): Sql {
  if (dialect === 'postgres' && times.moments)
    return sql`s.expire_date > CAST(${new Date(now).toISOString()} AS timestamptz)`;
  const text = toWall(now, times.zone);
  return dialect === 'postgres'
    ? sql`s.expire_date > CAST(${text} AS timestamp)`
    : sql`s.expire_date > ${text}`;
}

const size = (dialect: Dialect): Sql =>
  dialect === 'sqlite' ? sql`LENGTH(s.session_data)` : sql`OCTET_LENGTH(s.session_data)`;

/** key, expiry, data (small ones), size */
export function sessionRows(
  t: Tables,
  dialect: Dialect,
  times: Times,
  now: number,
  only: Sql,
  after: SqlValue,
  limit: number | null,
): Sql {
  const seek = after === null ? EMPTY : sql` AND s.session_key > ${after}`;
  const cut = limit === null ? EMPTY : sql` ORDER BY s.session_key LIMIT ${limit}`;
  return sql`SELECT s.session_key, ${wall(sql`s.expire_date`, dialect, times)},
    CASE WHEN ${size(dialect)} <= ${INLINE_BYTES} THEN s.session_data END, ${size(dialect)}
    FROM ${t.sessions} s WHERE ${alive(dialect, times, now)}${only}${seek}${cut}`;
}
export const dataOf = (t: Tables, key: string): Sql =>
  sql`SELECT session_data FROM ${t.sessions} WHERE session_key = ${key}`;
export const withKeys = (keys: readonly string[]): Sql => sql` AND s.session_key IN ${list(keys)}`;
const bucket = sql`SUBSTR(s.session_key, 1, 2)`;
export const ofBuckets = (buckets: readonly string[]): Sql => sql` AND ${bucket} IN ${list(buckets)}`;

/**
 * MariaDB adds up what the index on expire_date holds; every save moves expire_date, unless the application gives a
 * fixed one. PostgreSQL also knows which transaction wrote a row.
 */
const rowHash = (dialect: Dialect): Sql =>
  dialect === 'postgres'
    ? sql`hashtextextended(CONCAT(s.session_key, '|', s.expire_date, '|', s.xmin), 0)`
    : sql`CRC32(CONCAT(s.session_key, '|', s.expire_date))`;

/** bucket (the first two characters of the key), sums */
export const bucketSums = (t: Tables, dialect: Dialect, times: Times, now: number): Sql =>
  sql`SELECT ${bucket}, COUNT(*), SUM(${rowHash(dialect)}) FROM ${t.sessions} s WHERE ${alive(dialect, times, now)} GROUP BY 1`;

export const sessionSums = (t: Tables, dialect: Dialect, times: Times, now: number): Sql =>
  sql`SELECT COUNT(*), SUM(${rowHash(dialect)}) FROM ${t.sessions} s WHERE ${alive(dialect, times, now)}`;

/** SQLite has no hash: keys and times are added up in this program. */
export const keysAndTimes = (
  t: Tables,
  times: Times,
  now: number,
  after: SqlValue,
  limit: number | null,
): Sql =>
  sql`SELECT s.session_key, s.expire_date FROM ${t.sessions} s WHERE ${alive('sqlite', times, now)}
    ${after === null ? EMPTY : sql` AND s.session_key > ${after}`}${limit === null ? EMPTY : sql` ORDER BY s.session_key LIMIT ${limit}`}`;

export const liveCount = (t: Tables, dialect: Dialect, times: Times, now: number): Sql =>
  sql`SELECT COUNT(*) FROM ${t.sessions} s WHERE ${alive(dialect, times, now)}`;

/** Account keys as databases hold them: numbers; UUIDs with hyphens or, where there is no such type, without. */
export function accountKeys(ids: readonly string[], dialect: Dialect): readonly SqlValue[] {
  return ids.flatMap((id): SqlValue[] => {
    if (/^(?:0|[1-9]\d{0,14})$/.test(id)) return [Number(id)];
    return dialect !== 'postgres' && /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(id)
      ? [id, id.replaceAll('-', '')]
      : [id];
  });
}
/** The same account's key in any of these forms. */
export const sameAccount = (id: string): string =>
  /^[0-9a-f-]{32,36}$/i.test(id) ? id.replaceAll('-', '').toLowerCase() : id;

const column = (configured: string | null): Sql =>
  configured === null ? sql`NULL` : sql`u.${name(configured)}`;

/** id, name, password, active */
export const ownersOf = ({ users }: DjangoConfig, t: Tables, keys: readonly SqlValue[]): Sql =>
  sql`SELECT ${column(users.id)}, ${column(users.name)}, ${column(users.password)}, ${column(users.active)}
    FROM ${t.users} u WHERE ${column(users.id)} IN ${list(keys)}`;

/** id, name, email, password, active, staff, superuser, joined, last login */
export function accountRows(
  c: DjangoConfig,
  t: Tables,
  dialect: Dialect,
  times: Times,
  after: SqlValue,
  limit: number | null,
): Sql {
  const { users } = c;
  const time = (configured: string | null): Sql =>
    configured === null ? sql`NULL` : wall(column(configured), dialect, times);
  const seek = after === null ? EMPTY : sql` WHERE ${column(users.id)} > ${after}`;
  const cut = limit === null ? EMPTY : sql` ORDER BY ${column(users.id)} LIMIT ${limit}`;
  return sql`SELECT ${column(users.id)}, ${column(users.name)}, ${column(users.email)}, ${column(users.password)}, ${column(users.active)},
    ${column(users.staff)}, ${column(users.superuser)}, ${time(users.joined)}, ${time(users.lastLogin)} FROM ${t.users} u${seek}${cut}`;
}

export const setActive = (
  { users }: DjangoConfig,
  t: Tables,
  keys: readonly SqlValue[],
  active: boolean,
): Sql =>
  sql`UPDATE ${t.users} SET ${name(users.active ?? '')} = ${active ? '1' : '0'} WHERE ${name(users.id)} IN ${list(keys)}`;

export const groupsOf = (user: string, t: Tables, keys: readonly SqlValue[]): Sql =>
  sql`SELECT m.${name(user)}, g.name FROM ${t.members} m JOIN ${t.groups} g ON g.id = m.group_id WHERE m.${name(user)} IN ${list(keys)}`;

/** What a listing takes from accounts. Costs a read of the tables, see `rationed`. */
export function accountSums(
  c: DjangoConfig,
  t: Tables,
  dialect: Dialect,
  columns: readonly string[],
): readonly Sql[] {
  const hash = (part: Sql): Sql =>
    dialect === 'postgres' ? sql`hashtextextended(${part}, 0)` : sql`CRC32(${part})`;
  const [first = c.users.id, ...rest] = columns;
  const all = rest.reduce((so, each) => sql`${so}, ${name(each)}`, name(first));
  const sums = [sql`SELECT COUNT(*), SUM(${hash(sql`CONCAT_WS('|', ${all})`)}) FROM ${t.users}`];
  if (c.groups !== null) {
    const pair = sql`CONCAT(m.${name(c.groups.user)}, '|', g.name)`;
    sums.push(
      sql`SELECT COUNT(*), SUM(${hash(pair)}) FROM ${t.members} m JOIN ${t.groups} g ON g.id = m.group_id`,
    );
  }
  return sums;
}
