import { EMPTY, list, name, sql, type Sql, type SqlValue } from '../sql/sql-text.ts';

const BUCKET_SIZE = 256;

export interface Tables {
  readonly prefix: string;
  readonly meta: Sql;
  readonly users: Sql;
  readonly network: Sql;
}
export const tables = (prefix: string): Tables => ({
  prefix,
  meta: name(`${prefix}usermeta`),
  users: name(`${prefix}users`),
  network: name(`${prefix}sitemeta`),
});

const TOKENS = 'session_tokens';

/** WordPress reads the oldest row where an account has several. */
const tokenRowsOf = (t: Tables): Sql => sql`FROM ${t.meta} m JOIN ${t.users} u ON u.ID = m.user_id
  WHERE m.meta_key = ${TOKENS} AND NOT EXISTS (
    SELECT 1 FROM ${t.meta} d WHERE d.user_id = m.user_id AND d.meta_key = ${TOKENS} AND d.umeta_id < m.umeta_id)`;

/** user_id, tokens, user_login, user_pass */
export const tokenRows = (t: Tables, only: Sql): Sql =>
  sql`SELECT m.user_id, CAST(m.meta_value AS BINARY), u.user_login, u.user_pass ${tokenRowsOf(t)}${only}`;

export const ofUsers = (users: readonly number[]): Sql => sql` AND m.user_id IN ${list(users)}`;

export function ofBuckets(buckets: readonly string[]): Sql {
  const [first = '0', ...rest] = buckets;
  const range = (bucket: string): Sql => {
    const from = Number(bucket) * BUCKET_SIZE;
    return sql`m.user_id BETWEEN ${from} AND ${from + BUCKET_SIZE - 1}`;
  };
  return sql` AND (${rest.reduce((so, bucket) => sql`${so} OR ${range(bucket)}`, range(first))})`;
}

/** bucket, sums; everything that a session's record is made of */
export const bucketSums = (t: Tables): Sql =>
  sql`SELECT m.user_id DIV ${BUCKET_SIZE}, COUNT(*), SUM(CRC32(CONCAT(m.user_id, m.meta_value))),
    SUM(CRC32(CONCAT(u.user_login, u.user_pass))) FROM ${t.meta} m JOIN ${t.users} u ON u.ID = m.user_id
    WHERE m.meta_key = ${TOKENS} GROUP BY 1`;

export const tokenSums = (t: Tables): Sql =>
  sql`SELECT COUNT(*), SUM(CRC32(meta_value)), BIT_XOR(CRC32(CONCAT(user_id, meta_value))) FROM ${t.meta} WHERE meta_key = ${TOKENS}`;

/** What else a listing depends on. Costs a read of the tables, see `rationed`. */
export const accountSums = (t: Tables): readonly Sql[] => [
  sql`SELECT COUNT(*), SUM(CRC32(CONCAT_WS('|', ID, user_login, user_pass, user_email))) FROM ${t.users}`,
  sql`SELECT COUNT(*), SUM(CRC32(CONCAT_WS('|', user_id, meta_key, meta_value))) FROM ${t.meta} WHERE meta_key LIKE ${capabilityKeys(t)}`,
];

const capabilityKeys = ({ prefix }: Tables): string => `${prefix.replaceAll('_', '\\_')}%capabilities`;

/** The row to change, with its value as it is now. */
export const rowOf = (t: Tables, user: number): Sql =>
  sql`SELECT umeta_id, CAST(meta_value AS BINARY) FROM ${t.meta} WHERE user_id = ${user} AND meta_key = ${TOKENS} ORDER BY umeta_id LIMIT 1`;

/** Both change a row only when it still holds what was read. */
export const replaceValue = (t: Tables, row: number, before: Buffer, after: Buffer): Sql =>
  sql`UPDATE ${t.meta} SET meta_value = ${after} WHERE umeta_id = ${row} AND BINARY meta_value = ${before}`;
export const deleteRow = (t: Tables, row: number, before: Buffer): Sql =>
  sql`DELETE FROM ${t.meta} WHERE umeta_id = ${row} AND BINARY meta_value = ${before}`;

/** ID, user_login, user_pass, user_email, user_registered[, spam, deleted] */
export function accountRows(t: Tables, network: boolean, after: SqlValue, limit: number | null): Sql {
  const more = network ? sql`, spam, deleted` : EMPTY;
  const seek = after === null ? EMPTY : sql` WHERE ID > ${after}`;
  const cut = limit === null ? EMPTY : sql` ORDER BY ID LIMIT ${limit}`;
  return sql`SELECT ID, user_login, user_pass, user_email, user_registered${more} FROM ${t.users}${seek}${cut}`;
}

export const capabilitiesOf = (t: Tables, users: readonly number[]): Sql =>
  sql`SELECT user_id, meta_key, CAST(meta_value AS BINARY) FROM ${t.meta}
    WHERE user_id IN ${list(users)} AND meta_key LIKE ${capabilityKeys(t)}`;

export const markSpam = (t: Tables, users: readonly number[], spam: boolean): Sql =>
  sql`UPDATE ${t.users} SET spam = ${spam ? 1 : 0} WHERE ID IN ${list(users)}`;

export const siteAdmins = (t: Tables): Sql =>
  sql`SELECT CAST(meta_value AS BINARY) FROM ${t.network} WHERE meta_key = 'site_admins'`;
