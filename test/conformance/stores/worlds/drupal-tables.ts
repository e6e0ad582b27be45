import type { Engine, TestDatabase, Value } from '../databases.ts';

const TYPES: Record<Engine, Record<'uint' | 'ascii' | 'big' | 'blob' | 'text' | 'serial', string>> = {
  mariadb: {
    uint: 'int(10) unsigned',
    ascii: 'varchar(128) CHARACTER SET ascii COLLATE ascii_general_ci',
    big: 'bigint(20)',
    blob: 'longblob',
    text: 'longtext',
    serial: 'int(11) AUTO_INCREMENT PRIMARY KEY',
  },
  postgres: {
    uint: 'bigint',
    ascii: 'varchar(128)',
    big: 'bigint',
    blob: 'bytea',
    text: 'text',
    serial: 'serial PRIMARY KEY',
  },
  sqlite: {
    uint: 'INTEGER',
    ascii: 'VARCHAR(128)',
    big: 'INTEGER',
    blob: 'BLOB',
    text: 'TEXT',
    serial: 'INTEGER PRIMARY KEY AUTOINCREMENT',
  },
};

/** Drupal's own tables, as far as an agent reads them. */
export async function createTables(
  db: TestDatabase,
  table: (name: string) => string,
  column: (name: string) => string,
  accountsExec: (statements: readonly (readonly [string, ...Value[]])[]) => Promise<void>,
): Promise<void> {
  const type = TYPES[db.engine];
  const utf8 = db.engine === 'sqlite' ? 'COLLATE NOCASE_UTF8' : '';
  await db.exec(
    `CREATE TABLE ${table('sessions')} (uid ${type.uint} NOT NULL, sid ${type.ascii} NOT NULL, hostname ${type.ascii} NOT NULL DEFAULT '', ${column('timestamp')} ${type.big} NOT NULL DEFAULT 0, session ${type.blob} NULL, PRIMARY KEY (sid))`,
  );
  await db.exec(
    `CREATE INDEX ${table('sessions_timestamp')} ON ${table('sessions')} (${column('timestamp')})`,
  );
  await db.exec(`CREATE INDEX ${table('sessions_uid')} ON ${table('sessions')} (uid)`);
  await db.exec(
    `CREATE TABLE ${table('user__roles')} (bundle varchar(128) NOT NULL, deleted smallint NOT NULL DEFAULT 0, entity_id ${type.uint} NOT NULL, revision_id ${type.uint} NOT NULL, langcode varchar(32) NOT NULL, delta ${type.uint} NOT NULL, roles_target_id varchar(255) NOT NULL, PRIMARY KEY (entity_id, deleted, delta, langcode))`,
  );
  await db.exec(
    `CREATE TABLE ${table('watchdog')} (wid ${type.serial}, uid ${type.uint} NOT NULL DEFAULT 0, type varchar(64) NOT NULL DEFAULT '', message ${type.text} NOT NULL, variables ${type.blob} NOT NULL, severity smallint NOT NULL DEFAULT 0, link ${type.text}, location ${type.text} NOT NULL, referer ${type.text}, hostname varchar(128) NOT NULL DEFAULT '', ${column('timestamp')} ${type.big} NOT NULL DEFAULT 0)`,
  );
  await db.exec(
    `CREATE TABLE ${table('flood')} (fid ${type.serial}, event varchar(64) NOT NULL DEFAULT '', identifier varchar(128) NOT NULL DEFAULT '', ${column('timestamp')} ${type.big} NOT NULL DEFAULT 0, expiration ${type.big} NOT NULL DEFAULT 0)`,
  );
  await db.exec(
    `CREATE TABLE ${table('cache_entity')} (cid varchar(255) NOT NULL PRIMARY KEY, data ${type.blob})`,
  );
  await accountsExec([
    [
      `CREATE TABLE ${table('users_field_data')} (uid ${type.uint} NOT NULL, langcode varchar(12) NOT NULL, name varchar(60) ${utf8} NOT NULL, pass varchar(255) ${utf8}, mail varchar(254) ${utf8}, status smallint, created int NOT NULL, changed int, access int NOT NULL, login int, default_langcode smallint NOT NULL, PRIMARY KEY (uid, langcode))`,
    ],
    [`CREATE UNIQUE INDEX ${table('user__name')} ON ${table('users_field_data')} (name, langcode)`],
  ]);
}
