import { z } from 'zod';
import { Epoch, seq } from '#shared/domain/ids.ts';
import { Account, Session } from '#shared/protocol/records.ts';
import type { WritableDb } from '../mirror/database.ts';
import { writeCursor } from '../mirror/cursors.ts';
import { dropSnapshot, stagedRows, sweepStaging, type StagedSnapshot } from '../mirror/staging.ts';
import type { Committed, Job } from './committer.ts';
import { known, type Writer } from './writer.ts';
import type { EnrichedItem } from './hooks.ts';

/** Rows a transaction: small enough that live batches of other environments go in between. */
const STEP = 1_000;

export interface SnapshotSink {
  readonly db: WritableDb;
  readonly writer: Writer;
  readonly submit: (job: Job) => Promise<Committed>;
  /** Agent's clock: when the sessions that the snapshot does not name are taken to have ended. */
  readonly at: number;
  /** Agent's clock: until when they are known to have lived; null when that is not known. */
  readonly after: number | null;
  /** A step was committed: how live sessions changed. */
  readonly progress: (live: number, done: number) => void;
  readonly enriched: (items: readonly EnrichedItem[]) => void;
}

/**
 * Moves a complete staged snapshot into the mirror, in steps of one transaction each; the cursor is written with the
 * last. Every step may be done twice, so a crash in between only means starting over.
 */
export async function applySnapshot(sink: SnapshotSink, snapshot: StagedSnapshot): Promise<Committed> {
  const { db, writer } = sink;
  const { generation, connection, view } = snapshot;
  let done = 0;

  const steps = async (
    table: 'staged_session' | 'staged_account',
    apply: (body: string, items: EnrichedItem[]) => number,
  ): Promise<Committed> => {
    let after = '';
    for (;;) {
      const rows = stagedRows(db, table, generation, after, STEP);
      if (rows.length === 0) return { is: 'committed' };
      let live = 0;
      const result = await sink.submit({
        rows: rows.length,
        write: () => {
          live = 0;
          const items: EnrichedItem[] = [];
          for (const { body } of rows) if (body !== null) live += apply(body, items);
          sink.enriched(items);
        },
      });
      if (result.is !== 'committed') return result;
      after = rows.at(-1)?.id ?? '';
      done += rows.length;
      sink.progress(live, done);
    }
  };

  const accounts = await steps('staged_account', (body, items) => {
    const account = Account.parse(JSON.parse(body));
    writer.accounts.upsert(connection, account, sink.at);
    items.push({ is: 'account', at: sink.at, account });
    return 0;
  });
  if (accounts.is !== 'committed') return accounts;
  const sessions = await steps('staged_session', (body, items) => {
    const session = Session.parse(JSON.parse(body));
    const written = writer.sessions.upsert(connection, session, sink.at, view);
    items.push({
      is: 'session',
      kind: 'updated',
      at: sink.at,
      session,
      opened: known(written.opened),
      last: known(written.last),
    });
    return written.live;
  });
  if (sessions.is !== 'committed') return sessions;
  const closed = await closeUnnamed(sink, snapshot, () => done);
  if (closed.is !== 'committed') return closed;
  const finished = await sink.submit({
    rows: 1,
    write: () => {
      writeCursor(db, connection, { epoch: Epoch.parse(snapshot.epoch), seq: seq(snapshot.asOf), view });
      dropSnapshot(db, generation);
    },
  });
  if (finished.is === 'committed') void sweep(sink);
  return finished;
}

const Unnamed = z.object({ key: z.number(), id: z.string(), named: z.number() });

/** Sessions held open in the same view that no part names have ended, nobody saw how. */
async function closeUnnamed(
  sink: SnapshotSink,
  snapshot: StagedSnapshot,
  done: () => number,
): Promise<Committed> {
  const { db, writer } = sink;
  const open = db.prepare(
    `SELECT s.key, h.id, EXISTS (SELECT 1 FROM staged_session t WHERE t.generation = @generation AND t.id = h.id) AS named
     FROM session s JOIN handle h ON h.key = s.key JOIN word w ON w.key = s.view
     WHERE s.connection = @connection AND s.ended_at IS NULL AND w.text = @view AND s.key > @after
     ORDER BY s.key LIMIT ${String(STEP * 5)}`,
  );
  let after = 0;
  for (;;) {
    const rows = open
      .all({ generation: snapshot.generation, connection: snapshot.connection, view: snapshot.view, after })
      .map((row) => Unnamed.parse(row));
    if (rows.length === 0) return { is: 'committed' };
    const gone = rows.filter((row) => row.named === 0);
    let live = 0;
    const result = await sink.submit({
      rows: gone.length,
      write: () => {
        live = 0;
        const items: EnrichedItem[] = [];
        for (const { id } of gone) {
          const change = writer.sessions.close(snapshot.connection, id, {
            at: sink.at,
            after: sink.after,
            reason: 'unknown',
          });
          live += change;
          items.push({ is: 'session-closed', at: sink.at, id, reason: 'unknown' });
        }
        sink.enriched(items);
      },
    });
    if (result.is !== 'committed') return result;
    after = rows.at(-1)?.key ?? after;
    sink.progress(live, done());
  }
}

/** Deletes staged rows nobody needs any more, in the background. */
export async function sweep(sink: Pick<SnapshotSink, 'db' | 'submit'>): Promise<void> {
  const left = { more: true };
  while (left.more) {
    const result = await sink.submit({
      rows: STEP,
      background: true,
      write: () => {
        left.more = sweepStaging(sink.db, STEP * 2);
      },
    });
    if (result.is !== 'committed') return;
  }
}
