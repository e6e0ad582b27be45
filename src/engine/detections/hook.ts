import type { DetectionRecord } from '#shared/domain/detection.ts';
import type { Log } from '#shared/domain/log.ts';
import type { Clock } from '#shared/domain/units.ts';
import type { Committed, Job } from '../ingest/committer.ts';
import type { ArrivingBatch, EnrichedBatch, IngestHook } from '../ingest/hooks.ts';
import { allConnections } from '../mirror/connections.ts';
import { sqliteCode, transaction, type WritableDb } from '../mirror/database.ts';
import { historySummary } from '../mirror/history-ranges.ts';
import type { RuleKeeper } from '../sigma-rules/rule-keeper.ts';
import { openKeeper, type Keeper, type Logged } from './keeper.ts';
import { forgetMemory } from './memory.ts';
import { standingSuppressions } from './suppressions.ts';
import { eventsOfItem } from './to-events.ts';
import { train } from './train.ts';
import { createRiskWriter } from './write-risk.ts';
import { createDetectionWriter, type Fresh, type Where, type WrittenFindings } from './write.ts';

export interface Detecting extends IngestHook {
  onArriving(batch: ArrivingBatch): void;
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
  /** Saves what is remembered. */
  stop(): void;
}

/** Evaluates what ingest writes, inside its transactions. */
export function createDetecting(options: {
  readonly db: WritableDb;
  readonly file: string;
  readonly clock: Clock;
  readonly log: Log;
  /** Imported rules, evaluated beside the catalogue. */
  readonly rules: RuleKeeper;
  readonly submit: (job: Job) => Promise<Committed>;
  /** New findings of a connection, and those that were heard and have been withdrawn; inside the transaction. */
  readonly tell: (connection: Where, fresh: readonly Fresh[], gone: readonly DetectionRecord[]) => void;
  /** That transaction is on disk. */
  readonly changed: (fresh: readonly number[]) => void;
}): Detecting {
  const { db, clock, log } = options;
  const keepers = new Map<number, Keeper>();
  const training = new Map<number, { readonly stop: AbortController; readonly done: Promise<void> }>();
  let suppression = standingSuppressions(db);
  const writer = createDetectionWriter(db, () => suppression);
  const risks = createRiskWriter(db);
  /** Of the transaction under way. */
  let touched = false;
  let fresh: number[] = [];
  let readHistory = new Map<number, Where>();
  let stopped = false;

  const keeperOf = (where: Where): Keeper => {
    const held = keepers.get(where.key);
    if (held !== undefined) return held;
    const opened = openKeeper(db, where, clock);
    keepers.set(where.key, opened);
    return opened;
  };
  const tell = (where: Where, found: WrittenFindings): void => {
    touched = true;
    if (found.fresh.length + found.gone.length === 0) return;
    fresh.push(...found.fresh.map(({ key }) => key));
    options.tell(where, found.fresh, found.gone);
  };
  const isTrained = (key: number): boolean =>
    db.prepare('SELECT trained FROM detector WHERE connection = ?').pluck().get(key) === 1;

  const evaluate = (where: Where, batch: EnrichedBatch): void => {
    const keeper = keeperOf(where);
    if (batch.items.some(({ is }) => is === 'account')) keeper.facts.forget();
    const silent = batch.source === 'snapshot';
    const items = silent ? keeper.recall.remembered(batch.items) : batch.items;
    const events = items.flatMap((item) => eventsOfItem(item, batch.source, keeper.facts));
    const keys = Object.fromEntries(
      items.flatMap((item) =>
        item.is === 'audit' && item.event.action === 'login' ? [[item.event.id, item.key]] : [],
      ),
    );
    take(where, keeper, { silent, events, keys });
  };
  const take = (where: Where, keeper: Keeper, logged: Logged): void => {
    if (logged.events.length === 0) return;
    const worked = keeper.take(logged);
    risks.write(where, worked.logins, (id) => logged.keys?.[id], worked.opened);
    const deltas = [...worked.deltas, ...options.rules.take(where.key, logged.events, logged.silent)];
    if (deltas.length > 0) tell(where, writer.write(where, deltas, clock()));
    keeper.settle(training.has(where.key) || historySummary(db, where.key).is === 'loading');
  };

  /** A fault of a detection must not stop what is written: its batch is left out, counted and logged. */
  const guarded = (where: Where, work: () => void): void => {
    const before = fresh.length;
    db.exec('SAVEPOINT detect');
    try {
      work();
      db.exec('RELEASE detect');
    } catch (error) {
      // The mirror's own trouble is the committer's.
      if (sqliteCode(error) !== null) throw error;
      db.exec('ROLLBACK TO detect; RELEASE detect');
      options.rules.rolledBack();
      fresh.length = before;
      // Memory that cannot even be opened begins anew, and learns anew.
      if (!keepers.delete(where.key)) forgetMemory(db, where.key);
      db.prepare('UPDATE detector SET faults = faults + 1 WHERE connection = ?').run(where.key);
      log.error('a detection failed; its batch is not evaluated', { error: String(error) });
    }
  };

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
                keepers.delete(where.key);
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
    onArriving({ connection: id, connectionKey: key, changes }) {
      const where: Where = { key, id };
      guarded(where, () => {
        const keeper = keeperOf(where);
        take(where, keeper, { silent: true, events: keeper.recall.before(changes) });
      });
    },
    onEnriched(batch: EnrichedBatch) {
      const where: Where = { key: batch.connectionKey, id: batch.connection };
      if (batch.source === 'history') {
        readHistory.set(where.key, where);
        return;
      }
      guarded(where, () => {
        evaluate(where, batch);
      });
    },
    committed() {
      const [keys, read] = [fresh, readHistory];
      fresh = [];
      readHistory = new Map();
      for (const where of read.values()) if (historySummary(db, where.key).is === 'done') learn(where);
      if (!touched) return;
      touched = false;
      options.changed(keys);
    },
    rolledBack() {
      keepers.clear();
      options.rules.rolledBack();
      fresh = [];
      readHistory = new Map();
      touched = false;
    },
    start() {
      for (const { key, id } of allConnections(db)) {
        if (historySummary(db, key).is === 'done' && !isTrained(key)) learn({ key, id });
      }
    },
    reconfigured() {
      suppression = standingSuppressions(db);
      transaction(db, () => {
        for (const keeper of keepers.values()) keeper.save();
      });
      keepers.clear();
      options.rules.reload();
    },
    forgotten() {
      options.rules.rolledBack();
      for (const { stop } of training.values()) stop.abort();
      keepers.clear();
    },
    letGo() {
      for (const { stop } of training.values()) stop.abort();
      for (const keeper of keepers.values()) {
        if (historySummary(db, keeper.where.key).is !== 'loading') keeper.save();
      }
      keepers.clear();
    },
    async idle() {
      while (training.size > 0) await Promise.all([...training.values()].map(({ done }) => done));
    },
    stop() {
      stopped = true;
      for (const { stop } of training.values()) stop.abort();
      try {
        transaction(db, () => {
          for (const keeper of keepers.values())
            if (historySummary(db, keeper.where.key).is !== 'loading') keeper.save();
        });
      } catch (error) {
        log.warn('what detections remember is worked out again at the next start', { error: String(error) });
      }
      keepers.clear();
    },
  };
}
