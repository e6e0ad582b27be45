import type { Log } from '#shared/domain/log.ts';
import type { Clock } from '#shared/domain/units.ts';
import { epochMs, SECOND } from '#shared/domain/units.ts';
import { LIMITS } from '#shared/protocol/limits.ts';
import { StoreError } from '../stores/store-adapter.ts';
import { reloadFlags } from './account-reader.ts';
import type { ReadContext } from './context.ts';
import type { LookMemory } from './look.ts';
import { flushHeldBack, look, lookFirst } from './look.ts';
import { createPace } from './pace.ts';
import type { OneAtATime } from './one-at-a-time.ts';
import type { StoreStateHolder, Warning } from './store-state.ts';
import { storeWarnings } from './warnings.ts';

export interface PollerOptions {
  readonly context: ReadContext;
  readonly gate: OneAtATime;
  readonly store: StoreStateHolder;
  readonly intervalMs: number;
  readonly adaptive: boolean;
  readonly clock: Clock;
  readonly log: Log;
  /** Is anybody following, or something to be enforced? Then looks do not become rarer. */
  readonly followed: () => boolean;
  /** Are sessions being ended now? Then comparing all keys, which finds what is gone, waits for a while. */
  readonly busy?: () => boolean;
  /** Called after every successful look: holds are enforced here. */
  readonly afterLook: (signal: AbortSignal) => Promise<void>;
  readonly accountsEveryMs?: number;
  /** What else is to be warned of. */
  readonly warnings?: () => readonly Warning[];
}
export interface Poller {
  /** Looks until stopped; never rejects. */
  start(): void;
  /** Resolves when a look that began after this call is over, whether it succeeded or not. */
  refresh(): Promise<void>;
  stop(): Promise<void>;
}

const ACCOUNTS_EVERY_MS = 20 * SECOND;
const STOP_MS = 5 * SECOND;
/** A command that takes long must not hide what else ends. */
const WAITS_FOR_COMMANDS_MS = 10 * SECOND;

export function createPoller(options: PollerOptions): Poller {
  const { context, gate, store, clock, log } = options;
  const { adapter } = context;
  const pace = createPace(options.intervalMs, options.adaptive, () => performance.now());
  const stopping = new AbortController();
  const memory: LookMemory = {
    glance: null,
    lookedAt: clock(),
    // Everything that expired while the agent was away is looked for.
    listedAt: epochMs(0),
    keysDue: true,
    accountsAt: epochMs(0),
    accountsUnsure: true,
  };
  let open = false;
  let flagsLoaded = false;
  let keysAllowedAt = 0;
  let accountsAllowedAt = 0;
  let busySince: number | null = null;
  let logCleared = false;
  let wake: (() => void) | null = null;
  let waiters: (() => void)[] = [];
  let wanted = false;
  let running: Promise<void> | null = null;

  const warnings = (): readonly Warning[] => [
    ...storeWarnings(context, logCleared),
    ...(options.warnings?.() ?? []),
  ];

  async function once(signal: AbortSignal): Promise<{ cpuMs: number; besidesMs: number; changed: boolean }> {
    let cpu = process.cpuUsage();
    if (!open) {
      store.describe(await adapter.open(signal));
      open = true;
    }
    if (!flagsLoaded) reloadFlags(context);
    flagsLoaded = true;
    if (!store.ready()) {
      await context.state.relaxed(() => lookFirst(context, memory, signal));
      store.setReady();
      store.set({ store: 'up', error: null, lastReadAt: clock(), warnings: warnings() });
      // Once in a life: what happens from now on must not wait until that has been a tenth of the time.
      cpu = process.cpuUsage();
    }
    busySince = options.busy?.() === true ? (busySince ?? clock()) : null;
    const plan = {
      keysAllowed:
        clock() >= keysAllowedAt && (busySince === null || clock() - busySince >= WAITS_FOR_COMMANDS_MS),
      accountsDue: clock() - memory.accountsAt >= (options.accountsEveryMs ?? ACCOUNTS_EVERY_MS),
      accountsAllowed: clock() >= accountsAllowedAt,
    };
    const result = await look(context, memory, plan, signal);
    if (options.adaptive) {
      if (result.keysCpuMs > 0) keysAllowedAt = clock() + result.keysCpuMs * 20;
      if (result.accountsCpuMs > 0) accountsAllowedAt = clock() + result.accountsCpuMs * 40;
    }
    flushHeldBack(context, epochMs(Math.max(0, clock() - LIMITS.updateEveryMs)));
    context.evidence.forgetOld();
    logCleared ||= result.logCleared;
    const [trouble] = result.troubles;
    store.set({
      store: trouble === undefined ? 'up' : 'degraded',
      error: trouble ?? null,
      lastReadAt: clock(),
      warnings: warnings(),
    });
    const used = process.cpuUsage(cpu);
    const besidesMs = result.keysCpuMs + result.accountsCpuMs + result.everythingCpuMs;
    return { cpuMs: (used.user + used.system) / 1_000 - besidesMs, besidesMs, changed: result.changed };
  }

  async function loop(): Promise<void> {
    while (!stopping.signal.aborted) {
      wanted = false;
      const served = waiters;
      waiters = [];
      let pause: number;
      const began = performance.now();
      try {
        const { cpuMs, besidesMs, changed } = await gate.run(() => once(stopping.signal));
        await options.afterLook(stopping.signal);
        const cost = { cpuMs, besidesMs, tookMs: performance.now() - began };
        pause = pace.next(cost, options.followed(), changed);
      } catch (error) {
        open = false;
        pause = pace.afterFailure();
        fail(error);
      }
      for (const waiter of served) waiter();
      await sleep(pause);
    }
    for (const waiter of waiters) waiter();
  }

  function fail(error: unknown): void {
    if (stopping.signal.aborted) return;
    const known = error instanceof StoreError;
    const message = known ? error.message : 'Reading the store failed; the log of the agent says more.';
    if (store.condition().error !== message) {
      log.warn('the store cannot be read', known ? { message } : { message, cause: nameOf(error) });
    }
    store.set({ store: 'down', error: message });
  }

  function sleep(ms: number): Promise<void> {
    if (wanted || stopping.signal.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      const done = () => {
        clearTimeout(timer);
        wake = null;
        resolve();
      };
      const timer = setTimeout(done, ms);
      wake = done;
    });
  }

  return {
    start() {
      running ??= loop();
    },
    refresh() {
      if (stopping.signal.aborted) return Promise.resolve();
      return new Promise((resolve) => {
        waiters.push(resolve);
        wanted = true;
        wake?.();
      });
    },
    async stop() {
      stopping.abort();
      wake?.();
      // A store that hangs must not keep the agent from stopping.
      await Promise.race([running, new Promise((resolve) => setTimeout(resolve, STOP_MS).unref())]);
      await adapter.close();
    },
  };
}

/** The kind and place of an unexpected error; its text could quote a statement with a session's key. */
function nameOf(error: unknown): string {
  if (!(error instanceof Error)) return typeof error;
  const place = error.stack?.split('\n').find((line) => line.trim().startsWith('at '));
  return `${error.name} ${place?.trim() ?? ''}`;
}
