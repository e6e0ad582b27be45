import { z } from 'zod';
import {
  RETENTION_KINDS,
  RetentionPolicy,
  type RetentionKind,
  type RetentionRun,
} from '#shared/ipc/mirror-contract.ts';
import { EpochMs } from '#shared/domain/units.ts';
import type { ReadableDb, WritableDb } from '../mirror/database.ts';
import type { ArchivePosition } from './archive.ts';

/** Nothing is deleted unless somebody says so. */
const KEEP_EVERYTHING: RetentionPolicy = { rules: [], mostMegabytes: null, archiveFolder: null };

export function readPolicy(db: ReadableDb): RetentionPolicy {
  const text = db.prepare('SELECT policy FROM retention_policy').pluck().get();
  return typeof text === 'string' ? RetentionPolicy.parse(JSON.parse(text)) : KEEP_EVERYTHING;
}

export function savePolicy(db: WritableDb, policy: RetentionPolicy): void {
  db.prepare('INSERT OR REPLACE INTO retention_policy (key, policy) VALUES (1, ?)').run(
    JSON.stringify(policy),
  );
}

const Row = z.object({
  at: EpochMs,
  cause: z.enum(['age', 'size', 'person']),
  kind: z.enum([...RETENTION_KINDS, 'person']),
  before: EpochMs.nullable(),
  rows: z.number(),
  archive: z.string().nullable(),
  finished_at: EpochMs.nullable(),
});

/** The newest first. */
export function recentRuns(db: ReadableDb, limit: number): readonly RetentionRun[] {
  return db
    .prepare(
      'SELECT at, cause, kind, before, rows, archive, finished_at FROM retention_run ORDER BY key DESC LIMIT ?',
    )
    .all(limit)
    .map((raw) => {
      const { finished_at, ...row } = Row.parse(raw);
      return { ...row, finishedAt: finished_at };
    });
}

export interface RunStart {
  readonly at: number;
  readonly cause: 'age' | 'size' | 'person';
  readonly kind: RetentionKind | 'person';
  readonly detail: string;
  readonly before: number | null;
  /** Key of the environment; absent: all of them. */
  readonly connection?: number;
}

export function beginRun(db: WritableDb, run: RunStart): number {
  return Number(
    db
      .prepare(
        'INSERT INTO retention_run (at, cause, kind, detail, before, connection) VALUES (?, ?, ?, ?, ?, ?) RETURNING key',
      )
      .pluck()
      .get(run.at, run.cause, run.kind, run.detail, run.before, run.connection ?? null),
  );
}

/** In the transaction that deletes: how many rows, and how far the archive of the run has been written. */
export function noteDeleted(
  db: WritableDb,
  run: number,
  rows: number,
  archive: (ArchivePosition & { readonly file: string }) | null,
): void {
  db.prepare(
    `UPDATE retention_run SET rows = rows + @rows, archive = coalesce(@file, archive),
       archive_bytes = coalesce(@bytes, archive_bytes), archive_hash = coalesce(@hash, archive_hash)
     WHERE key = @run`,
  ).run({
    run,
    rows,
    file: archive?.file ?? null,
    bytes: archive?.bytes ?? null,
    hash: archive?.hash ?? null,
  });
}

const Position = z.object({ archive_bytes: z.number(), archive_hash: z.string() });
export function archivePosition(db: ReadableDb, run: number): ArchivePosition {
  const row = Position.parse(
    db.prepare('SELECT archive_bytes, archive_hash FROM retention_run WHERE key = ?').get(run),
  );
  return { bytes: row.archive_bytes, hash: row.archive_hash };
}

/** A run that deleted nothing leaves no row. */
export function endRun(db: WritableDb, run: number, at: number): void {
  db.prepare('DELETE FROM retention_run WHERE key = ? AND rows = 0').run(run);
  db.prepare('UPDATE retention_run SET finished_at = ? WHERE key = ?').run(at, run);
}
