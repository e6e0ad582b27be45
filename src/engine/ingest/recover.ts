import type { Log } from '#shared/domain/log.ts';
import type { Clock } from '#shared/domain/units.ts';
import { allConnections } from '../mirror/connections.ts';
import type { WritableDb } from '../mirror/database.ts';
import { completeSnapshots } from '../mirror/staging.ts';
import { sweep } from './apply-snapshot.ts';
import type { Committed, Job } from './committer.ts';
import type { Ingest } from './ingest.ts';

/** After a crash: snapshots that had come whole are applied, the leftovers of others are swept away. */
export function recoverSnapshots(parts: {
  readonly db: WritableDb;
  readonly ingest: Ingest;
  readonly clock: Clock;
  readonly log: Log;
  readonly submit: (job: Job) => Promise<Committed>;
}): void {
  const { db, ingest, clock, log } = parts;
  const byKey = new Map(allConnections(db).map((record) => [record.key, record]));
  const jobs = completeSnapshots(db).flatMap((snapshot) => {
    const record = byKey.get(snapshot.connection);
    if (record === undefined) return [];
    // A version that did not keep the time of a snapshot left it at what was known last.
    const at = snapshot.at ?? (record.asOf ?? clock()) + (record.skewMs ?? 0);
    log.info('a snapshot that had come before the engine ended is applied', { connection: record.id });
    return [ingest.apply(record, snapshot, { at, after: snapshot.after })];
  });
  Promise.all(jobs)
    .then(() => sweep(parts))
    .catch((error: unknown) => {
      log.error('recovering after the last run failed', { error: String(error) });
    });
}
