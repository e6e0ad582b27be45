import type { ApprovalView } from '#shared/ipc/respond-views.ts';
import type { EngineEvent, EnvironmentView } from '#shared/ipc/views.ts';
import type { MainEvent, WindowStart } from '#shared/ipc/main-contract.ts';
import { assertNever } from '#shared/domain/assert-never.ts';
import { engine, connectEngine } from '../bridge/engine.ts';
import { main } from '../bridge/main.ts';
import { isAbort, problemOf, ENGINE_AWAY } from '../bridge/problem-error.ts';
import { connectionWords } from '../format/connection-words.ts';
import { mergeOperations, useApp, type AppState } from './app-store.ts';
import { receiveDetections, startDetections } from './detection-news.ts';
import { receiveAudit, refillFeed, startFeed } from './feed-store.ts';
import { pastRead } from './past-read.ts';
import { afterFirstRows, noFirstRows } from './first-rows.ts';
import { announce, notify } from './notice-store.ts';
import { askFirstPage } from './session-pages.ts';
import { useSettings } from './settings-store.ts';
import { startViewHistory } from './view-history.ts';
import { remember, startWindowMemory } from './window-memory.ts';
import { startRouting } from './route-store.ts';
import { showOver } from './shell-store.ts';

/** Says changes of connections to screen readers, only those that matter to a person. */
function announceChanges(before: readonly EnvironmentView[] | null, after: readonly EnvironmentView[]): void {
  if (before === null) return;
  const now = Date.now();
  const old = new Map(
    before.map((environment) => [environment.connection, connectionWords(environment, now)]),
  );
  for (const environment of after) {
    const words = connectionWords(environment, now);
    const was = old.get(environment.connection);
    if (was === undefined || was.tone === words.tone || words.tone === 'busy') continue;
    announce(`${environment.name}: ${words.sentence} ${words.advice ?? ''}`.trim());
  }
}

function setEnvironments(environments: readonly EnvironmentView[]): void {
  announceChanges(useApp.getState().environments, environments);
  useApp.setState({ environments });
  refillFeed(pastRead(environments));
}

function setApprovals(approvals: readonly ApprovalView[]): void {
  const known = new Set(useApp.getState().approvals.map(({ item }) => item.id));
  const fresh = approvals.filter(({ item, mayDecide }) => mayDecide && !known.has(item.id));
  const [first] = fresh;
  if (first !== undefined) {
    announce(`${first.item.requestedBy.name} asks for approval: ${first.item.reason}`);
  }
  useApp.setState({ approvals });
}

let newest: Pick<AppState, 'revision' | 'liveSessions'> | null = null;
/** Makes the views ask again, but not while nobody can see them: a hidden window must not work. */
function showNewest(): void {
  if (newest !== null && document.visibilityState === 'visible') useApp.setState(newest);
}

function receiveFromEngine(event: EngineEvent): void {
  if (event.environments !== undefined) setEnvironments(event.environments);
  if (event.sessions !== undefined) {
    newest = { revision: event.sessions.revision, liveSessions: event.sessions.live };
    showNewest();
  }
  if (event.audit !== undefined) receiveAudit(event.audit.newest, event.audit.count);
  if (event.operations !== undefined) {
    useApp.setState({ operations: mergeOperations(useApp.getState().operations ?? [], event.operations) });
  }
  if (event.detections !== undefined) receiveDetections(event.detections);
  if (event.rules !== undefined) useApp.setState({ rules: event.rules });
  if (event.approvals !== undefined) setApprovals(event.approvals);
  if (event.problems !== undefined) useApp.setState({ problems: event.problems });
}

function receiveFromMain(event: MainEvent): void {
  switch (event.type) {
    case 'engine':
      useApp.setState({ engine: event.state });
      // Calls over the old port would wait forever.
      if (event.state.is === 'failed') engine.giveUp();
      else if (event.state.is === 'starting') engine.detach();
      return;
    case 'settings':
      useSettings.setState({ settings: event.settings });
      return;
    case 'demo':
      useApp.setState({ demo: event.demo });
      return;
    case 'open':
      window.location.hash = event.hash;
      return;
    case 'bad-link':
      notify({
        tone: 'bad',
        problem: {
          code: 'BAD_LINK',
          message: 'The link that was followed leads to nothing in Watchfloor; nothing was changed.',
          advice: 'A link to a session is copied from the palette: “Copy a link to the open session”.',
        },
      });
      return;
    case 'over':
      showOver(event.over);
      return;
    default:
      assertNever(event);
  }
}

/** Asked before the first port has become the page's. */
let firstEnvironments: Promise<readonly EnvironmentView[]> | null = null;

/**
 * Asks everything again that events only change: after the first port and after every restart of the engine.
 * @param lost views ask again as well; what they asked while the first engine was starting waits for its port
 */
async function reload(lost: boolean): Promise<void> {
  if (lost) useApp.setState(({ generation }) => ({ generation: generation + 1 }));
  try {
    // Rows of sessions name their environments; everything else waits for those rows.
    const asked = lost ? null : firstEnvironments;
    firstEnvironments = null;
    setEnvironments(await (asked ?? engine.call('environments.list', {})));
    await afterFirstRows();
    const [about, operations, approvals] = await Promise.all([
      engine.call('about', {}),
      engine.call('respond.operations', { limit: 100 }),
      engine.call('respond.approvals', {}),
    ]);
    useApp.setState({ about, problems: about.problems, operations, approvals });
    await Promise.all([startFeed(), startDetections()]);
  } catch (error) {
    const problem = problemOf(error);
    // The next port brings us here again.
    if (!isAbort(error) && problem.code !== ENGINE_AWAY) notify({ tone: 'bad', problem });
  }
}

/** What the window begins with, where it is known at once; otherwise null. @throws ProblemError as main said it */
export const whatIsKnown = (): WindowStart | null => main.startedNow();
/** The same, once it is known. */
export const whatWillBeKnown = (): Promise<WindowStart> => main.started();

/** Starts everything that lives as long as the window. */
export function startApp({ settings, memory, info, demo, engine: state }: WindowStart): void {
  engine.onEvent(receiveFromEngine);
  engine.onAttach((lost) => {
    performance.mark('engine');
    void reload(lost);
  });
  document.addEventListener('visibilitychange', showNewest);
  useApp.setState({ info, demo });
  useSettings.setState({ settings });
  receiveFromMain({ type: 'engine', state });
  main.onEvent(receiveFromMain);
  startWindowMemory(memory);
  startViewHistory();
  startRouting(memory.hash, () => {
    remember({ hash: window.location.hash.slice(0, 2_048) });
  });
  useSettings.setState({ loaded: true });
  if (!askFirstPage()) noFirstRows();
  firstEnvironments = engine.call('environments.list', {});
  // Who asks with the first port hears it.
  firstEnvironments.catch(() => undefined);
  // The engine comes while the window draws what is known.
  connectEngine();
  performance.mark('known');
}
