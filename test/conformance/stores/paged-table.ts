import { DatabaseConfig } from '#agent/stores/sql/database-config.ts';
import { openDatabase } from '#agent/stores/sql/open-database.ts';
import type { Row, SqlAccess } from '#agent/stores/sql/sql-access.ts';
import type { Sql } from '#agent/stores/sql/sql-text.ts';
import { testDatabase, type Engine } from './databases.ts';

const never = new AbortController().signal;

/** Works on a table of its own, as an agent has access to it; the database goes with the work. */
export async function withTable(
  engine: Engine,
  createTable: string,
  work: (access: SqlAccess) => Promise<void>,
): Promise<void> {
  const db = await testDatabase(engine);
  await db.exec(createTable);
  const access = openDatabase(DatabaseConfig.parse({ ...db.config, user: 'keeper', password: '' }), '/', '');
  try {
    await work(access);
  } finally {
    await access.close();
    await db.dispose();
  }
}

/** All rows of a statement, as they come by pages. */
export async function paged(access: SqlAccess, statement: Sql): Promise<readonly Row[]> {
  const all: Row[] = [];
  await access.pages(
    { keyColumn: 0, statement: () => statement },
    (rows) => {
      all.push(...rows);
      return Promise.resolve();
    },
    never,
  );
  return all;
}
