import type { TestDatabase } from '#test/conformance/stores/databases.ts';
import { createTables } from '#test/conformance/stores/worlds/drupal-tables.ts';

/** Fills Drupal's tables inside the server: `sessions` sessions of `people` accounts, as Drupal writes them. */
export async function fillDrupal(db: TestDatabase, sessions: number, people: number): Promise<void> {
  const maria = db.engine === 'mariadb';
  const quote = (column: string): string => (maria ? `\`${column}\`` : `"${column}"`);
  await createTables(
    db,
    (table) => table,
    quote,
    async (statements) => {
      for (const [text, ...values] of statements) await db.exec(text, ...values);
    },
  );
  const now = Math.trunc(Date.now() / 1_000);
  const series = (count: number): string =>
    maria ? `seq_1_to_${String(count)}` : `generate_series(1, ${String(count)}) AS seq`;
  const hash = maria
    ? `REPLACE(REPLACE(TO_BASE64(UNHEX(SHA2(CONCAT('sid', seq), 256))), '+', '-'), '/', '_')`
    : `translate(encode(sha256(convert_to('sid' || seq, 'UTF8')), 'base64'), '+/', '-_')`;
  const sid = maria ? `SUBSTR(${hash}, 1, 43)` : `substr(${hash}, 1, 43)`;
  const text = maria ? (of: string) => of : (of: string) => `CAST(${of} AS text)`;
  const uid = `(1 + seq % ${String(people)})`;
  const at = `(${String(now)} - seq % 100000)`;
  const digits = `LENGTH(${text(uid)})`;
  const data = `CONCAT('_sf2_attributes|a:1:{s:3:"uid";s:', ${digits}, ':"', ${uid}, '";}_sf2_meta|a:4:{s:1:"u";i:', ${at}, ';s:1:"c";i:', ${at} - 600, ';s:1:"l";i:2000000;s:1:"s";s:43:"', ${sid}, '";}')`;
  await db.exec(
    `INSERT INTO users_field_data (uid, langcode, name, pass, mail, status, created, changed, access, login, default_langcode)
     SELECT seq, 'en', CONCAT('person', seq), CONCAT('$S$E', seq), CONCAT('p', seq, '@example.org'), 1, ${String(now - 9e6)}, 0, 0, ${String(now)}, 1 FROM ${series(people)}`,
  );
  await db.exec(
    `INSERT INTO user__roles (bundle, deleted, entity_id, revision_id, langcode, delta, roles_target_id)
     SELECT 'user', 0, seq, seq, 'und', 0, 'editor' FROM ${series(people)} WHERE seq % 20 = 0`,
  );
  await db.exec(
    `INSERT INTO sessions (uid, sid, hostname, ${quote('timestamp')}, session)
     SELECT ${uid}, ${sid}, CONCAT('203.0.', seq % 250, '.', seq % 240), ${at}, ${maria ? data : `convert_to(${data}, 'UTF8')`} FROM ${series(sessions)}`,
  );
  await db.exec(
    maria ? 'ANALYZE TABLE sessions, users_field_data' : 'VACUUM ANALYZE sessions, users_field_data',
  );
}
