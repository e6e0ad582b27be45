import { EMPTY, list, name, sql, type Sql, type SqlValue } from '../sql/sql-text.ts';

/** Sessions up to this size come with the listing; larger ones are fetched one by one. */
export const INLINE_BYTES = 32 * 1024;

/** Numbers of transactions are 64 bits wide in a snapshot, and the lower 32 of them in a row. */
const XID_WIDTH = 2 ** 32;

/**
 * Statements about the table of connect-pg-simple. `expire` has no time zone: it means the zone of the application's
 * connections. JSON is taken as text: PostgreSQL itself would fail over one `\u0000` in anybody's session.
 */
export class PostgresQueries {
  readonly #table: Sql;
  readonly #expire: Sql;
  readonly #zone: string | null;

  constructor(table: string, timeZone: string | undefined) {
    this.#table = name(table);
    this.#zone = timeZone ?? null;
    const zoned =
      timeZone === undefined ? sql`CAST(s.expire AS timestamptz)` : sql`s.expire AT TIME ZONE ${timeZone}`;
    this.#expire = sql`CAST(EXTRACT(EPOCH FROM ${zoned}) * 1000 AS bigint)`;
  }

  /** Written as a comparison with the bare column, so that its index can be used. */
  #live(nowMs: number): Sql {
    const now = sql`to_timestamp(CAST(${nowMs} AS double precision) / 1000)`;
    return this.#zone === null
      ? sql`s.expire >= CAST(${now} AS timestamp)`
      : sql`s.expire >= ${now} AT TIME ZONE ${this.#zone}`;
  }

  /** sid, text (small ones), expire in ms, size */
  rows(nowMs: number, only: Sql): Sql {
    const text = sql`CAST(s.sess AS text)`;
    return sql`SELECT s.sid, CASE WHEN OCTET_LENGTH(${text}) <= ${INLINE_BYTES} THEN ${text} END, ${this.#expire},
      OCTET_LENGTH(${text}) FROM ${this.#table} s WHERE ${this.#live(nowMs)}${only}`;
  }

  readonly withKeys = (sids: readonly string[]): Sql => sql` AND s.sid IN ${list(sids)}`;

  /** Rows written by this transaction or a later one; `age` counts transactions backwards from now. */
  readonly writtenSince = (transaction: number): Sql =>
    sql` AND age(s.xmin) <= age(CAST(CAST(${String(transaction % XID_WIDTH)} AS text) AS xid))`;

  data(sid: string): Sql {
    return sql`SELECT CAST(sess AS text) FROM ${this.#table} WHERE sid = ${sid}`;
  }

  /**
   * How many rows, how many of them live, and a sum that changes with every row that comes, goes or is written again:
   * xmin is the transaction that wrote the row. Reads no session data.
   */
  glance(nowMs: number): Sql {
    return sql`SELECT COUNT(*), COUNT(*) FILTER (WHERE ${this.#live(nowMs)}), SUM(hashtextextended(s.sid, CAST(CAST(s.xmin AS text) AS bigint))) FROM ${this.#table} s`;
  }

  /** Oldest transaction still under way, and the next one to begin. */
  readonly position = (): Sql =>
    sql`SELECT txid_snapshot_xmin(txid_current_snapshot()), txid_snapshot_xmax(txid_current_snapshot())`;

  readonly probe = (): Sql => sql`SELECT s.sid, s.sess, s.expire, s.xmin FROM ${this.#table} s WHERE 1 = 0`;

  readonly sample = (nowMs: number, limit: SqlValue): Sql => sql`${this.rows(nowMs, EMPTY)} LIMIT ${limit}`;

  get table(): Sql {
    return this.#table;
  }
}
