import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { epochMs } from '#shared/domain/units.ts';
import { openWritable, type WritableDb } from '#engine/mirror/database.ts';
import { migrate, schemaVersion } from '#engine/mirror/migrate.ts';
import { MIGRATIONS, SCHEMA_VERSION } from '#engine/mirror/migrations/index.ts';
import { mirrorFile } from '#engine/mirror/mirror-file.ts';
import { openMirror } from '#engine/mirror/open.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'watchfloor-test-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

const ROWS = 3;
/** Made by code and not by migrations, or holding nothing but what they themselves write. */
const NOT_FILLED = new Set([
  'audit_segment',
  'audit_part',
  'constant',
  'identity_rule',
  'identity',
  'identity_dirty',
]);
/** Tables that a later version makes anew, because what they hold is worked out again. */
const MADE_ANEW = new Set(['audit', 'login_risk', 'staged_session', 'staged_account']);

const tables = (db: WritableDb): readonly string[] =>
  db
    .prepare(
      "SELECT name FROM pragma_table_list WHERE schema = 'main' AND type = 'table' AND name NOT GLOB 'sqlite_*' AND name NOT GLOB 'audit_[0-9]*'",
    )
    .pluck()
    .all()
    .map(String);
const countOf = (db: WritableDb, table: string): number =>
  Number(db.prepare(`SELECT count(*) FROM "${table}"`).pluck().get());

/** Three rows in every table, whose integers all name each other. */
function fill(db: WritableDb): ReadonlyMap<string, number> {
  db.pragma('foreign_keys = OFF');
  const filled = new Map<string, number>();
  for (const table of tables(db)) {
    if (NOT_FILLED.has(table)) continue;
    const columns = db
      .prepare('SELECT name, type FROM pragma_table_xinfo(?) WHERE hidden = 0')
      .all(table)
      .map((row) => row as { readonly name: string; readonly type: string });
    const insert = db.prepare(
      `INSERT OR IGNORE INTO "${table}" (${columns.map(({ name }) => `"${name}"`).join(', ')})
       VALUES (${columns.map(() => '?').join(', ')})`,
    );
    for (let n = 1; n <= ROWS; n += 1) {
      insert.run(
        columns.map(({ name, type }) =>
          type === 'TEXT'
            ? ['roles', 'users', 'proofs'].includes(name)
              ? '[]'
              : name === 'ip'
                ? `192.0.2.${String(n)}`
                : JSON.stringify({ [`${table} ${name}`]: n })
            : type === 'BLOB'
              ? Buffer.alloc(16, n)
              : n,
        ),
      );
    }
    filled.set(table, countOf(db, table));
  }
  return filled;
}

test.each(MIGRATIONS.slice(0, -1).map(({ version, name }) => [name, version] as const))(
  'a mirror of version %s with rows in every table is brought up to date, and all of them are there',
  (_name, version) => {
    const file = mirrorFile(folder);
    const old = openWritable(file);
    migrate(old, MIGRATIONS.slice(0, version));
    const before = fill(old);
    expect(before.size).toBeGreaterThan(15);
    const texts = old.prepare('SELECT key, id, name FROM account ORDER BY key').all();
    old.close();

    const opened = openMirror(folder, epochMs(1));
    if (opened.is !== 'open') throw new Error(opened.is);
    const { db } = opened;
    expect(schemaVersion(db)).toBe(SCHEMA_VERSION);
    const now = new Set(tables(db));
    for (const [table, rows] of before) {
      if (MADE_ANEW.has(table)) continue;
      expect(now, table).toContain(table);
      expect(countOf(db, table), table).toBeGreaterThanOrEqual(rows);
    }
    expect(countOf(db, 'audit')).toBe(before.get('audit') ?? 0);
    expect(db.prepare('SELECT key, id, name FROM account ORDER BY key').all()).toEqual(texts);
    expect(db.pragma('integrity_check', { simple: true })).toBe('ok');
    db.close();
  },
);
