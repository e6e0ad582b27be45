import type { Dispose, Log } from '#shared/domain/log.ts';
import { failure, success, type Problem, type Result } from '#shared/domain/result.ts';
import { DAY, type Clock } from '#shared/domain/units.ts';
import type { Handlers } from '#shared/ipc/contract.ts';
import type { EngineContract } from '#shared/ipc/engine-contract.ts';
import type { DemoEnvironment, Secrets } from '#shared/ipc/engine-process.ts';
import type { EngineAbout, EngineEvent } from '#shared/ipc/views.ts';
import type { OpenedGeo } from '#geo/open.ts';
import { createDetecting, type Detecting } from './detections/hook.ts';
import { detectionRows, openCounts } from './detections/rows.ts';
import { createEnvironments, type Environments } from './environments.ts';
import { createEventHub, type EventHub } from './event-hub.ts';
import { engineHandlers, readOnlyHandlers } from './handlers.ts';
import { createCommitter } from './ingest/committer.ts';
import type { IngestHook } from './ingest/hooks.ts';
import { createIngest } from './ingest/ingest.ts';
import { recoverSnapshots } from './ingest/recover.ts';
import { createSealer } from './ingest/sealer.ts';
import { createRetentionKeeper } from './retention/keeper.ts';
import { createWriter } from './ingest/writer.ts';
import { createMapLog } from './map-log.ts';
import { transaction, type WritableDb } from './mirror/database.ts';
import { lockProfile } from './mirror/lock.ts';
import { openMirror } from './mirror/open.ts';
import { dropOldPreviews, operationView } from './mirror/operations.ts';
import type { SpawnReader } from './mirror/reader-frames.ts';
import { readOnlyEngine } from './read-only-engine.ts';
import { createReader, inProcessReader, type Reader } from './mirror/reader.ts';
import { dropIncomplete } from './mirror/staging.ts';
import { closeWatches } from './mirror/watch-log.ts';
import { createIdentityKeeper } from './people/keeper.ts';
import { createNotifier, type Notifier } from './notify/notifier.ts';
import { send } from './notify/send.ts';
import { createApprovals } from './respond/approvals.ts';
import { createRunner, type RunnerTimes } from './respond/runner.ts';
import { createCountersigning } from './journal/countersign.ts';
import { keepHead } from './journal/head-file.ts';
import { createOperatorJournal, type OperatorAction } from './journal/journal.ts';
import { openInstallationKey, type InstallationKey } from './journal/key.ts';
import type { SecretVault } from './secrets.ts';
import { createRuleKeeper } from './sigma-rules/rule-keeper.ts';

export interface EngineOptions {
  readonly profile: string;
  readonly vault: SecretVault;
  readonly clock: Clock;
  /** 0 to 1. */
  readonly random: () => number;
  readonly log: Log;
  readonly geo: OpenedGeo;
  readonly version: string;
  /** Starts a reader process; absent: a child of this one. */
  readonly spawnReader?: SpawnReader;
  /** What the operator calls themselves. */
  readonly operatorName?: string;
  /** The system's name for who runs this; goes into the journal. */
  readonly systemUser?: string;
  /** Other lengths of time than usual, for tests. */
  readonly respondTimes?: Partial<RunnerTimes> | undefined;
  /** Also told what was written, after the detections. */
  readonly hook?: IngestHook;
}

export interface Engine {
  readonly handlers: Handlers<EngineContract>;
  onEvent(listener: (event: EngineEvent) => void): Dispose;
  about(): EngineAbout;
  start(): void;
  demo(environments: readonly DemoEnvironment[]): void;
  secrets(secrets: Secrets): void;
  operator(name: string): void;
  /** An operator did something outside the engine (settings, a window's own acts): into the journal with it. */
  acted(action: OperatorAction): void;
  /** The machine woke up. */
  wake(): void;
  /** Lets the transaction under way finish, closes everything, gives the profile back. */
  stop(): Promise<void>;
}

/**
 * Opens the engine on a profile. A profile that another engine works on, or a database that cannot be used, is a
 * problem; one from a newer version is opened for reading only.
 */
export function createEngine(options: EngineOptions): Result<Engine> {
  const locked = lockProfile(options.profile);
  if (!locked.ok) return locked;
  const opened = openMirror(options.profile, options.clock());
  if (opened.is === 'unusable') {
    locked.value.release();
    return failure(opened.problem);
  }
  const geoProblems = options.geo.problems.map(({ code, message, advice }): Problem => ({
    code,
    message,
    advice,
  }));
  if (opened.is === 'read-only') {
    const reader = inProcessReader(opened.file, options.clock);
    const about = aboutOf(options, { is: 'read-only', problem: opened.problem }, [
      opened.problem,
      ...geoProblems,
    ]);
    const handlers = readOnlyHandlers(
      opened.db,
      reader,
      opened.problem,
      about,
      options.profile,
      options.clock,
    );
    const close = async (): Promise<void> => {
      await reader.close();
      opened.db.close();
      locked.value.release();
    };
    return success(readOnlyEngine(handlers, about, close));
  }
  const standing = [...(opened.problem === null ? [] : [opened.problem]), ...geoProblems];
  try {
    const key = openInstallationKey(options.profile, options.log, options.clock());
    return success(
      writingEngine(options, opened.db, opened.file, key, standing, () => {
        locked.value.release();
      }),
    );
  } catch (error) {
    opened.db.close();
    locked.value.release();
    return failure({
      code: 'KEY_UNUSABLE',
      message: `The key of this installation cannot be opened: ${error instanceof Error ? error.message : 'unknown fault'}.`,
      advice: 'Check that you may read and write in the profile folder.',
    });
  }
}

const aboutOf =
  (options: EngineOptions, database: EngineAbout['database'], problems: readonly Problem[]) =>
  (): EngineAbout => ({
    version: options.version,
    profile: options.profile,
    database,
    problems,
    attributions: options.geo.attributions,
  });

function writingEngine(
  options: EngineOptions,
  db: WritableDb,
  file: string,
  key: InstallationKey,
  standing: readonly Problem[],
  release: () => void,
): Engine {
  const { clock, log } = options;
  let operatorName = options.operatorName ?? '';
  let writing: Problem | null = null;
  const problems = (): readonly Problem[] => [
    ...standing,
    ...(writing === null ? [] : [writing]),
    ...notifier.problems(),
  ];
  const about = (): EngineAbout => aboutOf(options, { is: 'open' }, problems())();

  const journal = createOperatorJournal({
    db,
    key,
    clock,
    by: () => ({
      ...(options.systemUser === undefined ? {} : { id: options.systemUser }),
      name: operatorName,
    }),
    recorded: () => {
      heads.soon();
      countersigning.soon();
    },
  });
  const heads = keepHead(options.profile, () => journal.exportHeads(), log);
  const countersigning = createCountersigning({
    db,
    journal,
    environments: () => environments.list().flatMap(({ connection }) => environments.find(connection) ?? []),
    log,
  });

  const writer = createWriter(db, options.geo.enricher);
  const committer = createCommitter({
    db,
    file,
    flush: () => writer.flush(),
    rolledBack: () => {
      writer.forget();
      detecting.rolledBack();
      options.hook?.rolledBack?.();
    },
    onProblem: (problem) => {
      if (writing?.code !== problem?.code)
        log.warn('writing to the mirror', { problem: problem?.code ?? 'solved' });
      writing = problem;
      hub.problems();
    },
    committed: () => {
      detecting.committed();
      options.hook?.committed?.();
      sealer.nudge();
    },
  });
  const sealer = createSealer({
    db,
    submit: (job) => committer.submit(job),
    failed: (error) => {
      log.error('a segment could not be sealed; it is tried again later', { error: String(error) });
    },
  });
  const mapLog = createMapLog();
  const ingest = createIngest({
    db,
    writer,
    committer,
    clock,
    log,
    hook: {
      onEnriched: (batch) => {
        detecting.onEnriched(batch);
        options.hook?.onEnriched(batch);
      },
    },
    onNews: (news) => {
      environments.onNews(news);
      if (news.touched === null || news.touched.length > 0) mapLog.note(news.key, news.touched);
      if (news.sessions) hub.sessions();
      hub.audit(news.events, news.audit);
    },
  });
  const reader: Reader = createReader(file, clock, log, options.spawnReader);
  const runner = createRunner({
    db,
    clock,
    log,
    journal,
    times: options.respondTimes,
    find: (connection) => environments.find(connection),
    changed: (operation) => {
      hub.operation(operation);
    },
  });
  const approvals = createApprovals({
    clock,
    log,
    journal,
    find: (connection) => environments.find(connection),
    changed: () => {
      hub.approvals();
    },
  });
  const client = { id: 'watchfloor', name: 'Watchfloor', version: options.version };
  const environments: Environments = createEnvironments({
    db,
    vault: options.vault,
    clock,
    log,
    client,
    changed: () => hub.environments(),
    parts: {
      db,
      ingest,
      vault: options.vault,
      clock,
      random: options.random,
      log,
      client,
      changed: () => {
        hub.environments();
      },
      forgotten: () => {
        writer.forget();
        mapLog.note(0, null);
        detecting.forgotten();
        hub.sessions();
      },
      greeted: (environment) => {
        runner.greeted(environment.record().id);
        countersigning.greeted(environment.record().id);
        approvals.greeted(environment.record().id);
      },
      told: (environment, event, payload) => {
        runner.told(environment.record().id, event, payload);
        approvals.told(environment.record().id, event, payload);
      },
    },
  });
  const hub: EventHub = createEventHub({
    clock,
    log,
    environments: () => environments.list(),
    live: () => environments.live(),
    operations: (ids) => ids.flatMap((id) => operationView(db, id) ?? []),
    approvals: () => approvals.list(),
    openDetections: () => openCounts(db),
    detectionRows: (keys) => detectionRows(db, keys),
    problems,
  });
  const identities = createIdentityKeeper({ db, committer });
  const retention = createRetentionKeeper({
    db,
    writer,
    submit: (job) => committer.submit(job),
    clock,
    log,
    changed: () => hub.sessions(),
  });
  let stopRetention: Dispose = () => undefined;
  const notifier: Notifier = createNotifier({
    db,
    clock,
    random: options.random,
    log,
    vault: options.vault,
    send,
    changed: () => {
      hub.problems();
    },
  });
  const sigmaRules = createRuleKeeper(db);
  const detecting: Detecting = createDetecting({
    db,
    rules: sigmaRules,
    file,
    clock,
    log,
    submit: (job) => committer.submit(job),
    tell: (where, fresh) => {
      const environment = environments.find(where.id)?.view().name ?? '';
      notifier.tell(
        fresh.map(({ record }) => ({
          what: 'raised',
          finding: { connection: where.id, environment, record },
        })),
      );
    },
    changed: (fresh) => {
      hub.detections(fresh);
      if (fresh.length > 0) notifier.kick();
    },
  });
  const handlers = engineHandlers({
    db,
    reader,
    mapLog,
    environments,
    runner,
    approvals,
    log,
    clock,
    about,
    operatorName: () => operatorName,
    changed: (operation) => {
      hub.operation(operation);
    },
    profile: options.profile,
    journal,
    countersigning,
    notifier,
    identities,
    retention,
    vault: options.vault,
    detectionsChanged: () => {
      hub.detections([]);
    },
    detectionsReconfigured: () => {
      detecting.reconfigured();
    },
    sigmaChanged: () => {
      sigmaRules.reload();
    },
    problemsChanged: () => {
      hub.problems();
    },
  });

  let stopped = false;
  return {
    handlers,
    about,
    onEvent: (listener) => hub.on(listener),
    start: () => {
      try {
        transaction(db, () => {
          dropIncomplete(db);
          closeWatches(db, clock());
          dropOldPreviews(db, clock() - DAY);
        });
      } catch (error) {
        log.warn('tidying the mirror up has to wait', { error: String(error) });
      }
      recoverSnapshots({ db, ingest, clock, log, submit: (job) => committer.submit(job) });
      sealer.nudge();
      environments.start();
      runner.resume();
      notifier.start();
      detecting.start();
      identities.start();
      stopRetention = retention.start();
    },
    demo: (list) => {
      environments.demo(list);
    },
    secrets: (secrets) => {
      options.vault.replace(secrets);
      environments.secretsChanged();
      notifier.kick();
    },
    operator: (name) => {
      operatorName = name;
    },
    acted: (action) => {
      journal.recordOperatorAction(action);
    },
    wake: () => {
      environments.wake();
      notifier.kick();
    },
    stop: async () => {
      if (stopped) return;
      stopped = true;
      hub.stop();
      runner.stop();
      countersigning.stop();
      environments.stop();
      stopRetention();
      committer.stop();
      detecting.stop();
      identities.stop();
      await notifier.stop();
      await reader.close();
      heads.stop();
      db.close();
      release();
    },
  };
}
