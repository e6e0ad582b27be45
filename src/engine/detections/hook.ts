import type { DetectionRecord } from '#shared/domain/detection.ts';
import type { Log } from '#shared/domain/log.ts';
import type { Clock } from '#shared/domain/units.ts';
import type { Committed, Job } from '../ingest/committer.ts';
import type { ArrivingBatch, EnrichedBatch, IngestHook, Known, ReceivedBatch } from '../ingest/hooks.ts';
import type { Writer } from '../ingest/writer.ts';
import { allConnections } from '../mirror/connections.ts';
import { sqliteCode, transaction, type WritableDb } from '../mirror/database.ts';
import { historySummary } from '../mirror/history-ranges.ts';
import { knownKeys } from '../mirror/known-keys.ts';
import type { RuleKeeper } from '../sigma-rules/rule-keeper.ts';
import { createAsker, type Asker } from './evaluation/asker.ts';
import { createTalk } from './evaluation/talk.ts';
import type { Evaluated } from './evaluation/talk-types.ts';
import { createAccountFacts } from './mirror-events.ts';
import type { NamedSession } from './recall.ts';
import { createReceivedBatches, keysOf } from './received.ts';
import { standingSuppressions } from './suppressions.ts';
import { eventsOfItem, sharedOrigins } from './to-events.ts';
import { train } from './train.ts';
import { createRiskWriter } from './write-risk.ts';
import { createDetectionWriter, type Fresh, type Where, type WrittenFindings } from './write.ts';

export interface Detecting extends IngestHook {
  onReceived(batch: ArrivingBatch): ReceivedBatch;
  beforeCommit(): void;
  committed(): void;
  rolledBack(): void;
  /** Learns from history that was read while nobody was there to learn from it. */
  start(): void;
  /** Suppressions or settings are others now. */
  reconfigured(): void;
  /** What was mirrored from a connection is gone, or another connection's now. */
  forgotten(): void;
  /** Writes down what is remembered and reads it again when it is needed: it is about to be changed. In a transaction. */
  letGo(): void;
  /** Resolves when no learning is under way. */
  idle(): Promise<void>;
  /** Saves what is remembered, at once; resolves when the mirror is let go of. */
  stop(): Promise<void>;
}

/**
 * Evaluates what ingest writes, inside its transactions: their batches are handed to a thread while more is written,
 * and before a transaction is committed everything that came of them is written too.
 */
export function createDetecting(options: {
  readonly db: WritableDb;
  readonly file: string;
  readonly clock: Clock;
  readonly log: Log;
  /** Imported rules, evaluated beside the catalogue. */
  readonly rules: RuleKeeper;
  readonly submit: (job: Job) => Promise<Committed>;
  /** What is known of an address and a user agent. */
  readonly enrich: (ip: string | null, userAgent: string | null) => Known;
  /** Whoever writes what is evaluated. */
  readonly writer: Pick<Writer, 'accounts' | 'audit' | 'dictionaries'>;
  /** New findings of a connection, and those that were heard and have been withdrawn; inside the transaction. */
  readonly tell: (connection: Where, fresh: readonly Fresh[], gone: readonly DetectionRecord[]) => void;
  /** That transaction is on disk. */
  readonly changed: (fresh: readonly number[]) => void;
  /** Whoever evaluates; absent: a thread where the program was built. */
  readonly asker?: Asker;
}): Detecting {
  const { db, clock, log } = options;
  const facts = new Map<number, ReturnType<typeof createAccountFacts>>();
  const training = new Map<number, { readonly stop: AbortController; readonly done: Promise<void> }>();
  let suppression = standingSuppressions(db);
  const mirrored = knownKeys(db, options.writer);
  const writer = createDetectionWriter(db, () => suppression, mirrored);
  const risks = createRiskWriter(db, mirrored);
  /** Of the transaction under way. */
  let touched = false;
  let fresh: number[] = [];
  /** How many there were before the batch that is being written. */
  let freshBefore = 0;
  let readHistory = new Map<number, Where>();
  let stopped = false;

  const factsOf = (key: number): ReturnType<typeof createAccountFacts> => {
    const known = facts.get(key) ?? createAccountFacts(db, key);
    facts.set(key, known);
    return known;
  };
  const tell = (where: Where, found: WrittenFindings): void => {
    touched = true;
    if (found.fresh.length + found.gone.length === 0) return;
    fresh.push(...found.fresh.map(({ key }) => key));
    options.tell(where, found.fresh, found.gone);
  };
  const isTrained = (key: number): boolean =>
    db.prepare('SELECT trained FROM detector WHERE connection = ?').pluck().get(key) === 1;

  const write = (where: Where, evaluated: Evaluated): void => {
    touched = true;
    freshBefore = fresh.length;
    const { changes, logins, opened, keys } = evaluated;
    risks.write(where, logins, (id) => keys?.[id], opened);
    if (changes.found.length + changes.withdrawn.length > 0)
      tell(where, writer.writeRows(where, changes, clock()));
    if (!options.rules.any()) return;
    const deltas = options.rules.take(where.key, evaluated.events, evaluated.silent);
    if (deltas.length > 0) tell(where, writer.write(where, deltas, clock()));
  };
  const talk = createTalk({
    db,
    asker: options.asker ?? createAsker(options.file, log),
    clock,
    log,
    write,
    undone: () => {
      options.rules.rolledBack();
      fresh.length = freshBefore;
    },
  });
  const isLearning = ({ key }: Where): boolean =>
    training.has(key) || historySummary(db, key).is === 'loading';

  const evaluate = (where: Where, { items: all, source }: EnrichedBatch): void => {
    const known = factsOf(where.key);
    if (all.some(({ is }) => is === 'account')) {
      known.forget();
      talk.accountsChanged();
    }
    const silent = source === 'snapshot';
    const items = silent ? remembered(where, all) : all;
    const origins = sharedOrigins();
    const events = items.flatMap((item) => eventsOfItem(item, source, known, origins));
    talk.take(where, { silent, events, keys: keysOf(items) });
  };
  /** Of the items of a snapshot, those about sessions that detections remember. */
  const remembered = (where: Where, items: EnrichedBatch['items']): EnrichedBatch['items'] => {
    const named = items.flatMap((item): NamedSession[] =>
      item.is === 'session'
        ? [[item.session.id, item.session.account?.id ?? null]]
        : item.is === 'session-closed'
          ? [[item.id, null]]
          : [],
    );
    const sessions = named.length === 0 ? new Set<string>() : talk.remembered(where, named);
    return items.filter((item) => {
      if (item.is === 'session') return sessions.has(item.session.id);
      return item.is !== 'session-closed' || sessions.has(item.id);
    });
  };

  /** A fault in what is made of a batch must not stop what is written: it is left out, counted and logged. */
  const guarded = (where: Where, work: () => void): void => {
    try {
      work();
    } catch (error) {
      // The mirror's own trouble is the committer's.
      if (sqliteCode(error) !== null) throw error;
      talk.fault(where, String(error));
    }
  };

  const receivedBatches = createReceivedBatches({
    db,
    talk,
    factsOf,
    enrich: options.enrich,
    isHere: options.writer.audit.isHere,
    guarded,
  });

  const learn = (where: Where): void => {
    if (stopped) return;
    const before = training.get(where.key);
    before?.stop.abort();
    const stop = new AbortController();
    const done = (before?.done ?? Promise.resolve())
      .then(() =>
        stop.signal.aborted
          ? false
          : train({
              db,
              file: options.file,
              where,
              clock,
              writer,
              risks,
              submit: options.submit,
              signal: stop.signal,
              installed: (found) => {
                talk.drop(where.key);
                facts.delete(where.key);
                tell(where, found);
              },
            }),
      )
      .then((learned) => {
        if (learned) log.info('detections have learned from history', { connection: where.id });
      })
      .catch((error: unknown) => {
        log.error('learning from history failed', { connection: where.id, error: String(error) });
      })
      .finally(() => {
        if (training.get(where.key)?.done === done) training.delete(where.key);
      });
    training.set(where.key, { stop, done });
  };

  return {
    onReceived: ({ connection: id, connectionKey: key, changes }) =>
      receivedBatches.receive({ key, id }, changes),
    onEnriched(batch: EnrichedBatch) {
      const where: Where = { key: batch.connectionKey, id: batch.connection };
      if (batch.source === 'history') {
        readHistory.set(where.key, where);
        return;
      }
      const { received, items } = batch;
      guarded(where, () => {
        if (received && receivedBatches.written(received, items)) return;
        if (items.length > 0) evaluate(where, batch);
      });
    },
    beforeCommit() {
      talk.settle(isLearning);
    },
    committed() {
      const [keys, read] = [fresh, readHistory];
      fresh = [];
      readHistory = new Map();
      talk.committed();
      receivedBatches.committed();
      for (const where of read.values()) if (historySummary(db, where.key).is === 'done') learn(where);
      if (!touched) return;
      touched = false;
      options.changed(keys);
    },
    rolledBack() {
      talk.drop(null);
      receivedBatches.rolledBack();
      facts.clear();
      options.rules.rolledBack();
      fresh = [];
      readHistory = new Map();
      touched = false;
    },
    start() {
      const logged = db.prepare('SELECT 1 FROM detector_log WHERE connection = ? LIMIT 1');
      for (const { key, id } of allConnections(db)) {
        // It was not ended in order: the thread reads the log while everything else starts.
        if (logged.get(key) !== undefined) talk.ahead({ key, id });
        if (historySummary(db, key).is === 'done' && !isTrained(key)) learn({ key, id });
      }
    },
    reconfigured() {
      suppression = standingSuppressions(db);
      transaction(db, () => {
        talk.save(() => true);
      });
      talk.drop(null);
      options.rules.reload();
    },
    forgotten() {
      options.rules.rolledBack();
      for (const { stop } of training.values()) stop.abort();
      talk.drop(null);
      facts.clear();
    },
    letGo() {
      for (const { stop } of training.values()) stop.abort();
      talk.save(({ key }) => historySummary(db, key).is !== 'loading');
      talk.drop(null);
      facts.clear();
    },
    async idle() {
      while (training.size > 0) await Promise.all([...training.values()].map(({ done }) => done));
    },
    async stop() {
      stopped = true;
      for (const { stop } of training.values()) stop.abort();
      try {
        transaction(db, () => {
          talk.save(({ key }) => historySummary(db, key).is !== 'loading');
        });
      } catch (error) {
        log.warn('what detections remember is worked out again at the next start', { error: String(error) });
      }
      talk.drop(null);
      await talk.close();
    },
  };
}
