import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { epochMs } from '#shared/domain/units.ts';
import { openWritable } from '#engine/mirror/database.ts';
import { lockProfile } from '#engine/mirror/lock.ts';
import { migrate, schemaVersion } from '#engine/mirror/migrate.ts';
import { MIGRATIONS, SCHEMA_VERSION } from '#engine/mirror/migrations/index.ts';
import { openMirror } from '#engine/mirror/open.ts';

let profile = '';
beforeEach(() => {
  profile = mkdtempSync(join(tmpdir(), 'watchfloor-test-'));
});
afterEach(() => {
  rmSync(profile, { recursive: true, force: true });
});
const file = (): string => join(profile, 'mirror.db');
const now = epochMs(Date.UTC(2026, 0, 2, 3, 4, 5));

test('a new mirror has the newest schema, belongs to its owner alone, and opens again', () => {
  for (let time = 0; time < 2; time += 1) {
    const opened = openMirror(profile, now);
    expect(opened.is).toBe('open');
    if (opened.is !== 'open') return;
    expect(schemaVersion(opened.db)).toBe(SCHEMA_VERSION);
    expect(opened.problem).toBeNull();
    expect(opened.db.pragma('journal_mode', { simple: true })).toBe('wal');
    opened.db.close();
  }
  expect(statSync(file()).mode & 0o077).toBe(0);
});

test('every table is strict', () => {
  const opened = openMirror(profile, now);
  if (opened.is !== 'open') throw new Error(opened.is);
  const loose = opened.db
    .prepare(
      "SELECT name FROM pragma_table_list WHERE schema = 'main' AND type = 'table' AND strict = 0 AND name NOT LIKE 'sqlite_%'",
    )
    .all();
  expect(loose).toEqual([]);
  opened.db.close();
});

test('a database from the future is opened for reading only and left as it is', () => {
  const made = openMirror(profile, now);
  if (made.is !== 'open') throw new Error(made.is);
  made.db.pragma(`user_version = ${String(SCHEMA_VERSION + 1)}`);
  made.db.close();
  const before = readFileSync(file());
  const opened = openMirror(profile, now);
  expect(opened).toMatchObject({ is: 'read-only', problem: { code: 'DATABASE_NEWER' } });
  if (opened.is !== 'read-only') return;
  expect(() => opened.db.prepare('DELETE FROM word').run()).toThrow(/readonly|read-only/i);
  opened.db.close();
  expect(readFileSync(file()).equals(before)).toBe(true);
});

test('a damaged file is kept under another name and a new mirror begun', () => {
  writeFileSync(file(), 'this was never a database, it only has its name'.repeat(100));
  const opened = openMirror(profile, now);
  expect(opened).toMatchObject({ is: 'open', problem: { code: 'DATABASE_DAMAGED' } });
  if (opened.is === 'open') opened.db.close();
  const kept = readdirSync(profile).find((name) => name.startsWith('mirror.damaged-'));
  expect(kept).toBe('mirror.damaged-2026-01-02T03-04-05-000Z.db');
  expect(readFileSync(join(profile, kept ?? ''), 'utf8')).toContain('never a database');
});

test('the database of another program is left alone', () => {
  const other = new Database(file());
  other.exec('CREATE TABLE recipes (name TEXT)');
  other.close();
  expect(openMirror(profile, now)).toMatchObject({ is: 'unusable', problem: { code: 'NOT_A_MIRROR' } });
  const still = new Database(file(), { readonly: true });
  expect(still.prepare('SELECT count(*) AS n FROM recipes').get()).toEqual({ n: 0 });
  still.close();
});

test('a profile that is not a folder is said in words', () => {
  const path = join(profile, 'file');
  writeFileSync(path, '');
  expect(lockProfile(path)).toMatchObject({ ok: false, error: { code: 'PROFILE_UNUSABLE' } });
});

test('a profile has one engine; the lock is given back, and made with its folder', () => {
  const folder = join(profile, 'new', 'profile');
  const first = lockProfile(folder);
  expect(first.ok).toBe(true);
  expect(lockProfile(folder)).toMatchObject({ ok: false, error: { code: 'PROFILE_IN_USE' } });
  if (first.ok) first.value.release();
  const second = lockProfile(folder);
  expect(second.ok).toBe(true);
  if (second.ok) second.value.release();
  expect(statSync(folder).mode & 0o077).toBe(0);
});

test('a migration that fails leaves the version before it, whole', () => {
  const db = openWritable(file());
  migrate(db, MIGRATIONS);
  const broken = {
    version: 99,
    name: '0099-broken',
    sql: 'CREATE TABLE half (a INTEGER) STRICT; SELECT nonsense;',
  };
  expect(() => {
    migrate(db, [...MIGRATIONS, broken]);
  }).toThrow();
  expect(schemaVersion(db)).toBe(SCHEMA_VERSION);
  expect(db.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'half'").get()).toBeUndefined();
  migrate(db, [...MIGRATIONS, { ...broken, sql: 'CREATE TABLE whole (a INTEGER) STRICT' }]);
  expect(schemaVersion(db)).toBe(99);
  db.close();
});

test('migrations are numbered without gaps', () => {
  expect(MIGRATIONS.map(({ version }) => version)).toEqual(MIGRATIONS.map((_, at) => at + 1));
  for (const { version, name } of MIGRATIONS)
    expect(name.startsWith(String(version).padStart(4, '0'))).toBe(true);
  expect(existsSync(file())).toBe(false);
});
