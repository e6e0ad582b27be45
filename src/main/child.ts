import { utilityProcess, type MessagePortMain, type UtilityProcess } from 'electron';
import type { Log } from '#shared/domain/log.ts';
import { restartDelayMs } from './back-off.ts';

export interface ChildEvents {
  /** Each time a new process has been started. */
  readonly started: () => void;
  readonly message: (message: unknown) => void;
  /** The process ended; `restarting` says whether another one will follow. */
  readonly ended: (code: number, restarting: boolean) => void;
}

export interface Child {
  start(): void;
  /** Sends to the process that is running; false when there is none. */
  send(message: unknown, ports?: MessagePortMain[]): boolean;
  /** Asks it to stop, kills it when it does not within `graceMs`; resolves when it is gone. */
  stop(graceMs: number): Promise<void>;
  readonly running: () => boolean;
}

/**
 * Keeps one utility process running: starts it, starts it again when it ends without having been asked to,
 * with back-off. `keep(code)` may say that starting again does not help.
 */
export function createChild(
  options: {
    readonly module: string;
    readonly args: () => readonly string[];
    readonly name: string;
    readonly log: Log;
    readonly keep?: (code: number) => boolean;
  },
  events: ChildEvents,
): Child {
  let process: UtilityProcess | null = null;
  let wanted = false;
  let failures = 0;
  let timer: NodeJS.Timeout | null = null;

  const start = () => {
    if (timer !== null) clearTimeout(timer);
    timer = null;
    wanted = true;
    if (process !== null) return;
    const startedAt = performance.now();
    const child = utilityProcess.fork(options.module, [...options.args()], {
      serviceName: options.name,
      stdio: 'inherit',
    });
    process = child;
    child.on('message', events.message);
    child.on('exit', (code) => {
      process = null;
      const restarting = wanted && (options.keep?.(code) ?? true);
      if (restarting) {
        const next = restartDelayMs(failures, performance.now() - startedAt);
        failures = next.failures;
        options.log.warn(`${options.name} ended and is started again`, { code, inMs: next.delayMs });
        timer = setTimeout(start, next.delayMs);
      }
      events.ended(code, restarting);
    });
    events.started();
  };

  return {
    start,
    running: () => process !== null,
    send: (message, ports) => {
      if (process === null) return false;
      process.postMessage(message, ports);
      return true;
    },
    stop: async (graceMs) => {
      wanted = false;
      if (timer !== null) clearTimeout(timer);
      timer = null;
      const child = process;
      if (child === null) return;
      await new Promise<void>((resolve) => {
        const kill = setTimeout(() => child.kill(), graceMs);
        child.once('exit', () => {
          clearTimeout(kill);
          resolve();
        });
        child.postMessage({ type: 'stop' });
      });
    },
  };
}
