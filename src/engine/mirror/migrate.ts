import { addressNumber } from '#shared/query/address.ts';
import { sqliteCode, transaction, type WritableDb } from './database.ts';
import { MIGRATIONS, type Migration } from './migrations/index.ts';

/** Marks a file as a mirror (`application_id`): the letters WFlr. */
export const APPLICATION_ID = 0x57_46_6c_72;

export const schemaVersion = (db: WritableDb): number => Number(db.pragma('user_version', { simple: true }));

/**
 * Brings the schema up to the newest version, one transaction a step, so that a crash leaves a whole version.
 * @throws the database's error; the step that failed is rolled back
 */
export function migrate(db: WritableDb, migrations: readonly Migration[] = MIGRATIONS): void {
  db.function('address_number', { deterministic: true }, numberOf);
  if (schemaVersion(db) === 0) db.pragma(`application_id = ${String(APPLICATION_ID)}`);
  for (const { version, name, sql, run } of migrations) {
    if (schemaVersion(db) >= version) continue;
    try {
      transaction(db, () => {
        db.exec(sql);
        run?.(db);
        db.pragma(`user_version = ${String(version)}`);
      });
    } catch (error) {
      if (sqliteCode(error) !== null) throw error;
      throw new Error(`migration ${name} failed`, { cause: error });
    }
  }
}

/** For migrations: an address as the sixteen bytes by which blocks are found. */
function numberOf(ip: unknown): Buffer | null {
  const number = typeof ip === 'string' ? addressNumber(ip) : null;
  return number === null ? null : Buffer.from(number, 'hex');
}
