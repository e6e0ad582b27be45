import { existsSync, rmSync, renameSync } from 'node:fs';
import { z } from 'zod';
import { failure, success, type Problem, type Result } from '#shared/domain/result.ts';
import { diskProblem, openWritable, transaction, type WritableDb } from '../database.ts';
import { APPLICATION_ID, migrate } from '../migrate.ts';
import { MIGRATIONS, SCHEMA_VERSION } from '../migrations/index.ts';
import { heldKey, holdKey, letGoOfKey } from '../encryption/held-keys.ts';
import { isEncrypted, lockedProblem } from '../encryption/locked.ts';
import { fill, type RecoveredTable } from './fill.ts';
import { mend, type Mended } from './mend.ts';
import { openPageFile } from './page-file.ts';
import { salvage, type TableLoss } from './salvage.ts';

/** What was read of a damaged mirror, and what was lost. */
export interface Recovery extends Mended {
  readonly tables: readonly RecoveredTable[];
  readonly rows: number;
  /** Pages that could not be read, and rows that could not be on pages that could. */
  readonly lost: TableLoss;
  readonly sessions: number;
  readonly events: number;
  /** The header of the file was destroyed; its layout was taken as usual. */
  readonly headless: boolean;
  /** Pages of which nobody knows any more what they hold. */
  readonly unknownPages: number;
}

/** Why nothing can be recovered from a file that is encrypted; null: it is not. */
export const sealedProblem = (damaged: string): Problem | null =>
  isEncrypted(damaged)
    ? {
        code: 'NOT_RECOVERABLE',
        message: `${damaged} is encrypted: its pages cannot be read one by one, so that nothing can be recovered from it.`,
        advice:
          'Keep it, and restore a backup if there is one; otherwise agents deliver what they still have.',
      }
    : null;

/**
 * Reads what can be read of a damaged mirror, with its write-ahead log, into a new file. The damaged one is not touched.
 * Positions are left out, so that agents tell everything anew; what is there already is recognised.
 */
export function recoverMirror(damaged: string, target: string): Result<Recovery> {
  if (!existsSync(damaged)) {
    return failure({ code: 'NOT_FOUND', message: `There is no ${damaged}.`, advice: 'Check the path.' });
  }
  const sealed = sealedProblem(damaged) ?? lockedProblem(target);
  if (sealed !== null) return failure(sealed);
  if (existsSync(target)) {
    return failure({
      code: 'FILE_EXISTS',
      message: `${target} exists already.`,
      advice: 'Move it away; recovering never overwrites.',
    });
  }
  const partial = `${target}.partial`;
  const sweep = (): void => {
    for (const suffix of ['', '-wal', '-shm']) rmSync(partial + suffix, { force: true });
  };
  sweep();
  const key = heldKey(target);
  if (key !== undefined) holdKey(partial, key);
  try {
    const recovered = recoverInto(damaged, partial);
    if (!recovered.ok) sweep();
    else renameSync(partial, target);
    return recovered;
  } catch (error) {
    sweep();
    return failure(
      diskProblem(error, target) ?? {
        code: 'RECOVERY_FAILED',
        message: `${damaged} could not be recovered: ${error instanceof Error ? error.message : String(error)}.`,
        advice: 'It is unchanged. Keep it, and restore a backup if there is one.',
      },
    );
  } finally {
    letGoOfKey(partial);
  }
}

function recoverInto(damaged: string, partial: string): Result<Recovery> {
  const file = openPageFile(damaged);
  try {
    const version = file.header?.version ?? SCHEMA_VERSION;
    if (version > SCHEMA_VERSION) {
      return failure({
        code: 'DATABASE_NEWER',
        message: `${damaged} was written by a newer Watchfloor (schema ${String(version)}).`,
        advice: 'Recover it with that version.',
      });
    }
    const from = salvage(file);
    const isOurs = file.header?.application === APPLICATION_ID || file.header === null;
    if (!isOurs || !from.tables.has('session')) {
      return failure({
        code: 'NOTHING_TO_RECOVER',
        message: `Nothing of a mirror can be found in ${damaged}.`,
        advice: 'Restore a backup if there is one; otherwise agents deliver what they still have.',
      });
    }
    const db = openWritable(partial);
    try {
      // It counts only when it is whole; nobody needs half of it after a power cut.
      db.pragma('synchronous = OFF');
      db.pragma('foreign_keys = OFF');
      migrate(
        db,
        MIGRATIONS.filter((one) => one.version <= Math.max(1, version)),
      );
      const restore = withoutTriggers(db);
      const tables = fill(db, from);
      const hasSalt = tables.some(({ name, read }) => name === 'constant' && read > 0);
      const mended = transaction(db, () => mend(db, hasSalt));
      restore();
      migrate(db);
      const count = (sql: string): number => Number(db.prepare(sql).pluck().get());
      const recovery: Recovery = {
        ...mended,
        tables,
        rows: tables.reduce((sum, { read }) => sum + read, 0),
        lost: {
          pages: tables.reduce((sum, { pages }) => sum + pages, from.schemaLoss.pages),
          rows: tables.reduce((sum, { rows }) => sum + rows, from.schemaLoss.rows),
        },
        sessions: count('SELECT count(*) FROM session'),
        events: count('SELECT coalesce(sum(events), 0) FROM audit_part'),
        headless: file.header === null,
        unknownPages: from.unknownPages,
      };
      db.pragma('synchronous = FULL');
      db.pragma('wal_checkpoint(TRUNCATE)');
      return success(recovery);
    } finally {
      db.close();
    }
  } finally {
    file.close();
  }
}

/**
 * Takes the triggers away, which would keep the indexes of words row by row; the result puts them back and makes what
 * they keep in one go.
 */
function withoutTriggers(db: WritableDb): () => void {
  const triggers = db
    .prepare("SELECT name, sql FROM sqlite_schema WHERE type = 'trigger'")
    .all()
    .map((row) => z.object({ name: z.string(), sql: z.string() }).parse(row));
  for (const { name } of triggers) db.exec(`DROP TRIGGER "${name}"`);
  return () => {
    transaction(db, () => {
      for (const { sql } of triggers) db.exec(sql);
      const words = db
        .prepare("SELECT name FROM sqlite_schema WHERE sql LIKE 'CREATE VIRTUAL TABLE%fts5%'")
        .pluck()
        .all();
      for (const name of words)
        db.exec(`INSERT INTO "${String(name)}" ("${String(name)}") VALUES ('rebuild')`);
      if (db.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'identity_dirty'").get() !== undefined)
        db.exec('INSERT OR IGNORE INTO identity_dirty SELECT key FROM account');
    });
  };
}

/** “12,034 sessions and 250,110 events were read; 3 pages could not be, of session and audit_4.” */
export function recoveryText({ sessions, events, lost, tables, standIns, unknownPages }: Recovery): string {
  const number = (value: number): string => value.toLocaleString('en');
  const hurt = tables
    .filter(({ pages, rows, missing }) => pages + rows > 0 || missing)
    .map(({ name }) => name);
  const parts = [`${number(sessions)} sessions and ${number(events)} events were read`];
  if (lost.pages + lost.rows > 0)
    parts.push(`${number(lost.pages)} pages and ${number(lost.rows)} single rows could not be`);
  if (hurt.length > 0) parts.push(`affected: ${hurt.join(', ')}`);
  if (standIns > 0) parts.push(`${number(standIns)} lost names stand as “lost-…”`);
  if (unknownPages > 0) parts.push(`${number(unknownPages)} pages belong to nothing that is known`);
  return `${parts.join('; ')}.`;
}
