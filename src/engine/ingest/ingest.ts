import type { ConnectionId, Epoch, Seq } from '#shared/domain/ids.ts';
import type { Log } from '#shared/domain/log.ts';
import type { Clock } from '#shared/domain/units.ts';
import type { AuditRow } from '#shared/ipc/views.ts';
import type { ConnectionRecord } from '../mirror/connections.ts';
import { saveAsOf } from '../mirror/connections.ts';
import { writeCursor } from '../mirror/cursors.ts';
import type { WritableDb } from '../mirror/database.ts';
import { advanceHistory, type HistoryProgress, type HistoryRange } from '../mirror/history-ranges.ts';
import { setAside } from '../mirror/set-aside.ts';
import {
  beginSnapshot,
  completeSnapshot,
  stagePart,
  type SnapshotGap,
  type StagedSnapshot,
} from '../mirror/staging.ts';
import { applyChange, nothingApplied, type Applied } from './apply-changes.ts';
import { applySnapshot } from './apply-snapshot.ts';
import { auditRow } from './audit-row.ts';
import type { Committed, Committer } from './committer.ts';
import type { EnrichedBatch, IngestHook, ReceivedBatch } from './hooks.ts';
import { parseChanges, parseEvents, parsePart } from './parse.ts';
import { known, type Writer } from './writer.ts';

/** What a commit changed, for the figures and events of the window. */
export interface IngestNews {
  readonly connection: ConnectionId;
  readonly key: number;
  readonly live: number;
  readonly sessions: boolean;
  /** Which sessions were written, by the agent's id; null: more than can be named. */
  readonly touched: readonly string[] | null;
  /** New events of the stream: how many, and the latest of them, newest last. */
  readonly events: number;
  readonly audit: readonly AuditRow[];
  readonly setAside: number;
  readonly history: number;
}

export interface ChangesToWrite {
  readonly epoch: Epoch;
  readonly from: Seq;
  readonly to: Seq;
  /** Already received up to here. */
  readonly after: Seq;
  readonly items: readonly unknown[];
  readonly view: string;
}
export interface PartToWrite {
  /** Null for part 0, which begins a snapshot. */
  readonly generation: number | null;
  readonly epoch: Epoch;
  readonly asOf: Seq;
  readonly view: string;
  /** Of the last part: what lies between what is known and this snapshot. */
  readonly gap: SnapshotGap | null;
  readonly sessions: readonly unknown[];
  readonly accounts: readonly unknown[];
}
export type Who = Pick<ConnectionRecord, 'id' | 'key'>;

export interface Ingest {
  changes(who: Who, batch: ChangesToWrite, wanted: () => boolean): Promise<Committed>;
  /** Keeps a part durably; `generation` names the snapshot from then on. */
  part(
    who: Who,
    part: PartToWrite,
    wanted: () => boolean,
  ): Promise<Committed & { readonly generation: number | null }>;
  /** Applies a complete snapshot. Whatever happens to the connection meanwhile, this goes on. */
  apply(who: Who, snapshot: StagedSnapshot, times: SnapshotTimes): Promise<Committed>;
  /** Under way for this connection, or null. Nothing may be asked of its agent before it is done. */
  applying(key: number): Promise<unknown> | null;
  history(who: Who, range: HistoryRange, page: HistoryPage, wanted: () => boolean): Promise<Committed>;
}
export interface SnapshotTimes extends SnapshotGap {
  readonly progress?: (done: number) => void;
}
export interface HistoryPage {
  readonly items: readonly unknown[];
  readonly progress: (seen: { readonly oldest: number | null; readonly added: number }) => HistoryProgress;
}

/** Events of a batch that are shown as news; windows fetch the others when they want them. */
const SHOWN = 50;

/** Turns what agents send into committed rows. Parsing happens once, before the transaction; so does no other work. */
export function createIngest(options: {
  readonly db: WritableDb;
  readonly writer: Writer;
  readonly committer: Committer;
  readonly clock: Clock;
  readonly log: Log;
  readonly hook: IngestHook | null;
  readonly onNews: (news: IngestNews) => void;
}): Ingest {
  const { db, writer, committer, clock, hook } = options;
  const applying = new Map<number, Promise<unknown>>();
  const tell = (who: Who, news: Partial<Omit<IngestNews, 'connection' | 'key'>>): void => {
    options.onNews({
      connection: who.id,
      key: who.key,
      live: 0,
      sessions: false,
      events: 0,
      touched: [],
      audit: [],
      setAside: 0,
      history: 0,
      ...news,
    });
  };
  const feed = (
    who: Who,
    source: EnrichedBatch['source'],
    items: EnrichedBatch['items'],
    received: ReceivedBatch | null = null,
  ): void => {
    if (hook === null || (items.length === 0 && received === null)) return;
    writer.flush();
    hook.onEnriched({ connection: who.id, connectionKey: who.key, source, items, received });
  };

  return {
    async changes(who, batch, wanted) {
      await committer.released();
      const parsed = parseChanges(batch.items, batch.from, batch.to, batch.after);
      let applied: Applied = nothingApplied();
      let bad = parsed.bad;
      const received =
        (wanted() &&
          hook?.onReceived?.({ connection: who.id, connectionKey: who.key, changes: parsed.good })) ||
        null;
      const result = await committer.submit({
        rows: parsed.good.length + 1,
        wanted,
        ...(received === null ? {} : { isAhead: received.isAhead }),
        write: (careful) => {
          applied = nothingApplied();
          bad = parsed.bad;
          received?.writing();
          for (const change of parsed.good) {
            if (!careful) applyChange(writer, who.key, change, batch.view, applied);
            else if (
              !trySavepoint(db, writer, () => applyChange(writer, who.key, change, batch.view, applied))
            ) {
              bad = [...bad, { kind: 'change', problem: 'the mirror cannot hold it', record: change }];
            }
          }
          setAside(db, who.key, clock(), bad);
          feed(who, 'stream', applied.items, received);
          writeCursor(db, who.key, { epoch: batch.epoch, seq: batch.to, view: batch.view });
          saveAsOf(db, who.key, clock());
        },
      });
      if (result.is !== 'committed') received?.dropped();
      else {
        const events = applied.items.filter((item) => item.is === 'audit');
        const audit = events.slice(-SHOWN).map(({ event, known }) => auditRow(who.id, event, known));
        tell(who, {
          live: applied.live,
          sessions: applied.touchedSessions,
          events: events.length,
          touched: touchedBy(applied.items),
          audit,
          setAside: bad.length,
        });
      }
      return result;
    },

    async part(who, part, wanted) {
      const parsed = parsePart(part.sessions, part.accounts);
      let generation = part.generation;
      const result = await committer.submit({
        rows: parsed.sessions.length + parsed.accounts.length + 1,
        wanted,
        write: () => {
          generation =
            part.generation ??
            beginSnapshot(db, {
              connection: who.key,
              epoch: part.epoch,
              asOf: part.asOf,
              view: part.view,
            });
          stagePart(db, generation, parsed.sessions, parsed.accounts);
          setAside(db, who.key, clock(), parsed.bad);
          if (part.gap !== null) completeSnapshot(db, generation, part.gap);
        },
      });
      if (result.is === 'committed' && parsed.bad.length > 0) tell(who, { setAside: parsed.bad.length });
      return { ...result, generation };
    },

    applying: (key) => applying.get(key) ?? null,
    apply: (who, snapshot, times) => {
      const done = applySnapshot(
        {
          db,
          writer,
          submit: (job) => committer.submit(job),
          at: times.at,
          after: times.after,
          progress: (live, done) => {
            times.progress?.(done);
            tell(who, { live, sessions: true, touched: null });
          },
          enriched: (items) => {
            feed(who, 'snapshot', items);
          },
        },
        snapshot,
      ).finally(() => applying.delete(who.key));
      applying.set(who.key, done);
      return done;
    },

    async history(who, range, page, wanted) {
      const parsed = parseEvents(page.items);
      const oldest = parsed.good.reduce<number | null>(
        (least, { at }) => (least === null || at < least ? at : least),
        range.oldest,
      );
      let added = 0;
      const result = await committer.submit({
        rows: parsed.good.length + 1,
        background: true,
        wanted,
        write: () => {
          added = 0;
          const items: EnrichedBatch['items'][number][] = [];
          for (const event of parsed.good) {
            const written = writer.audit.write(who.key, event, 'history');
            writer.rebuilder.fromHistory(who.key, event, range.snapshotAt);
            if (written === null) continue;
            added += 1;
            items.push({ is: 'audit', key: written.key, event, known: known(written) });
          }
          setAside(db, who.key, clock(), parsed.bad);
          feed(who, 'history', items);
          advanceHistory(db, range.key, page.progress({ oldest, added }));
        },
      });
      if (result.is === 'committed') {
        tell(who, { history: added, setAside: parsed.bad.length, sessions: added > 0 });
      }
      return result;
    },
  };
}

function trySavepoint(db: WritableDb, writer: Writer, work: () => void): boolean {
  writer.flush();
  db.exec('SAVEPOINT one');
  try {
    work();
    writer.flush();
    db.exec('RELEASE one');
    return true;
  } catch {
    db.exec('ROLLBACK TO one');
    db.exec('RELEASE one');
    writer.forget();
    return false;
  }
}

function touchedBy(items: EnrichedBatch['items']): readonly string[] {
  const touched: string[] = [];
  for (const item of items) {
    if (item.is === 'session') touched.push(item.session.id);
    else if (item.is === 'session-closed') touched.push(item.id);
  }
  return touched;
}
