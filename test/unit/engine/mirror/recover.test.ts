import { copyFileSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { epochMs } from '#shared/domain/units.ts';
import { checkFile } from '#engine/mirror/check.ts';
import { openMirror } from '#engine/mirror/open.ts';
import { readTreePage, INNER_INDEX, INNER_TABLE } from '#engine/mirror/recover/cells.ts';
import { findOwners } from '#engine/mirror/recover/ownership.ts';
import { openPageFile } from '#engine/mirror/recover/page-file.ts';
import { recoverMirror, type Recovery } from '#engine/mirror/recover/recover.ts';
import { fillMirror } from '#test/support/big-mirror.ts';
import { testGeo } from '#test/support/test-engine.ts';

// A real mirror whose file is really damaged: what is not on the damaged pages must all be in the new one.

const folder = mkdtempSync(join(tmpdir(), 'watchfloor-test-'));
const whole = join(folder, 'mirror.db');
const TABLES = ['session', 'observation', 'account', 'handle', 'word', 'address', 'device', 'connection'];
let before: ReadonlyMap<string, number>;
let roots: ReadonlyMap<string, number>;
let pageSize = 0;

const counts = (file: string): ReadonlyMap<string, number> => {
  const db = new Database(file, { readonly: true });
  try {
    const count = (sql: string): number => Number(db.prepare(sql).pluck().get());
    return new Map([
      ...TABLES.map((table) => [table, count(`SELECT count(*) FROM ${table}`)] as const),
      ['audit', count('SELECT coalesce(sum(events), 0) FROM audit_part')],
    ]);
  } finally {
    db.close();
  }
};

beforeAll(() => {
  fillMirror(folder, {
    events: 6_000,
    sessions: 5_000,
    since: Date.UTC(2026, 0, 1),
    until: Date.UTC(2026, 0, 20),
    enricher: testGeo.enricher,
  });
  before = counts(whole);
  const db = new Database(whole, { readonly: true });
  roots = new Map(
    db
      .prepare("SELECT name, rootpage FROM sqlite_schema WHERE type = 'table' AND rootpage > 0")
      .raw()
      .all() as [string, number][],
  );
  pageSize = Number(db.pragma('page_size', { simple: true }));
  db.close();
});
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

/** Pages of a table: the inner ones, and the leaves with how many rows are on them. */
function pagesOf(table: string): { inner: number[]; leaves: { page: number; rows: number }[] } {
  const file = openPageFile(whole);
  const inner: number[] = [];
  const leaves: { page: number; rows: number }[] = [];
  const root = roots.get(table) ?? 0;
  for (const page of findOwners(file, [root]).pagesOf(root)) {
    const tree = readTreePage(file, page);
    if (tree?.type === INNER_TABLE || tree?.type === INNER_INDEX) inner.push(page);
    else leaves.push({ page, rows: tree?.cells.length ?? 0 });
  }
  file.close();
  return { inner, leaves };
}

let number = 0;
function damaged(pages: readonly number[], change?: (file: string) => void): string {
  number += 1;
  const file = join(folder, `damaged-${String(number)}.db`);
  copyFileSync(whole, file);
  const bytes = readFileSync(file);
  for (const page of pages) {
    // Noise, the same every time, that does not look like a page.
    for (let at = 0; at < pageSize; at += 1) bytes[(page - 1) * pageSize + at] = (at * 131 + page * 17) % 251;
    bytes[(page - 1) * pageSize] = 0xee;
  }
  writeFileSync(file, bytes);
  change?.(file);
  return file;
}
function recover(file: string): { report: Recovery; counts: ReadonlyMap<string, number>; target: string } {
  const kept = readFileSync(file);
  const target = `${file}.new`;
  const result = recoverMirror(file, target);
  if (!result.ok) throw new Error(result.error.message);
  expect(readFileSync(file).equals(kept)).toBe(true);
  expect(checkFile(target)).toMatchObject({ ok: true, value: { faults: [] } });
  return { report: result.value, counts: counts(target), target };
}

test('a whole file is read wholly, and the new one takes up the work where agents tell everything anew', () => {
  const { report, counts: after, target } = recover(damaged([]));
  expect(Object.fromEntries(after)).toEqual(Object.fromEntries(before));
  expect(report).toMatchObject({ lost: { pages: 0, rows: 0 }, standIns: 0, dropped: 0, headless: false });
  const profile = mkdtempSync(join(folder, 'profile-'));
  copyFileSync(target, join(profile, 'mirror.db'));
  const opened = openMirror(profile, epochMs(1));
  if (opened.is !== 'open') throw new Error(opened.is);
  expect(opened.problem).toBeNull();
  const { db } = opened;
  expect(db.prepare('SELECT count(*) FROM cursor').pluck().get()).toBe(0);
  expect(
    db.prepare("SELECT count(*) FROM account_text WHERE account_text MATCH 'user00'").pluck().get(),
  ).toBeGreaterThan(50);
  const old = new Database(whole, { readonly: true });
  const rows = 'SELECT * FROM session ORDER BY key';
  expect(db.prepare(rows).all()).toEqual(old.prepare(rows).all());
  const events = 'SELECT * FROM audit ORDER BY key';
  expect(db.prepare(events).all()).toEqual(old.prepare(events).all());
  old.close();
  db.close();
});

test('of a leaf that was overwritten only its own rows are lost', () => {
  const { leaves } = pagesOf('session');
  const hit = leaves[Math.floor(leaves.length / 2)];
  if (hit === undefined) throw new Error('no leaf');
  const { report, counts: after } = recover(damaged([hit.page]));
  expect(after.get('session')).toBe(Number(before.get('session')) - hit.rows);
  expect(after.get('audit')).toBe(before.get('audit'));
  expect(report.tables.find(({ name }) => name === 'session')).toMatchObject({ pages: 1 });
});

test('a page on the way to others takes nothing with it: the map of pages says whose they are', () => {
  const tables = ['session', 'observation', 'audit_1'];
  const inner = tables.map((table) => pagesOf(table).inner);
  for (const pages of inner) expect(pages.length).toBeGreaterThan(0);
  const { report, counts: after } = recover(damaged(inner.flat()));
  for (const table of ['session', 'audit', 'handle']) expect(after.get(table)).toBe(before.get(table));
  // Entries of tables that are sorted by their key lie on inner pages, too.
  const lost = Number(before.get('observation')) - Number(after.get('observation'));
  expect(lost).toBeLessThan(200);
  expect(report.lost.pages).toBe(inner.flat().length);
});

test('a destroyed header, and even a destroyed first page, lose nothing but themselves', () => {
  const header = damaged([], (file) => {
    const bytes = readFileSync(file);
    bytes.fill(0x55, 0, 100);
    writeFileSync(file, bytes);
  });
  const one = recover(header);
  expect(one.report.headless).toBe(true);
  expect(Object.fromEntries(one.counts)).toEqual(Object.fromEntries(before));
  const two = recover(damaged([1]));
  expect(Object.fromEntries(two.counts)).toEqual(Object.fromEntries(before));
});

test('names that are lost are stood in for, and what hangs on them is kept', () => {
  const { leaves } = pagesOf('address');
  const { report, counts: after } = recover(damaged(leaves.slice(0, 2).map(({ page }) => page)));
  expect(report.standIns).toBeGreaterThan(10);
  expect(after.get('session')).toBe(before.get('session'));
  expect(after.get('audit')).toBe(before.get('audit'));
});

test('of a file that was cut in half the first half is read', () => {
  // Where SQLite puts the list of tables is its own affair, and without it nobody knows what a page belongs to.
  const pages = openPageFile(whole);
  const listed = Math.max(...findOwners(pages, [1]).pagesOf(1));
  pages.close();
  const half = damaged([], (file) => {
    const kept = Math.max(listed, Math.floor(readFileSync(file).length / 2 / pageSize));
    truncateSync(file, kept * pageSize);
  });
  const { counts: after } = recover(half);
  expect(after.get('connection')).toBe(before.get('connection'));
  const rows = (of: ReadonlyMap<string, number>): number =>
    Number(of.get('session')) + Number(of.get('audit'));
  expect(rows(after)).toBeLessThan(rows(before));
  expect(Number(after.get('session')) + Number(after.get('audit'))).toBeGreaterThan(1_000);
});

test('what the log has committed and the file does not have yet is read as well', () => {
  const file = damaged([]);
  const db = new Database(file);
  db.pragma('journal_mode = WAL');
  db.pragma('wal_autocheckpoint = 0');
  db.prepare("UPDATE connection SET name = 'Only in the log' WHERE key = 1").run();
  db.prepare("INSERT INTO word (text) VALUES ('also only there')").run();
  for (const suffix of ['', '-wal']) copyFileSync(file + suffix, `${file}.kept${suffix}`);
  db.close();
  const { target, counts: after } = recover(`${file}.kept`);
  expect(after.get('word')).toBe(Number(before.get('word')) + 1);
  const made = new Database(target, { readonly: true });
  expect(made.prepare('SELECT name FROM connection WHERE key = 1').pluck().get()).toBe('Only in the log');
  made.close();
});

test('fifty random pages', () => {
  const pages = Math.floor(readFileSync(whole).length / pageSize);
  const hit = Array.from({ length: 50 }, (_, n) => 2 + ((n * 7_919 + 31) % (pages - 2)));
  const { counts: after, report } = recover(damaged(hit));
  expect(report.lost.pages).toBeLessThanOrEqual(50);
  for (const table of ['session', 'audit', 'observation'])
    expect(Number(after.get(table))).toBeGreaterThan(Number(before.get(table)) * 0.7);
});

test('a file in which nothing of a mirror can be found is said so, and nothing is left behind', () => {
  const file = join(folder, 'nonsense.db');
  writeFileSync(file, Buffer.alloc(100_000, 7));
  expect(recoverMirror(file, `${file}.new`)).toMatchObject({
    ok: false,
    error: { code: 'NOTHING_TO_RECOVER' },
  });
  expect(recoverMirror(join(folder, 'none.db'), `${file}.new`)).toMatchObject({
    ok: false,
    error: { code: 'NOT_FOUND' },
  });
  expect(recoverMirror(whole, file)).toMatchObject({ ok: false, error: { code: 'FILE_EXISTS' } });
});
