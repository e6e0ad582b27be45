import type { Clock } from '#shared/domain/units.ts';
import { StoreError } from '../store-adapter.ts';
import type { Finding } from '../store-kind.ts';
import { textOrNull, wholeOrNull } from './columns.ts';
import { isPrivateLine, type DatabaseConfig } from './database-config.ts';
import type { SqlAccess } from './sql-access.ts';
import { name, sql, type Sql } from './sql-text.ts';

const ok = (id: string, message: string): Finding => ({ id, status: 'ok', message });

/** What a check needs. */
export interface CheckContext {
  readonly access: SqlAccess;
  readonly config: DatabaseConfig;
  readonly clock: Clock;
  readonly grants: string;
  readonly signal: AbortSignal;
}

/** Connection and transport. Nothing else can be checked when the first is wrong. */
export async function checkConnection({ access, config, signal }: CheckContext): Promise<readonly Finding[]> {
  const findings: Finding[] = [];
  try {
    findings.push(ok('store.connection', `connected: ${await access.version(signal)}`));
  } catch (error) {
    if (!(error instanceof StoreError)) throw error;
    return [
      {
        id: 'store.connection',
        status: 'wrong',
        message: error.message,
        fix:
          error.kind === 'unavailable'
            ? 'start the database, or correct store.database'
            : 'correct store.database',
      },
    ];
  }
  findings.push(
    isPrivateLine(config)
      ? ok('store.tls', 'what is said to the database stays on this machine or is encrypted')
      : {
          id: 'store.tls',
          status: 'suspicious',
          message: 'sessions and password hashes cross the network unencrypted',
          fix: 'set store.database.tls: true (or tls.ca: the authority’s certificate)',
        },
  );
  return findings;
}

/** Whether this works; a permission or table that is missing is an answer, a database that is away is an error. */
export async function works(
  access: SqlAccess,
  statement: Sql,
  signal: AbortSignal,
): Promise<StoreError | null> {
  try {
    await access.rows(statement, signal);
    return null;
  } catch (error) {
    if (error instanceof StoreError && error.kind !== 'unavailable') return error;
    throw error;
  }
}

/** Whether these columns of a table can be read. */
export async function checkTable(
  { access, grants, signal }: CheckContext,
  table: string,
  columns: readonly string[],
  missing: 'wrong' | 'suspicious',
  withoutIt: string,
): Promise<Finding> {
  const [first = '1', ...rest] = columns;
  const read = rest.reduce((so, column) => sql`${so}, ${name(column)}`, name(first));
  const error = await works(access, sql`SELECT ${read} FROM ${name(table)} WHERE 1 = 0`, signal);
  return error === null
    ? ok(`store.table.${table}`, `${table} can be read`)
    : {
        id: `store.table.${table}`,
        status: missing,
        message: `${table} cannot be read (${error.message.split('\n')[0] ?? ''}): ${withoutIt}`,
        fix: grants,
      };
}

/** Whether rows can be deleted (tried on none). */
export async function checkDelete(
  { access, grants, signal }: CheckContext,
  table: string,
  keyColumn: string,
): Promise<Finding> {
  const error = await works(
    access,
    sql`DELETE FROM ${name(table)} WHERE ${name(keyColumn)} IS NULL AND 1 = 0`,
    signal,
  );
  return error === null
    ? ok(`store.delete.${table}`, `sessions can be ended: rows of ${table} may be deleted`)
    : {
        id: `store.delete.${table}`,
        status: 'wrong',
        message: `no session can be ended: rows of ${table} may not be deleted (${error.message.split('\n')[0] ?? ''})`,
        fix: grants,
      };
}

/** Whether accounts can be blocked (tried on none): for configurations that allow it. */
export async function checkBlocking(
  { access, grants, signal }: CheckContext,
  table: string,
  column: string,
): Promise<Finding> {
  const error = await works(
    access,
    sql`UPDATE ${name(table)} SET ${name(column)} = ${name(column)} WHERE 1 = 0`,
    signal,
  );
  return error === null
    ? ok(`store.block.${table}`, `accounts can be blocked: ${table}.${column} may be changed`)
    : {
        id: `store.block.${table}`,
        status: 'wrong',
        message: `store.blockAccounts is on, but no account can be blocked: ${table}.${column} may not be changed (${error.message.split('\n')[0] ?? ''})`,
        fix: grants,
      };
}

/** Whether an index begins with this column; without it every look at the store reads the whole table. */
export async function checkIndex(
  { access, signal }: CheckContext,
  table: string,
  column: string,
): Promise<Finding> {
  const id = `store.index.${table}.${column}`;
  if ((await indexedColumns(access, table, signal)).has(column)) {
    return ok(id, `${table}(${column}) has an index`);
  }
  return {
    id,
    status: 'suspicious',
    message: `${table} has no index on ${column}: every look reads the whole table`,
    fix: `CREATE INDEX ${table}_${column} ON ${table} (${column});`,
  };
}

async function indexedColumns(
  access: SqlAccess,
  table: string,
  signal: AbortSignal,
): Promise<ReadonlySet<string>> {
  const statement: Record<SqlAccess['dialect'], Sql> = {
    mysql: sql`SELECT COLUMN_NAME FROM information_schema.STATISTICS
      WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME = ${table} AND SEQ_IN_INDEX = 1`,
    postgres: sql`SELECT a.attname FROM pg_index i JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = i.indkey[0]
      WHERE i.indrelid = to_regclass(quote_ident(${table}))`,
    sqlite: sql`SELECT c.name FROM pragma_index_list(${table}) AS l, pragma_index_info(l.name) AS c WHERE c.seqno = 0
      UNION ALL SELECT name FROM pragma_table_info(${table}) WHERE pk = 1`,
  };
  const rows = await access.rows(statement[access.dialect], signal);
  return new Set(rows.map((row) => textOrNull(row[0], 'index') ?? ''));
}

/** Half a minute of difference makes "idle" and "expires" wrong by as much. */
const TOLERATED_SKEW_S = 30;

export async function checkClock({ access, clock, signal }: CheckContext): Promise<Finding> {
  if (access.dialect === 'sqlite') return ok('store.clock', 'the database has no clock of its own');
  const now =
    access.dialect === 'mysql'
      ? sql`SELECT UNIX_TIMESTAMP()`
      : sql`SELECT CAST(EXTRACT(EPOCH FROM clock_timestamp()) AS bigint)`;
  const [row] = await access.rows(now, signal);
  const skew = (wholeOrNull(row?.[0], 'now') ?? 0) - Math.trunc(clock() / 1_000);
  return Math.abs(skew) <= TOLERATED_SKEW_S
    ? ok('store.clock', 'the clocks of this machine and the database agree')
    : {
        id: 'store.clock',
        status: 'suspicious',
        message: `the database's clock is ${String(Math.abs(skew))} s ${skew > 0 ? 'ahead of' : 'behind'} this machine's`,
        fix: 'synchronise both with NTP (timedatectl set-ntp true)',
      };
}

/** An application behind a proxy that it does not trust writes the proxy's address for everybody. */
export async function checkAddresses(
  { access, signal }: CheckContext,
  table: string,
  column: string,
  only: Sql,
): Promise<Finding> {
  const [row] = await access.rows(
    sql`SELECT COUNT(*), COUNT(DISTINCT ${name(column)}), MAX(${name(column)}) FROM ${name(table)} ${only}`,
    signal,
  );
  const [count, different] = [wholeOrNull(row?.[0], 'count') ?? 0, wholeOrNull(row?.[1], 'count') ?? 0];
  if (count < 10 || different > 1)
    return ok('store.addresses', `${String(different)} addresses in ${String(count)} sessions`);
  return {
    id: 'store.addresses',
    status: 'suspicious',
    message: `all ${String(count)} sessions have the address ${textOrNull(row?.[2], column) ?? ''}`,
    fix: 'the application probably sits behind a proxy it does not trust: tell it the proxy’s address and header',
  };
}
