import { z } from 'zod';
import type { ReadableDb, WritableDb } from './database.ts';

const StagedSnapshot = z
  .object({
    generation: z.number(),
    connection: z.number(),
    epoch: z.string(),
    as_of: z.number(),
    view: z.string(),
  })
  .transform(({ as_of, ...rest }) => ({ ...rest, asOf: as_of }));
/** A snapshot on its way into the mirror. */
export type StagedSnapshot = z.infer<typeof StagedSnapshot>;

/** Begins staging a snapshot and returns its generation; an unfinished one of the same connection is dropped. */
export function beginSnapshot(db: WritableDb, one: Omit<StagedSnapshot, 'generation'>): number {
  db.prepare('DELETE FROM snapshot WHERE connection = ? AND complete = 0').run(one.connection);
  // Generations are never used again while rows of them may be left over.
  const next = db
    .prepare(
      `SELECT 1 + max(coalesce((SELECT max(generation) FROM snapshot), 0),
         coalesce((SELECT max(generation) FROM staged_session), 0),
         coalesce((SELECT max(generation) FROM staged_account), 0))`,
    )
    .pluck()
    .get();
  db.prepare('INSERT INTO snapshot (generation, connection, epoch, as_of, view) VALUES (?, ?, ?, ?, ?)').run(
    next,
    one.connection,
    one.epoch,
    one.asOf,
    one.view,
  );
  return Number(next);
}

/** Keeps a part. A session whose body is null was named but malformed. */
export function stagePart(
  db: WritableDb,
  generation: number,
  sessions: readonly { readonly id: string; readonly body: string | null }[],
  accounts: readonly { readonly id: string; readonly body: string }[],
): void {
  const session = db.prepare('INSERT OR REPLACE INTO staged_session (generation, id, body) VALUES (?, ?, ?)');
  for (const one of sessions) session.run(generation, one.id, one.body);
  const account = db.prepare('INSERT OR REPLACE INTO staged_account (generation, id, body) VALUES (?, ?, ?)');
  for (const one of accounts) account.run(generation, one.id, one.body);
}

/** From here on the snapshot is applied whatever happens; the agent may be told. */
export function completeSnapshot(db: WritableDb, generation: number): void {
  db.prepare('UPDATE snapshot SET complete = 1 WHERE generation = ?').run(generation);
}

export function completeSnapshots(db: ReadableDb): readonly StagedSnapshot[] {
  return db
    .prepare('SELECT generation, connection, epoch, as_of, view FROM snapshot WHERE complete = 1')
    .all()
    .map((row) => StagedSnapshot.parse(row));
}

const StagedRow = z.object({ id: z.string(), body: z.string().nullable() });

/** The next rows after `after` in order of id. */
export function stagedRows(
  db: ReadableDb,
  table: 'staged_session' | 'staged_account',
  generation: number,
  after: string,
  limit: number,
): readonly z.infer<typeof StagedRow>[] {
  return db
    .prepare(`SELECT id, body FROM ${table} WHERE generation = ? AND id > ? ORDER BY id LIMIT ?`)
    .all(generation, after, limit)
    .map((row) => StagedRow.parse(row));
}

export const dropSnapshot = (db: WritableDb, generation: number): void => {
  db.prepare('DELETE FROM snapshot WHERE generation = ?').run(generation);
};

/** At the start of the engine: what was not complete was interrupted, and is discarded. */
export const dropIncomplete = (db: WritableDb): void => {
  db.prepare('DELETE FROM snapshot WHERE complete = 0').run();
};

/** Deletes staged rows that belong to no snapshot any more, some at a time; false when none are left. */
export function sweepStaging(db: WritableDb, limit: number): boolean {
  for (const table of ['staged_session', 'staged_account']) {
    const { changes } = db
      .prepare(
        `DELETE FROM ${table} WHERE (generation, id) IN
           (SELECT generation, id FROM ${table} WHERE generation NOT IN (SELECT generation FROM snapshot) LIMIT ?)`,
      )
      .run(limit);
    if (changes > 0) return true;
  }
  return false;
}
