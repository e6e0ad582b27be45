import { z } from 'zod';
import type { ReadableDb, WritableDb } from './database.ts';

const StagedSnapshot = z
  .object({
    generation: z.number(),
    connection: z.number(),
    epoch: z.string(),
    as_of: z.number(),
    view: z.string(),
    at: z.number().nullable(),
    after: z.number().nullable(),
  })
  .transform(({ as_of, ...rest }) => ({ ...rest, asOf: as_of }));
/**
 * A snapshot on its way into the mirror. `at` and `after` (agent's clock): when it was whole, and until when the mirror
 * was true before it. Written with its last part, so that whoever applies it after a crash knows what lies in between.
 */
export type StagedSnapshot = z.infer<typeof StagedSnapshot>;
export interface SnapshotGap {
  readonly at: number;
  /** Null: nothing was known before. */
  readonly after: number | null;
}

/** Begins staging a snapshot and returns its generation; an unfinished one of the same connection is dropped. */
export function beginSnapshot(
  db: WritableDb,
  one: Pick<StagedSnapshot, 'connection' | 'epoch' | 'asOf' | 'view'>,
): number {
  db.prepare('DELETE FROM snapshot WHERE connection = ? AND complete = 0').run(one.connection);
  // Never used again: rows of earlier ones may be left over.
  const next = db
    .prepare("UPDATE constant SET value = value + 1 WHERE name = 'snapshot' RETURNING value")
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

/** Keeps a part; of an id that comes twice the later one counts. A session whose body is null was named but malformed. */
export function stagePart(
  db: WritableDb,
  generation: number,
  sessions: readonly { readonly id: string; readonly body: string | null }[],
  accounts: readonly { readonly id: string; readonly body: string }[],
): void {
  const session = db.prepare('INSERT INTO staged_session (generation, id, body) VALUES (?, ?, ?)');
  for (const one of sessions) session.run(generation, one.id, one.body);
  const account = db.prepare('INSERT INTO staged_account (generation, id, body) VALUES (?, ?, ?)');
  for (const one of accounts) account.run(generation, one.id, one.body);
}

/** From here on the snapshot is applied whatever happens; the agent may be told. */
export function completeSnapshot(db: WritableDb, generation: number, { at, after }: SnapshotGap): void {
  db.prepare('UPDATE snapshot SET complete = 1, at = ?, after = ? WHERE generation = ?').run(
    at,
    after,
    generation,
  );
}

export function completeSnapshots(db: ReadableDb): readonly StagedSnapshot[] {
  return db
    .prepare('SELECT generation, connection, epoch, as_of, view, at, after FROM snapshot WHERE complete = 1')
    .all()
    .map((row) => StagedSnapshot.parse(row));
}

const StagedRow = z.object({ key: z.number(), id: z.string(), body: z.string().nullable() });

/** The next rows after the key `after`, in the order in which they came. */
export function stagedRows(
  db: ReadableDb,
  table: 'staged_session' | 'staged_account',
  generation: number,
  after: number,
  limit: number,
): readonly z.infer<typeof StagedRow>[] {
  return db
    .prepare(`SELECT key, id, body FROM ${table} WHERE generation = ? AND key > ? ORDER BY key LIMIT ?`)
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

/** How far leftovers have been swept; the rows of snapshots under way in between stay. */
export interface Swept {
  readonly session: number;
  readonly account: number;
}

/** Deletes staged rows that belong to no snapshot any more, some at a time; null when none are left. */
export function sweepStaging(db: WritableDb, limit: number, swept: Swept): Swept | null {
  for (const name of ['session', 'account'] as const) {
    const keys = db
      .prepare(
        `SELECT key FROM staged_${name} WHERE key > ? AND generation NOT IN (SELECT generation FROM snapshot)
         ORDER BY key LIMIT ?`,
      )
      .pluck()
      .all(swept[name], limit)
      .map(Number);
    const last = keys.at(-1);
    if (last === undefined) continue;
    db.prepare(
      `DELETE FROM staged_${name} WHERE key > ? AND key <= ? AND generation NOT IN (SELECT generation FROM snapshot)`,
    ).run(swept[name], last);
    return { ...swept, [name]: last };
  }
  return null;
}
