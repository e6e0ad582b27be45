import { assertNever } from '#shared/domain/assert-never.ts';
import type { DatabaseConfig } from './database-config.ts';
import { MysqlAccess } from './mysql-access.ts';
import { PostgresAccess } from './postgres-access.ts';
import type { SqlAccess } from './sql-access.ts';
import { SqliteAccess } from './sqlite-access.ts';

/** Access to a database; nothing is connected yet. */
export function openDatabase(config: DatabaseConfig, baseDir: string, grants: string): SqlAccess {
  switch (config.driver) {
    case 'mysql':
      return new MysqlAccess(config, baseDir, grants);
    case 'postgres':
      return new PostgresAccess(config, baseDir, grants);
    case 'sqlite':
      return new SqliteAccess(config, baseDir, grants);
    default:
      return assertNever(config);
  }
}
