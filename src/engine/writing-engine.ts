import type { DetectionRecord } from '#shared/domain/detection.ts';
import type { Dispose } from '#shared/domain/log.ts';
import type { Problem } from '#shared/domain/result.ts';
import { DAY } from '#shared/domain/units.ts';
import type { EngineAbout } from '#shared/ipc/views.ts';
import { createDetecting, type Detecting } from './detections/hook.ts';
import { detectionRows, openCounts } from './detections/rows.ts';
import { createEnvironments, type Environments } from './environments.ts';
import { createEventHub, type EventHub } from './event-hub.ts';
import { engineHandlers } from './handlers.ts';
import { createCommitter } from './ingest/committer.ts';
import { createIngest } from './ingest/ingest.ts';
import type { ArrivingBatch } from './ingest/hooks.ts';
import { recoverSnapshots } from './ingest/recover.ts';
import { createSealer } from './ingest/sealer.ts';
import { createRetentionKeeper } from './retention/keeper.ts';
import { createWriter } from './ingest/writer.ts';
import { createMapLog } from './map-log.ts';
import { checkpointThread } from './mirror/checkpoints/checkpoint-thread.ts';
import { createCheckpoints } from './mirror/checkpoints/checkpoints.ts';
import { isCorrupt, letGoOfPages, transaction, type WritableDb } from './mirror/database.ts';
import { operationView } from './mirror/operation-views.ts';
import { dropOldPreviews } from './mirror/operations.ts';
import { createListFollower } from './list-follower.ts';
import { createReader, type Reader } from './mirror/reader.ts';
import { dropIncomplete } from './mirror/staging.ts';
import { suspect } from './mirror/suspicion.ts';
import { createToDisk } from './mirror/to-disk.ts';
import { closeWatches } from './mirror/watch-log.ts';
import { createIdentityKeeper } from './people/keeper.ts';
import { createNotifier, type Notifier } from './notify/notifier.ts';
import { send } from './notify/send.ts';
import { createApprovals } from './respond/approvals.ts';
import { createPreviewLists } from './respond/preview-lists.ts';
import { createRunner } from './respond/runner.ts';
import { createCountersigning } from './journal/countersign.ts';
import { keepHead } from './journal/head-file.ts';
import { createOperatorJournal } from './journal/journal.ts';
import type { InstallationKey } from './journal/key.ts';
import { createRuleKeeper } from './sigma-rules/rule-keeper.ts';
import { aboutOf, type Engine, type EngineOptions } from './engine-types.ts';

/** The engine on a mirror that it may write: every part of it, put together. */
export function writingEngine(
  options: EngineOptions,
  db: WritableDb,
  file: string,
  key: InstallationKey,
  standing: () => readonly Problem[],
  release: () => void,
): Engine {
  const { clock, log } = options;
  let operatorName = options.operatorName ?? '';
  let writing: Problem | null = null;
  const problems = (): readonly Problem[] => [
    ...standing(),
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
    flush: () => {
      writer.flush();
      detecting.beforeCommit();
    },
    rolledBack: () => {
      writer.forget();
      detecting.rolledBack();
      options.hook?.rolledBack?.();
    },
    onProblem: (problem) => {
      if (writing?.code !== problem?.code)
        log.warn('writing to the mirror', { problem: problem?.code ?? 'solved' });
      if (problem?.code === 'DATABASE_DAMAGED') suspect(file);
      writing = problem;
      hub.problems();
    },
    committed: () => {
      detecting.committed();
      options.hook?.committed?.();
      sealer.nudge();
      checkpoints.committed();
    },
  });
  const checkpoints = createCheckpoints({ db, start: checkpointThread(file, log) });
  const sealer = createSealer({
    db,
    sealing: { words: options.words ?? true },
    submit: (job) => committer.submit(job),
    failed: (error) => {
      log.error('a segment could not be sealed; it is tried again later', { error: String(error) });
    },
  });
  const mapLog = createMapLog();
  let fed = false;
  const ingest = createIngest({
    db,
    writer,
    committer,
    clock,
    log,
    hook: {
      ...(options.detect === false
        ? {}
        : { onReceived: (batch: ArrivingBatch) => detecting.onReceived(batch) }),
      onEnriched: (batch) => {
        fed = true;
        if (options.detect !== false) detecting.onEnriched(batch);
        if (batch.items.length > 0) options.hook?.onEnriched(batch);
      },
    },
    onNews: (news) => {
      environments.onNews(news);
      if (news.touched === null || news.touched.length > 0) mapLog.note(news.key, news.touched);
      if (news.sessions) hub.sessions();
      hub.audit(news.events, news.audit);
    },
  });
  const reader: Reader = createReader({ file, clock, log, quiet: () => !fed, spawn: options.spawnReader });
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
    first: () => committer.hold(),
  });
  const previewLists = createPreviewLists({ db, log });
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
      systemProxy: options.systemProxy ?? (() => Promise.resolve('')),
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
        previewLists.greeted(environment);
        runner.greeted(environment.record().id);
        countersigning.greeted(environment.record().id);
        approvals.greeted(environment.record().id);
        hub.rules('published');
      },
      told: (environment, event, payload) => {
        runner.told(environment.record().id, event, payload);
        approvals.told(environment.record().id, event, payload);
        if (event === 'rules.changed') hub.rules('published');
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
  const identities = createIdentityKeeper({ db, committer, reader });
  const retention = createRetentionKeeper({
    db,
    writer,
    submit: (job) => committer.submit(job),
    memories: {
      letGo: () => detecting.letGo(),
      resume: () => detecting.start(),
    },
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
    changed: () => hub.problems(),
  });
  const sigmaRules = createRuleKeeper(db);
  /** Something to tell is in the transaction under way. */
  let toTell = false;
  const detecting: Detecting = createDetecting({
    db,
    enrich: options.geo.enricher.enrich,
    writer,
    rules: sigmaRules,
    file,
    clock,
    log,
    submit: (job) => committer.submit(job),
    tell: (where, fresh, gone) => {
      const environment = environments.find(where.id)?.record().name ?? '';
      toTell = true;
      const finding = (record: DetectionRecord) => ({ connection: where.id, environment, record });
      notifier.tell([
        ...fresh.map(({ record }) => ({ what: 'raised', finding: finding(record) }) as const),
        ...gone.map((record) => ({ what: 'withdrawn', finding: finding(record) }) as const),
      ]);
    },
    changed: (fresh) => {
      hub.detections(fresh);
      if (toTell) notifier.kick();
      toTell = false;
    },
  });
  const lists = createListFollower({
    db,
    profile: options.profile,
    enricher: options.geo.enricher,
    submit: (job) => committer.submit(job),
    log,
  });
  const handlers = engineHandlers({
    db,
    reader,
    mapLog,
    environments,
    runner,
    previewLists,
    approvals,
    log,
    clock,
    about,
    operatorName: () => operatorName,
    changed: (operation) => {
      hub.operation(operation);
    },
    toDisk: createToDisk(file, log),
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
    draftsChanged: () => {
      hub.rules('drafts');
    },
    detectionsReconfigured: () => {
      detecting.reconfigured();
    },
    geo: options.geo,
    lists,
    relisted: () => {
      // What is remembered of addresses was found in other lists.
      writer.dictionaries.forget();
      lists.follow();
      hub.problems();
    },
    sigmaChanged: () => {
      sigmaRules.reload();
    },
    problemsChanged: () => {
      hub.problems();
    },
  });

  const begin = (): void => {
    try {
      transaction(db, () => {
        dropIncomplete(db);
        closeWatches(db, clock());
        dropOldPreviews(db, clock() - DAY);
      });
    } catch (error) {
      if (isCorrupt(error)) throw error;
      log.warn('tidying the mirror up has to wait', { error: String(error) });
    }
    recoverSnapshots({ db, ingest, clock, log, submit: (job) => committer.submit(job) });
    sealer.nudge();
    environments.start();
    runner.resume();
    notifier.start();
    detecting.start();
    lists.follow();
    identities.start();
    stopRetention = retention.start();
  };

  let stopped = false;
  return {
    handlers,
    about,
    onEvent: (listener) => hub.on(listener),
    start: () => {
      try {
        begin();
      } catch (error) {
        if (isCorrupt(error)) suspect(file);
        throw error;
      }
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
    rest: () => {
      letGoOfPages(db);
      reader.rest();
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
      lists.stop();
      await detecting.stop();
      identities.stop();
      await notifier.stop();
      await reader.close();
      await heads.stop();
      await checkpoints.stop();
      db.close();
      release();
    },
  };
}
