import type { CommandId, ConnectionId } from '#shared/domain/ids.ts';
import type { WritableDb } from './database.ts';
import { writeRow } from './statements.ts';

export interface Progressed {
  /** Who says so: an agent speaks of the commands that were sent to it, and of no others. */
  readonly connection: ConnectionId;
  readonly id: CommandId;
  readonly done: number;
}

/**
 * Notes how far commands are that are not finished.
 * @returns the operations that they belong to
 */
export function noteProgress(db: WritableDb, all: readonly Progressed[]): ReadonlySet<string> {
  const changed = new Set<string>();
  for (const { connection, id, done } of all) {
    const operation = writeRow(
      db,
      `UPDATE command SET done = ? WHERE id = ? AND connection = (SELECT key FROM connection WHERE id = ?)
         AND payload IS NOT NULL AND finished_at IS NULL RETURNING operation`,
      [done, id, connection],
    );
    if (typeof operation === 'string') changed.add(operation);
  }
  return changed;
}
