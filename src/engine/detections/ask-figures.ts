import { z } from 'zod';
import { DetectionFigures, DetectionName } from '#shared/domain/detection.ts';
import { ConnectionId } from '#shared/domain/ids.ts';
import { EpochMs } from '#shared/domain/units.ts';
import type { ParsedOf } from '#shared/ipc/contract.ts';
import type { DETECTION_METHODS } from '#shared/ipc/detections-contract.ts';
import type { DetectionFiguresView } from '#shared/ipc/detections-views.ts';
import type { ReadableDb } from '../mirror/database.ts';
import type { Question } from '../mirror/question.ts';

const Row = z.object({
  connection_id: ConnectionId,
  since: EpochMs,
  faults: z.number(),
  counters: z.string(),
});
/** What a detector counted; it is written with every commit that evaluated something. */
const Counters = z.object({
  ingested: z.number(),
  repeated: z.number(),
  beyondHorizon: z.number(),
  skewed: z.number(),
  figures: z.partialRecord(DetectionName, DetectionFigures),
});

/** How often each detection looked, could not, was silenced and fired, per environment. */
export function* detectionFigures(
  db: ReadableDb,
  request: ParsedOf<(typeof DETECTION_METHODS)['detections.figures']>,
): Question<DetectionFiguresView> {
  const rows = db
    .prepare(
      `SELECT c.id AS connection_id, x.since, x.faults, x.counters FROM detector x
       JOIN connection c ON c.key = x.connection
       WHERE c.removed_at IS NULL AND (@all OR c.id IN (SELECT value FROM json_each(@connections)))
       ORDER BY c.key`,
    )
    .all({
      all: Number(request.connections === undefined),
      connections: JSON.stringify(request.connections ?? []),
    });
  yield;
  return {
    environments: rows.map((raw) => {
      const row = Row.parse(raw);
      const { figures, ...counters } = Counters.parse(JSON.parse(row.counters));
      return {
        connection: row.connection_id,
        since: row.since,
        faults: row.faults,
        ...counters,
        detections: figures,
      };
    }),
  };
}
