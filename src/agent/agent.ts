import type { Dispose, Log } from '#shared/domain/log.ts';
import type { Clock } from '#shared/domain/units.ts';
import { SECOND } from '#shared/domain/units.ts';
import type { Hello, HelloLimits } from '#shared/protocol/handshake.ts';
import { LIMITS } from '#shared/protocol/limits.ts';
import type { CommandPoint } from './commands/context.ts';
import { createCommands } from './commands/service.ts';
import type { ListenOptions } from './listen.ts';
import { listen } from './listen.ts';
import type { LogBounds } from './maintenance.ts';
import { startMaintenance } from './maintenance.ts';
import type { ReadContext } from './poll/context.ts';
import { createEvidence } from './poll/evidence.ts';
import type { FlagConfig } from './poll/flags.ts';
import { createFlags } from './poll/flags.ts';
import { BASELINE } from './poll/look.ts';
import { createOneAtATime } from './poll/one-at-a-time.ts';
import { PATIENCE_MS, withPatience } from './poll/patience.ts';
import { createPoller } from './poll/poller.ts';
import { createRecorder } from './poll/recorder.ts';
import { createStoreState } from './poll/store-state.ts';
import type { PlaceFinder, RulePoint } from './rules/context.ts';
import { createRulesSide } from './rules/rules-side.ts';
import type { RulesConfig } from './rules/rules-side.ts';
import { createPosture } from './posture.ts';
import { servePush } from './push/endpoint.ts';
import { createPushMerger } from './push/merger.ts';
import type { ConnectionCaps } from './server/handshake.ts';
import { createServer } from './server/server.ts';
import { lockForServing } from './state/serving-lock.ts';
import type { AgentState } from './state/state.ts';
import { openState } from './state/state.ts';
import type { StoreAdapter } from './stores/store-adapter.ts';
import type { StoreDeps } from './stores/store-kind.ts';

export interface AgentOptions {
  readonly agent: { readonly id: Hello['agent']['id']; readonly version: string };
  readonly environment: Hello['environment'];
  readonly dataDir: string;
  readonly baseDir: string;
  readonly listen: Omit<ListenOptions, 'push'>;
  readonly storeKind: string;
  readonly createStore: (deps: StoreDeps) => StoreAdapter;
  readonly flags: FlagConfig;
  readonly limits: HelloLimits;
  readonly caps: ConnectionCaps;
  readonly poll: { readonly intervalMs: number; readonly adaptive: boolean };
  readonly bounds: LogBounds;
  /** Bearer token of `POST /v1/events`; null: there is no such endpoint. */
  readonly pushToken?: string | null;
  readonly rules?: RulesConfig;
  /** Where addresses are, for rules about countries; asked for when a rule needs it. */
  readonly openPlaces?: () => Promise<PlaceFinder | null>;
  /** Module of the thread that writes first listings; null: they are written where they are read. */
  readonly writer?: string | null;
  /** A page of the application that sets its session cookie, asked when somebody wants the posture. */
  readonly postureUrl?: string | null;
  readonly clock: Clock;
  readonly log: Log;
  /** Shorter waits and the places where a test stops the agent; left out in operation. */
  readonly timing?: {
    readonly ackTimeoutMs?: number;
    readonly statusEveryMs?: number;
    readonly proofAfterMs?: readonly number[];
    readonly answerWithinMs?: number;
    readonly accountsEveryMs?: number;
    readonly patienceMs?: number;
    readonly pushWaitsMs?: number;
    readonly reached?: (point: CommandPoint) => void;
    readonly ruleReached?: (point: RulePoint) => void;
    readonly monotonic?: () => number;
  };
}
export interface RunningAgent {
  readonly url: string;
  readonly state: AgentState;
  /** Facts for health and metrics. */
  facts(): AgentFacts;
  /** Looks at the store now. */
  refresh(): Promise<void>;
  /** Trims the change log now. */
  trim(): void;
  stop(): Promise<void>;
}
export interface AgentFacts {
  readonly store: 'up' | 'degraded' | 'down';
  readonly error: string | null;
  readonly lastReadAt: number | null;
  readonly sessions: number;
  readonly connections: number;
  readonly head: number;
  readonly tail: number;
  readonly startedAt: number;
}

/** Pushed events wait at least this long for the store's own record of the same thing. */
const PUSH_WAITS_MS = 5 * SECOND;
const FIRST_OPEN_MS = 3 * SECOND;

/** Starts an agent: opens its state, follows the store, serves consoles. Rejects when it cannot listen. */
export async function startAgent(options: AgentOptions): Promise<RunningAgent> {
  const { clock, log, dataDir, timing = {} } = options;
  const startedAt = clock();
  const unlock = lockForServing(dataDir);
  const state = openOrUnlock(options, unlock);
  if (state.epoch.renewedBecause !== null)
    log.info('a new epoch begins', { because: state.epoch.renewedBecause });
  const stopping = new AbortController();
  const bare = options.createStore({
    log,
    clock,
    baseDir: options.baseDir,
    dataDir,
    kept: state.kept,
    fingerprint: (purpose, value) => state.keys.fingerprint(`store ${purpose}`, value),
  });
  const adapter = withPatience(bare, timing.patienceMs ?? PATIENCE_MS);
  const gate = createOneAtATime();
  const evidence = createEvidence(clock);
  const flags = createFlags(options.flags);
  const recorder = createRecorder(state, evidence, clock, (account) => rules.touched(account));
  const store = createStoreState(null, state.meta.get(BASELINE) !== null);
  const merger = createPushMerger({
    state,
    recorder,
    evidence,
    clock,
    storeTells: adapter.events !== undefined,
    waitMs: Math.max(timing.pushWaitsMs ?? PUSH_WAITS_MS, 2 * options.poll.intervalMs),
  });
  const complete = merger.complete.bind(merger);
  const context: ReadContext = { adapter, state, recorder, evidence, flags, complete, clock, log };
  const commands = createCommands({
    state,
    adapter,
    store,
    gate,
    recorder,
    evidence,
    flags,
    clock,
    log,
    environment: options.environment,
    limits: options.limits,
    refresh: () => poller.refresh(),
    reached: timing.reached ?? (() => undefined),
    proofAfterMs: timing.proofAfterMs ?? LIMITS.proofAfterMs,
    answerWithinMs: timing.answerWithinMs ?? LIMITS.answerWithinMs - 500,
  });
  const rules = createRulesSide({
    state,
    adapter,
    store,
    recorder,
    evidence,
    flags,
    clock,
    log,
    environment: options.environment,
    limits: options.limits,
    gate,
    proofAfterMs: timing.proofAfterMs ?? LIMITS.proofAfterMs,
    monotonic: timing.monotonic ?? (() => performance.now()),
    config: options.rules ?? { lists: {}, protect: { roles: [], accounts: [] } },
    baseDir: options.baseDir,
    openPlaces: options.openPlaces ?? (() => Promise.resolve(null)),
    notify: (notice) => commands.notify(notice),
    reached: timing.ruleReached ?? (() => undefined),
  });
  let connections = () => 0;
  const poller = createPoller({
    context,
    gate,
    store,
    clock,
    log,
    ...options.poll,
    ...(timing.accountsEveryMs === undefined ? {} : { accountsEveryMs: timing.accountsEveryMs }),
    busy: () => commands.busy(),
    followed: () => connections() > 0 || state.holds.active().length > 0 || rules.active(),
    afterLook: async (signal) => {
      await rules.enforce(signal);
      await commands.enforceHolds(signal);
    },
    warnings: () => rules.warnings(),
  });
  commands.resume();
  rules.resume();
  poller.start();
  // A console's first hello should say what the store can do, where that is known within a moment.
  await Promise.race([
    poller.refresh(),
    new Promise((resolve) => setTimeout(resolve, FIRST_OPEN_MS).unref()),
  ]);

  const stopReading = async () => {
    stopping.abort();
    rules.stop();
    await commands.stop();
    await poller.stop();
    state.epoch.stamp();
    state.close();
    unlock();
  };
  const listening = await listen(
    { ...options.listen, push: typeof options.pushToken === 'string' },
    log,
  ).catch(async (error: unknown) => {
    await stopReading();
    throw error;
  });
  if (typeof options.pushToken === 'string') {
    const touched = () => void poller.refresh();
    servePush(listening.http, { token: options.pushToken, state, recorder, merger, clock, log, touched });
  }
  const server = createServer({
    http: listening.http,
    state,
    store,
    commands,
    clock,
    log,
    rules: rules.service,
    posture: createPosture(adapter, gate, options.postureUrl ?? null, stopping.signal),
    agent: { ...options.agent, startedAt },
    environment: options.environment,
    storeKind: options.storeKind,
    limits: options.limits,
    caps: options.caps,
    ...(timing.ackTimeoutMs === undefined ? {} : { ackTimeoutMs: timing.ackTimeoutMs }),
    ...(timing.statusEveryMs === undefined ? {} : { statusEveryMs: timing.statusEveryMs }),
  });
  connections = () => server.connections();
  const maintenance = startMaintenance({
    state,
    clock,
    log,
    bounds: options.bounds,
    keepAfter: () => server.keepAfter(),
    afterTrim: () => server.afterTrim(),
    tick: () => {
      merger.flush();
      commands.tick();
      rules.service.tick();
    },
  });
  let stopped: Promise<void> | null = null;
  return {
    url: listening.url,
    state,
    facts() {
      const { store: condition, error, lastReadAt } = store.condition();
      return {
        store: condition,
        error,
        lastReadAt,
        startedAt,
        sessions: state.sessions.count({ own: null, accounts: new Set(), scopes: new Set() }),
        connections: server.connections(),
        head: state.log.head(),
        tail: state.log.tail(),
      };
    },
    refresh: () => poller.refresh(),
    trim: () => maintenance.trim(),
    stop() {
      stopped ??= (async () => {
        maintenance.stop();
        await server.close();
        await listening.close();
        await stopReading();
      })();
      return stopped;
    },
  };
}

function openOrUnlock({ dataDir, clock, writer }: AgentOptions, unlock: Dispose): AgentState {
  try {
    return openState(dataDir, clock, true, writer ?? null);
  } catch (error) {
    unlock();
    throw error;
  }
}
