import type { Log } from '#shared/domain/log.ts';
import type { Problem } from '#shared/domain/result.ts';
import { epochMs, type Clock } from '#shared/domain/units.ts';
import type { ConnectionId } from '#shared/domain/ids.ts';
import type { Handlers, ParsedOf } from '#shared/ipc/contract.ts';
import type { EngineContract } from '#shared/ipc/engine-contract.ts';
import type { EngineAbout, EnvironmentView } from '#shared/ipc/views.ts';
import type { OpenedGeo } from '#geo/open.ts';
import { configuredView } from './connections/configured-view.ts';
import { deskHandlers, readOnlyDeskHandlers } from './desk-handlers.ts';
import { riskHandlers } from './detections/risk-handlers.ts';
import { detectionHandlers, readOnlyDetectionHandlers } from './detections/handlers.ts';
import type { Environments } from './environments.ts';
import type { Countersigning } from './journal/countersign.ts';
import { complianceHandlers, readOnlyComplianceHandlers } from './forensics/handlers.ts';
import { journalHandlers, readOnlyJournalHandlers } from './journal/handlers.ts';
import type { ActionDetails, ActionSubject, OperatorJournal } from './journal/journal.ts';
import { allConnections } from './mirror/connections.ts';
import type { ListFollower } from './list-follower.ts';
import type { MapLog } from './map-log.ts';
import type { ReadableDb, WritableDb } from './mirror/database.ts';
import { historySummary } from './mirror/history-ranges.ts';
import type { Reader } from './mirror/reader.ts';
import { liveCounts } from './mirror/watch-log.ts';
import { networkListHandlers, readOnlyNetworkListHandlers } from './network-list-handlers.ts';
import { notifyHandlers, readOnlyNotifyHandlers } from './notify/handlers.ts';
import { readOnlySigmaHandlers, sigmaHandlers } from './sigma-rules/handlers.ts';
import type { Notifier } from './notify/notifier.ts';
import { peopleHandlers, readOnlyPeopleHandlers } from './people/handlers.ts';
import type { IdentityKeeper } from './people/keeper.ts';
import { ProblemError } from './problem-error.ts';
import type { Approvals } from './respond/approvals.ts';
import { readOnlyRespondHandlers, respondHandlers } from './respond/handlers.ts';
import { queryHandlers } from './query-handlers.ts';
import { listingHandlers } from './listing-handlers.ts';
import { watchHandlers } from './watch-handlers.ts';
import { mirrorHandlers, readOnlyMirrorHandlers } from './retention/handlers.ts';
import type { RetentionKeeper } from './retention/keeper.ts';
import type { PreviewLists } from './respond/preview-lists.ts';
import type { Runner } from './respond/runner.ts';
import { readOnlyRulesHandlers, rulesHandlers } from './rules/handlers.ts';
import type { SecretVault } from './secrets.ts';

type Answers = Handlers<EngineContract>;

/** Questions that only read; the same for an engine that may not write. */
const reading = (
  db: ReadableDb,
  reader: Reader,
  about: () => EngineAbout,
): Pick<Answers, 'about' | 'sessions.page' | 'sessions.get' | 'figures' | 'audit.page'> => ({
  about: () => Promise.resolve(about()),
  'sessions.page': (request, signal) => reader.ask('sessions.page', request, signal),
  'sessions.get': (request, signal) => reader.ask('sessions.get', request, signal),
  figures: (request, signal) => reader.ask('figures', request, signal),
  'audit.page': (request, signal) => reader.ask('audit.page', request, signal),
});

/** What the engine answers to a window or the command line. */
export function engineHandlers(parts: {
  readonly db: WritableDb;
  readonly reader: Reader;
  readonly mapLog: MapLog;
  readonly environments: Environments;
  readonly runner: Runner;
  readonly previewLists: PreviewLists;
  readonly approvals: Approvals;
  readonly log: Log;
  readonly clock: Clock;
  readonly about: () => EngineAbout;
  readonly operatorName: () => string;
  readonly changed: (operation: string) => void;
  readonly toDisk: () => void;
  readonly profile: string;
  readonly journal: OperatorJournal;
  readonly countersigning: Countersigning;
  readonly notifier: Notifier;
  readonly identities: IdentityKeeper;
  readonly retention: RetentionKeeper;
  readonly vault: SecretVault;
  readonly problemsChanged: () => void;
  /** Other Sigma rules are imported now. */
  readonly sigmaChanged: () => void;
  readonly detectionsChanged: () => void;
  readonly draftsChanged: () => void;
  readonly detectionsReconfigured: () => void;
  readonly geo: OpenedGeo;
  readonly lists: ListFollower;
  readonly relisted: () => void;
}): Answers {
  const { db, clock, environments, reader, operatorName, journal } = parts;
  const find = environments.find.bind(environments);
  /** What throws at once becomes a rejection, as the contract says. */
  const soon = <T>(work: () => T): Promise<T> => Promise.resolve().then(work);
  return {
    ...reading(db, reader, parts.about),
    ...respondHandlers({
      db,
      clock,
      lists: parts.previewLists,
      find,
      operatorName,
      journal,
      reader,
      runner: parts.runner,
      approvals: parts.approvals,
      environments: () => environments.list().flatMap(({ connection }) => find(connection) ?? []),
      changed: parts.changed,
      toDisk: parts.toDisk,
    }),
    ...queryHandlers(reader),
    ...listingHandlers(reader),
    ...watchHandlers(reader, parts.mapLog),
    ...riskHandlers(reader),
    ...deskHandlers({ db, reader, clock, find }),
    ...complianceHandlers({
      db,
      reader,
      profile: parts.profile,
      version: parts.about().version,
      journal,
      operatorName,
    }),
    ...journalHandlers({ db, profile: parts.profile, journal, countersigning: parts.countersigning }),
    ...sigmaHandlers({ db, clock, journal, changed: parts.sigmaChanged }),
    ...networkListHandlers({
      profile: parts.profile,
      geo: parts.geo,
      journal,
      relisted: parts.relisted,
      following: () => parts.lists.following(),
    }),
    ...notifyHandlers({
      db,
      notifier: parts.notifier,
      vault: parts.vault,
      clock,
      changed: parts.problemsChanged,
      journal,
    }),
    ...mirrorHandlers({ db, keeper: parts.retention, clock, journal }),
    ...peopleHandlers({ db, reader, keeper: parts.identities, clock, operatorName, journal }),
    ...detectionHandlers({
      db,
      reader,
      clock,
      journal,
      operatorName,
      enricher: parts.geo.enricher,
      changed: parts.detectionsChanged,
      reconfigured: parts.detectionsReconfigured,
    }),
    ...rulesHandlers({
      db,
      reader,
      clock,
      journal,
      find,
      environments: () => environments.list().flatMap(({ connection }) => find(connection) ?? []),
      draftsChanged: parts.draftsChanged,
    }),
    'environments.list': () => soon(() => environments.list()),
    'environments.add': (request) =>
      soon(() => {
        const view = environments.add(request);
        journal.recordOperatorAction({
          action: 'environment-added',
          subject: { kind: 'environment', name: view.name, connection: view.connection },
          details: { url: view.url },
        });
        return view;
      }),
    'environments.update': (request) =>
      soon(() => {
        journal.recordOperatorAction({
          action: 'environment-changed',
          subject: environmentSubject(environments, request.connection),
          details: environmentChanges(request),
        });
        return environments.update(request);
      }),
    'environments.remove': async ({ connection, forget }) => {
      journal.recordOperatorAction({
        action: 'environment-removed',
        subject: environmentSubject(environments, connection),
        details: { forget },
      });
      await environments.remove(connection, forget);
      return { removed: true };
    },
    'environments.retry': ({ connection }) => soon(() => environments.retry(connection)),
    'environments.test': (request) => environments.test(request),
  };
}

const environmentSubject = (environments: Environments, connection: ConnectionId): ActionSubject => ({
  kind: 'environment',
  connection,
  name: environments.find(connection)?.view().name ?? '',
});
const proxyWords = (proxy: NonNullable<ParsedOf<EngineContract['environments.update']>['proxy']>): string =>
  proxy.is === 'manual' ? proxy.url : proxy.is;
/** What was changed, without the token itself. */
const environmentChanges = (request: ParsedOf<EngineContract['environments.update']>): ActionDetails => ({
  ...(request.name === undefined ? {} : { name: request.name }),
  ...(request.url === undefined ? {} : { url: request.url }),
  ...(request.enabled === undefined ? {} : { enabled: request.enabled }),
  ...(request.token === undefined ? {} : { token: 'replaced' }),
  ...(request.pin === undefined ? {} : { pin: request.pin ?? 'removed' }),
  ...(request.proxy === undefined ? {} : { proxy: proxyWords(request.proxy) }),
  ...(request.ca === undefined ? {} : { ca: request.ca === null ? 'removed' : 'replaced' }),
});

/** An engine whose database is newer than itself: everything that was mirrored can be seen, nothing else happens. */
export function readOnlyHandlers(
  db: ReadableDb,
  reader: Reader,
  problem: Problem,
  about: () => EngineAbout,
  profile: string,
  clock: Clock,
): Answers {
  const refuse = (): Promise<never> => Promise.reject(new ProblemError(problem));
  return {
    ...reading(db, reader, about),
    ...readOnlyRespondHandlers(db, problem),
    ...queryHandlers(reader),
    ...listingHandlers(reader),
    ...watchHandlers(reader, null),
    ...riskHandlers(reader),
    ...readOnlyDeskHandlers(db, reader, problem),
    ...readOnlyComplianceHandlers(problem),
    ...readOnlyJournalHandlers(db, profile, problem),
    ...readOnlyNotifyHandlers(db, refuse),
    ...readOnlyMirrorHandlers(db, clock, refuse),
    ...readOnlySigmaHandlers(db, refuse),
    ...readOnlyNetworkListHandlers(profile, refuse),
    ...readOnlyPeopleHandlers(db, reader, problem),
    ...readOnlyDetectionHandlers(db, reader, refuse),
    ...readOnlyRulesHandlers(db, reader, refuse),
    'environments.list': () => Promise.resolve(readOnlyEnvironments(db, problem)),
    'environments.add': refuse,
    'environments.update': refuse,
    'environments.remove': refuse,
    'environments.retry': refuse,
    'environments.test': () => Promise.resolve({ ok: false, problem }),
  };
}

/** The configured environments as the database describes them, none of them connected. */
function readOnlyEnvironments(db: ReadableDb, problem: Problem): readonly EnvironmentView[] {
  const live = liveCounts(db);
  return allConnections(db)
    .filter((record) => record.removedAt === null)
    .map((record) => ({
      ...configuredView(record),
      proxy: { ...record.proxy, credentials: false },
      secret: 'missing',
      state: { is: 'refused', problem },
      status: record.status,
      skewMs: record.skewMs,
      asOf: record.asOf === null ? null : epochMs(record.asOf),
      liveSessions: live.get(record.key) ?? 0,
      setAside: record.setAside,
      history: historySummary(db, record.key),
    }));
}
