import type { DatabaseConfig } from './database-config.ts';
import { name, render, type Dialect } from './sql-text.ts';

/** What an adapter needs of one table. */
export interface TableGrant {
  readonly table: string;
  /** Columns to read; all when `true`. */
  readonly select: true | readonly string[];
  readonly update?: readonly string[];
  readonly delete?: boolean;
  readonly comment?: string;
}

const USER = 'watchfloor';

/** Least-privilege statements to paste, for a user made for the agent. */
export function grantStatements(config: DatabaseConfig, tables: readonly TableGrant[]): string {
  if (config.driver === 'sqlite') {
    return [
      '-- SQLite has no users: the agent has to run as a user that may read and write the file and its folder,',
      `-- for example: setfacl -m u:${USER}:rw ${config.file}`,
    ].join('\n');
  }
  const quoted = (...path: string[]): string => render(name(...path), config.driver).text;
  const who = config.driver === 'mysql' ? `'${USER}'@'${hostOf(config)}'` : quoted(USER);
  const lines =
    config.driver === 'mysql'
      ? [`CREATE USER IF NOT EXISTS ${who} IDENTIFIED BY '<password>';`]
      : [
          `CREATE ROLE ${who} LOGIN PASSWORD '<password>';`,
          `GRANT CONNECT ON DATABASE ${quoted(config.database)} TO ${who};`,
          `GRANT USAGE ON SCHEMA ${quoted(config.schema ?? 'public')} TO ${who};`,
        ];
  for (const grant of tables) {
    const table =
      config.driver === 'mysql'
        ? quoted(config.database, grant.table)
        : quoted(config.schema ?? 'public', grant.table);
    const comment = grant.comment === undefined ? '' : `  -- ${grant.comment}`;
    lines.push(`GRANT ${rights(grant, config.driver)} ON ${table} TO ${who};${comment}`);
  }
  return lines.join('\n');
}

function rights(grant: TableGrant, dialect: Dialect): string {
  const columns = (names: readonly string[]): string =>
    names.map((column) => render(name(column), dialect).text).join(', ');
  const parts = [grant.select === true ? 'SELECT' : `SELECT (${columns(grant.select)})`];
  if (grant.update !== undefined) parts.push(`UPDATE (${columns(grant.update)})`);
  if (grant.delete === true) parts.push('DELETE');
  return parts.join(', ');
}

/** The agent's own machine where the database is on it; otherwise any, to be narrowed by the administrator. */
const hostOf = (config: { readonly host: string; readonly socket?: string | undefined }): string =>
  config.socket !== undefined || config.host === 'localhost' || config.host.startsWith('127.')
    ? 'localhost'
    : '%';
