import { z } from 'zod';
import { Epoch, seq } from '#shared/domain/ids.ts';
import { isQuickAccount, isQuickSession } from '#shared/protocol/quick-records.ts';
import { Account, Session } from '#shared/protocol/records.ts';
import type { WritableDb } from '../mirror/database.ts';
import { writeCursor } from '../mirror/cursors.ts';
import { planPast } from '../mirror/history-ranges.ts';
import {
  dropSnapshot,
  stagedRows,
  sweepStaging,
  type StagedSnapshot,
  type Swept,
} from '../mirror/staging.ts';
import type { Committed, Job } from './committer.ts';
import { KeySet } from './key-set.ts';
import { known, type Writer } from './writer.ts';
import type { EnrichedItem } from './hooks.ts';

/** Rows a transaction: as many as a group of live batches, which go in between. */
const STEP = 4_000;
/** Open sessions that are looked at between them. */
const LOOKED = 5_000;

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
    apply: (row: { readonly id: string; readonly body: string | null }, items: EnrichedItem[]) => number,
  ): Promise<Committed> => {
    let after = 0;
    for (;;) {
      const rows = stagedRows(db, table, generation, after, STEP);
      if (rows.length === 0) return { is: 'committed' };
      let live = 0;
      const result = await sink.submit({
        rows: rows.length,
        write: () => {
          live = 0;
          const items: EnrichedItem[] = [];
          for (const row of rows) live += apply(row, items);
          sink.enriched(items);
        },
      });
      if (result.is !== 'committed') return result;
      after = rows.at(-1)?.key ?? after;
      done += rows.length;
      sink.progress(live, done);
    }
  };

  const accounts = await steps('staged_account', ({ body }, items) => {
    if (body === null) return 0;
    const raw: unknown = JSON.parse(body);
    const account = isQuickAccount(raw) ? raw : Account.parse(raw);
    writer.accounts.upsert(connection, account, sink.at);
    items.push({ is: 'account', at: sink.at, account });
    return 0;
  });
  if (accounts.is !== 'committed') return accounts;
  /** Keys of the sessions that the snapshot names; nobody asks for them when none was open before. */
  const named = new KeySet();
  const anyBefore = openSessions(db, snapshot, 0, 1).length > 0;
  const sessions = await steps('staged_session', ({ id, body }, items) => {
    if (body === null) {
      named.add(writer.dictionaries.handle(connection, id));
      return 0;
    }
    // It was parsed when it came; a version that wrote it before this one may have known other fields.
    const raw: unknown = JSON.parse(body);
    const session = isQuickSession(raw) ? raw : Session.parse(raw);
    const written = writer.sessions.upsert(connection, session, sink.at, view);
    named.add(written.key);
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
  if (anyBefore) {
    const closed = await closeUnnamed(sink, snapshot, named, () => done);
    if (closed.is !== 'committed') return closed;
  }
  const finished = await sink.submit({
    rows: 1,
    write: () => {
      writeCursor(db, connection, { epoch: Epoch.parse(snapshot.epoch), seq: seq(snapshot.asOf), view });
      // With the position, or a crash would leave a gap that nobody remembers.
      planPast(db, connection, sink);
      dropSnapshot(db, generation);
    },
  });
  if (finished.is === 'committed') void sweep(sink);
  return finished;
}

const Open = z.object({ key: z.number(), id: z.string() });

/** Sessions held open in the view of a snapshot, in order of their keys, from `after` on. */
const openSessions = (db: WritableDb, { connection, view }: StagedSnapshot, after: number, limit: number) =>
  db
    .prepare(
      `SELECT s.key, h.id FROM session s JOIN handle h ON h.key = s.key JOIN word w ON w.key = s.view
       WHERE s.connection = @connection AND s.ended_at IS NULL AND w.text = @view AND s.key > @after
       ORDER BY s.key LIMIT @limit`,
    )
    .all({ connection, view, after, limit })
    .map((row) => Open.parse(row));

/** Sessions held open in the same view that no part names have ended, nobody saw how. */
async function closeUnnamed(
  sink: SnapshotSink,
  snapshot: StagedSnapshot,
  named: KeySet,
  done: () => number,
): Promise<Committed> {
  const { db, writer } = sink;
  let after = 0;
  for (;;) {
    const rows = openSessions(db, snapshot, after, LOOKED);
    if (rows.length === 0) return { is: 'committed' };
    const gone = rows.filter(({ key }) => !named.has(key));
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
  const left: { from: Swept | null } = { from: { session: 0, account: 0 } };
  while (left.from !== null) {
    const { from } = left;
    const result = await sink.submit({
      rows: STEP,
      background: true,
      write: () => {
        left.from = sweepStaging(sink.db, STEP, from);
      },
    });
    if (result.is !== 'committed') return;
  }
}
