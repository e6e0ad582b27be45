import type { Clock } from '#shared/domain/units.ts';
import type { WritableDb } from '../mirror/database.ts';
import type { Evaluator } from './evaluator.ts';
import { memoryOf, standOf } from './keeper.ts';
import { createMemoryWriter, forgetMemory } from './memory-writer.ts';
import type { Where } from './write.ts';

/** Puts an evaluator that was made elsewhere in the place of the one in the mirror. In a transaction. */
export function installEvaluator(db: WritableDb, where: Where, evaluator: Evaluator, clock: Clock): void {
  const since = db.prepare('SELECT since FROM detector WHERE connection = ?').pluck().get(where.key);
  const { tables } = evaluator;
  forgetMemory(db, where.key);
  // A try before this one may have been rolled back: everything is written, whatever it thinks is saved.
  for (const table of tables) for (const key of table.held.keys()) table.changed.add(key);
  const { body, counters, watermark } = standOf(evaluator);
  const writer = createMemoryWriter(db);
  // Whoever evaluates from now on reads it from the mirror: nothing is kept here.
  const slices = memoryOf(db, where, null).slices(tables, watermark, () => Infinity);
  for (const slice of slices) writer.write(where.key, slice);
  if (watermark !== null) writer.forget(where.key, watermark);
  db.prepare(
    `INSERT INTO detector (connection, since, made_with, body, counters, trained) VALUES (?, ?, '1', ?, ?, 1)`,
  ).run(where.key, since ?? clock(), body, counters);
}
